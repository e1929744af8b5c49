import { type Kernels, packedBytes, packPanels, scratchBytes } from "@unroll/kernels";
import type { Tensor } from "@unroll/tensor";
import type { Geometry, StepBlock } from "./geometry.ts";
import type { Block } from "./nodes.ts";
import type { Access, BufferPlan, Call, PassOperand, Plan } from "./plan.ts";
import { callBytes, type LoopFunction } from "./wasm/loop.ts";
import { stepBytes, stepWords } from "./wasm/step-record.ts";

/** Passes read up to three values beyond a row's end. */
const slack = 16;

/** Parts of one block of the kernels' memory, laid out before it is taken. */
export class Layout {
  bytes = 0;

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

/** The calls of a phase, and the loop that makes them for one step after the other. */
export interface Phase {
  readonly calls: readonly Call[];
  readonly run: LoopFunction | undefined;
}

/** What an execution lies in and reads. */
export interface ExecutionSetting {
  readonly kernels: Kernels;
  readonly plan: Plan;
  readonly geometry: Geometry;
  readonly outside: readonly Tensor[];
  /** Which buffers lie in the block of this run. */
  readonly own: (buffer: BufferPlan, index: number) => boolean;
  /** Where other buffers lie. */
  readonly kept: (buffer: number) => number | undefined;
  /** Where the packed panels of a matrix lie that is kept between calls, or 0: then they are packed for this run. */
  readonly panels?: (weight: Block, k: number, n: number) => number;
  /** Adjoints of states that are smaller count as 0: products of denormal numbers take three times as long. */
  readonly threshold?: number;
}

/** How small an adjoint of a state is that counts as 0, unless someone looks at it. */
export const negligible = 1e-30;

interface Place {
  readonly at: number;
  /** Values between rows. */
  readonly stride: number;
}

/** Phases with the addresses of everything that they read and write, for one run of a sequence. */
export class Execution {
  readonly #setting: ExecutionSetting;
  readonly #layout = new Layout();
  /** Relative to the block until {@link start}. */
  readonly #buffers = new Map<number, number>();
  readonly #vectors = new Map<number, number>();
  readonly #panels = new Map<string, { at: number; weight: Block; k: number; n: number }>();
  /** Panels that were there before. */
  readonly #ready = new Map<string, number>();
  readonly #frames = new Map<Phase, number>();
  readonly #records: number;
  readonly #matrix: number;
  readonly #scratch: number;
  #block = 0;

  constructor(setting: ExecutionSetting, phases: readonly Phase[]) {
    this.#setting = setting;
    const { plan, geometry, outside, own } = setting;
    plan.buffers.forEach((buffer, index) => {
      if (own(buffer, index)) this.#buffers.set(index, this.#layout.add(4 * buffer.width * rowsOf(buffer, geometry)));
    });
    let [matrix, scratch] = [0, 0];
    const vector = (index: number): void => {
      if (!this.#vectors.has(index)) this.#vectors.set(index, this.#layout.add(4 * outside[index].size));
    };
    for (const phase of phases) {
      let bytes = 0;
      for (const call of phase.calls) {
        bytes += callBytes(call);
        if (call.kind === "pass") {
          for (const operand of call.operands) if (operand.kind !== "rows") vector(operand.outside);
        } else if (call.kind === "product") {
          const { weight, k, n } = call;
          if (call.start?.kind === "vector") vector(call.start.outside);
          scratch = Math.max(scratch, scratchBytes(Math.max(geometry.blockRows, geometry.batch), k));
          if (this.#findPanels(panelKey(call), weight, k, n))
            matrix = Math.max(matrix, 4 * outside[weight.outside].size);
        }
      }
      this.#frames.set(phase, this.#layout.add(bytes));
    }
    const steps = Math.max(...geometry.blocks.map(({ first, end }) => end - first));
    this.#records = this.#layout.add(stepBytes * steps);
    this.#matrix = this.#layout.add(matrix);
    this.#scratch = this.#layout.add(scratch);
  }

  /** Whether a matrix has to be packed. */
  #findPanels(key: string, weight: Block, k: number, n: number): boolean {
    if (this.#ready.has(key)) return false;
    if (this.#panels.has(key)) return true;
    const ready = this.#setting.panels?.(weight, k, n) ?? 0;
    if (ready === 0) this.#panels.set(key, { at: this.#layout.add(packedBytes(k, n)), weight, k, n });
    else this.#ready.set(key, ready);
    return ready === 0;
  }

  get bytes(): number {
    return this.#layout.bytes;
  }

  /** Room for something more in the block; before {@link start}. */
  reserve(bytes: number): number {
    return this.#layout.add(bytes);
  }

  /** Places the block, copies everything from outside into it, and writes down all addresses. */
  start(block: number): void {
    this.#block = block;
    const { kernels, outside } = this.#setting;
    const { memory } = kernels;
    for (const [index, at] of this.#vectors) memory.f32.set(outside[index].data, (block + at) >> 2);
    for (const { at, weight, k, n } of this.#panels.values()) {
      const { transposed, row, column } = weight;
      const { data, shape } = outside[weight.outside];
      const matrix = block + this.#matrix;
      memory.f32.set(data, matrix >> 2);
      const [bRow, bColumn] = transposed ? [1, shape[1]] : [shape[1], 1];
      const b = matrix + 4 * (row * bRow + column * bColumn);
      packPanels(kernels, { panels: block + at, b, bRow, bColumn, k, n });
    }
    this.rebase();
  }

  /** Writes all addresses down, once more after what is kept has moved. */
  rebase(): void {
    for (const [phase, at] of this.#frames) this.#writeFrame(phase.calls, this.#block + at);
  }

  /** Where something of {@link reserve} lies. */
  addressOf(reserved: number): number {
    return this.#block + reserved;
  }

  /** Where a buffer lies. */
  bufferAt(buffer: number): number {
    const own = this.#buffers.get(buffer);
    const at = own === undefined ? this.#setting.kept(buffer) : this.#block + own;
    if (at === undefined) throw new Error(`buffer ${buffer} has no place`);
    return at;
  }

  /** Where an access begins, in the rows of all steps or of a block. */
  placeOf({ buffer, column }: Access): Place {
    return { at: this.bufferAt(buffer) + 4 * column, stride: this.#setting.plan.buffers[buffer].width };
  }

  #operand(operand: PassOperand): Place {
    if (operand.kind === "rows") return this.placeOf(operand.access);
    return { at: this.#block + (this.#vectors.get(operand.outside) as number), stride: 0 };
  }

  /** The arguments of calls, as wasm/loop.ts and wasm/pass.ts read them. */
  #writeFrame(calls: readonly Call[], at: number): void {
    const { threshold = negligible, kernels } = this.#setting;
    const { i32, f32 } = kernels.memory;
    let index = at >> 2;
    const place = (value: Place, scale = 1): void => {
      i32[index++] = value.at;
      i32[index++] = value.stride * scale;
    };
    for (const call of calls) {
      if (call.kind === "pass") {
        i32[index++] = call.width;
        f32[index++] = threshold;
        for (const operand of call.operands) place(this.#operand(operand), 4);
      } else if (call.kind === "product") {
        const { a, c, start, k, n } = call;
        const key = panelKey(call);
        place(this.placeOf(c));
        place(this.placeOf(a));
        place(start === undefined ? { at: 0, stride: 0 } : this.#operand(start));
        i32[index++] = this.#ready.get(key) ?? this.#block + (this.#panels.get(key)?.at as number);
        i32[index++] = n;
        i32[index++] = k;
        i32[index++] = this.#block + this.#scratch;
      } else {
        place(this.placeOf(call.out));
        place(this.placeOf(call.x));
        i32[index++] = call.width;
      }
    }
  }

  /** Where the states before and after the steps of a block begin: among those of all steps, or of the block alone. */
  stateRow(block: StepBlock, step: number): number {
    const { plan, geometry } = this.#setting;
    const { stateRows } = geometry;
    return plan.gradient === undefined ? stateRows[step] - stateRows[block.first] : stateRows[step];
  }

  #writeRecord(at: number, block: StepBlock, step: number, count: number): void {
    const { kernels, geometry } = this.#setting;
    const { i32 } = kernels.memory;
    const { rows } = geometry;
    const index = at >> 2;
    i32[index] = count;
    i32[index + 1] = rows[step];
    i32[index + 2] = rows[step] - rows[block.first];
    i32[index + 3] = this.stateRow(block, step);
    i32[index + 4] = this.stateRow(block, step + 1);
  }

  /** Runs a phase step by step over a block. */
  runSteps(phase: Phase, block: StepBlock): void {
    const { first, end } = block;
    this.#run(phase, this.#writeRecords(block, first, end), end - first, stepBytes);
  }

  /** Runs a phase over steps `[first, end)` of a block from the last to the first. */
  runBack(phase: Phase, block: StepBlock, first: number, end: number): void {
    const count = end - first;
    this.#run(phase, this.#writeRecords(block, first, end) + stepBytes * (count - 1), count, -stepBytes);
  }

  #run(phase: Phase, record: number, count: number, stride: number): void {
    phase.run?.(this.#block + (this.#frames.get(phase) as number), record, count, stride);
  }

  #writeRecords({ first: start, records: { all, block } }: StepBlock, first: number, end: number): number {
    const { kernels, plan } = this.#setting;
    const at = this.#block + this.#records;
    const records = plan.gradient === undefined ? block() : all();
    const whole = stepWords * (end - first) === records.length;
    kernels.memory.i32.set(
      whole ? records : records.subarray(stepWords * (first - start), stepWords * (end - start)),
      at >> 2,
    );
    return at;
  }

  /** Runs a phase on all rows of a block, as many at once as lie side by side. */
  runRows(phase: Phase, block: StepBlock): void {
    if (phase.run === undefined) return;
    const { active } = this.#setting.geometry;
    const at = this.#block + this.#records;
    block.runs.forEach(([first, end], k) => {
      this.#writeRecord(at + stepBytes * k, block, first, (end - first) * active[first]);
    });
    this.#run(phase, at, block.runs.length, stepBytes);
  }

  /** Runs a phase that reads no states on all rows of a block at once. */
  runAll(phase: Phase, block: StepBlock): void {
    if (phase.run === undefined) return;
    const { rows, totalRows } = this.#setting.geometry;
    const at = this.#block + this.#records;
    this.#writeRecord(at, block, block.first, (rows[block.end] ?? totalRows) - rows[block.first]);
    this.#run(phase, at, 1, stepBytes);
  }
}

function panelKey({ weight, k, n }: Extract<Call, { kind: "product" }>): string {
  return `${weight.outside} ${weight.transposed} ${weight.row} ${weight.column} ${k} ${n}`;
}
