import { scratchBytes } from "@unroll/kernels";
import type { Tensor } from "@unroll/tensor";
import type { Geometry } from "./geometry.ts";
import type { Block } from "./nodes.ts";
import type { Access, BufferPlan, Call, PassOperand, Plan } from "./plan.ts";
import { callBytes } from "./wasm/loop.ts";
import { stepBytes } from "./wasm/step-record.ts";

/** Passes read up to three values beyond a row's end. */
const slack = 16;

/** Parts of one block of the kernels' memory, laid out before it is taken. */
export class Layout {
  bytes: number;

  constructor(bytes = 0) {
    this.bytes = bytes;
  }

  add(bytes: number): number {
    const at = this.bytes;
    this.bytes += Math.ceil((bytes + slack) / 64) * 64;
    return at;
  }
}

/** How many rows a buffer has. */
export function rowsOf({ kind, kept }: BufferPlan, geometry: Geometry): number {
  if (kind === "sequence") return geometry.totalRows;
  if (kind === "block") return geometry.blockRows;
  if (kind === "step") return geometry.batch;
  return kept ? geometry.totalStateRows : geometry.blockStateRows;
}

/** How small an adjoint of a state is that counts as 0, unless someone looks at it. */
export const negligible = 1e-30;

/** A part of a matrix that products read packed. */
export interface Packed {
  readonly weight: Block;
  readonly k: number;
  readonly n: number;
}

/**
 * Where what a run reads and writes lies, and the arguments of its calls, with addresses counted from where its memory
 * begins: all that a plan and a geometry alone decide.
 */
export interface Arrangement {
  readonly bytes: number;
  /** Where each buffer lies; undefined where it lies elsewhere. */
  readonly buffers: readonly (number | undefined)[];
  /** Outside tensors that calls read as vectors or numbers, by their place. */
  readonly vectors: ReadonlyMap<number, number>;
  readonly packed: readonly Packed[];
  /** Room for the records of a block's steps. */
  readonly records: number;
  /** Where the arguments of all calls go, and those of each phase among them. */
  readonly arguments: number;
  readonly frames: ReadonlyMap<readonly Call[], number>;
  readonly words: Int32Array;
  /** The words that are counted from where the memory begins. */
  readonly own: readonly number[];
  /** Those that are counted from where a buffer lies that is elsewhere. */
  readonly elsewhere: readonly { readonly word: number; readonly buffer: number }[];
  /** Those that say where panels lie. */
  readonly panels: readonly { readonly word: number; readonly packed: number }[];
}

/** What is made once for a geometry and a plan, or part of one; gone with either. */
export class PerGeometry<K extends object, T> {
  readonly #known = new WeakMap<Geometry, WeakMap<K, T>>();

  get(geometry: Geometry, key: K, make: () => T): T {
    let ofGeometry = this.#known.get(geometry);
    if (ofGeometry === undefined) {
      ofGeometry = new WeakMap();
      this.#known.set(geometry, ofGeometry);
    }
    let found = ofGeometry.get(key);
    if (found === undefined) {
      found = make();
      ofGeometry.set(key, found);
    }
    return found;
  }
}

/** By the calls of the first phase. */
const arrangements = new PerGeometry<readonly Call[], Arrangement>();

/**
 * The arrangement of a plan's phases.
 *
 * @param outside whose sizes a plan knows, and nothing else is read of
 * @param own which buffers lie in the memory of this run
 * @param threshold adjoints of states that are smaller count as 0
 */
export function arrange(
  plan: Plan,
  geometry: Geometry,
  phases: readonly (readonly Call[])[],
  outside: readonly Tensor[],
  own: (buffer: BufferPlan, index: number) => boolean,
  threshold: number,
): Arrangement {
  return arrangements.get(geometry, phases[0], () => makeArrangement(plan, geometry, phases, outside, own, threshold));
}

function makeArrangement(
  plan: Plan,
  geometry: Geometry,
  phases: readonly (readonly Call[])[],
  outside: readonly Tensor[],
  own: (buffer: BufferPlan, index: number) => boolean,
  threshold: number,
): Arrangement {
  const layout = new Layout();
  const buffers = plan.buffers.map((buffer, index) =>
    own(buffer, index) ? layout.add(4 * buffer.width * rowsOf(buffer, geometry)) : undefined,
  );
  const vectors = new Map<number, number>();
  const vectorAt = (index: number): number => {
    let at = vectors.get(index);
    if (at === undefined) {
      at = layout.add(4 * outside[index].size);
      vectors.set(index, at);
    }
    return at;
  };
  const calls = phases.flat();
  const rows = Math.max(geometry.blockRows, geometry.batch);
  const scratch = layout.add(
    calls.reduce((most, call) => Math.max(most, call.kind === "product" ? scratchBytes(rows, call.k) : 0), 0),
  );
  const bytes = calls.reduce((sum, call) => sum + callBytes(call), 0);
  const words = new Int32Array(bytes / 4);
  const floats = new Float32Array(words.buffer);
  const ofBlock: number[] = [];
  const elsewhere: { word: number; buffer: number }[] = [];
  const panels: { word: number; packed: number }[] = [];
  const packed: Packed[] = [];
  const packedIndex = (one: Packed): number => {
    const index = packed.findIndex((other) => samePacked(other, one));
    return index === -1 ? packed.push(one) - 1 : index;
  };
  let word = 0;
  const within = (at: number): void => {
    ofBlock.push(word);
    words[word++] = at;
  };
  const access = ({ buffer, column }: Access, scale: number): void => {
    const at = buffers[buffer];
    if (at === undefined) {
      elsewhere.push({ word, buffer });
      words[word++] = 4 * column;
    } else within(at + 4 * column);
    words[word++] = plan.buffers[buffer].width * scale;
  };
  const operand = (one: PassOperand, scale: number): void => {
    if (one.kind === "rows") access(one.access, scale);
    else {
      within(vectorAt(one.outside));
      word++;
    }
  };
  const frames = new Map<readonly Call[], number>();
  for (const phase of phases) {
    frames.set(phase, 4 * word);
    // In the order in which wasm/loop.ts and wasm/pass.ts read them.
    for (const call of phase) {
      if (call.kind === "pass") {
        words[word++] = call.width;
        floats[word++] = threshold;
        for (const one of call.operands) operand(one, 4);
      } else if (call.kind === "product") {
        const { a, c, start, weight, k, n } = call;
        access(c, 1);
        access(a, 1);
        if (start === undefined) word += 2;
        else operand(start, 1);
        panels.push({ word, packed: packedIndex({ weight, k, n }) });
        word++;
        words[word++] = n;
        words[word++] = k;
        within(scratch);
      } else {
        access(call.out, 1);
        access(call.x, 1);
        words[word++] = call.width;
      }
    }
  }
  const steps = Math.max(...geometry.blocks.map(({ first, end }) => end - first));
  return {
    buffers,
    vectors,
    packed,
    records: layout.add(stepBytes * steps),
    arguments: layout.add(bytes),
    bytes: layout.bytes,
    ...{ frames, words, own: ofBlock, elsewhere, panels },
  };
}

function samePacked(a: Packed, b: Packed): boolean {
  const [v, w] = [a.weight, b.weight];
  const same = v.outside === w.outside && v.transposed === w.transposed && v.row === w.row && v.column === w.column;
  return same && a.k === b.k && a.n === b.n;
}
