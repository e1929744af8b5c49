import { type KernelMemory, KernelMemoryError, type Kernels, packedBytes, packPanels } from "@unroll/kernels";
import type { TypedArray } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";

/** How a matrix `[k, n]` lies in a tensor. */
export interface MatrixLayout {
  /** Its first value, counted from the tensor's first. */
  readonly start: number;
  readonly k: number;
  readonly n: number;
  /** Values from one row to the next, and from one column to the next. */
  readonly bRow: number;
  readonly bColumn: number;
}

/** The packed form of one matrix, or the memory of having been asked for it once. */
interface Panels extends MatrixLayout {
  readonly cache: PanelCache;
  /** Where the tensor begins in its storage. */
  readonly offset: number;
  readonly bytes: number;
  /** What the storage's version was. */
  version: number;
  /** How often this version was asked for before it was kept. */
  uses: number;
  /** Where the panels lie; 0 while they are not worth keeping, and after they were dropped. */
  at: number;
}

/** How many bytes of panels are kept, over all matrices. */
const budget = 64 << 20;

/** How many matrices are kept at most: each holds some hundred bytes of JavaScript beside its panels. */
const limit = 256;

/**
 * From which use on a matrix is kept. The gradient of a recurrent cell's gates is multiplied twice, once for each of the
 * two weights, and never again.
 */
const worthKeeping = 3;

/** How many matrices of one storage are remembered: weights are seen in two or three ways, slices of inputs in thousands. */
const remembered = 8;

/**
 * The panels in one memory, least recently used first. They are found from the storage that they were packed from and
 * hold no reference to it: once nobody holds the storage, they are the next to be dropped.
 */
class PanelCache {
  readonly #memory: KernelMemory;
  /** What is about to be read, and so must not be dropped. */
  readonly reading = new Set<Panels>();
  readonly #kept = new Set<Panels>();
  #bytes = 0;

  constructor(memory: KernelMemory) {
    this.#memory = memory;
    memory.reclaim.push(() => this.#dropOldest());
  }

  find({ storage, offset }: Tensor, { start, k, n, bRow, bColumn }: MatrixLayout): Panels {
    storage.panels ??= [];
    const all = storage.panels as Panels[];
    for (const known of all)
      if (
        known.cache === this &&
        known.offset === offset &&
        known.start === start &&
        known.k === k &&
        known.n === n &&
        known.bRow === bRow &&
        known.bColumn === bColumn
      )
        return known;
    // Never seen: a version that no storage has.
    const panels = {
      ...{ cache: this, offset, start, k, n, bRow, bColumn, bytes: packedBytes(k, n) },
      ...{ version: -1, uses: 0, at: 0 },
    };
    if (all.length === remembered) all.shift();
    all.push(panels);
    return panels;
  }

  /** Makes `panels` the most recently used, with memory to lie in; false where what is being read leaves no room. */
  keep(panels: Panels): boolean {
    if (panels.at === 0) {
      while (this.#bytes + panels.bytes > budget || this.#kept.size >= limit) if (!this.#dropOldest()) return false;
      panels.at = this.#memory.allocate(panels.bytes, `the packed matrix [${panels.k}, ${panels.n}]`);
      this.#bytes += panels.bytes;
    }
    this.#kept.delete(panels);
    this.#kept.add(panels);
    return true;
  }

  /** Gives the memory of `panels` back, if they have any. */
  drop(panels: Panels): void {
    if (!this.#kept.delete(panels)) return;
    this.#memory.free(panels.at);
    this.#bytes -= panels.bytes;
    panels.at = 0;
  }

  #dropOldest(): boolean {
    for (const panels of this.#kept) {
      if (this.reading.has(panels)) continue;
      this.drop(panels);
      return true;
    }
    return false;
  }
}

const caches = new WeakMap<KernelMemory, PanelCache>();

function cacheOf(memory: KernelMemory): PanelCache {
  let cache = caches.get(memory);
  if (cache === undefined) {
    cache = new PanelCache(memory);
    caches.set(memory, cache);
  }
  return cache;
}

/**
 * The address of the packed form of a matrix that is multiplied from the right again and again, as recurrent weights are
 * at every step; 0 for the first uses of a matrix, when keeping it may not pay, and where there is no room. A write raises
 * the storage's version, and what was kept is packed anew. May move the memory's views.
 *
 * What it gives stays there until {@link endReading}.
 *
 * @example
 * ```ts
 * const wasm = activeKernels("float32") as Kernels;
 * const weight = ones([64, 8]);
 * const layout = { start: 0, k: 64, n: 8, bRow: 8, bColumn: 1 };
 * const uses = [1, 2, 3].map(() => keptPanels(wasm, weight, layout) > 0);
 * endReading(wasm);
 * uses; // [false, false, true]
 * ```
 */
export function keptPanels(kernels: Kernels, x: Tensor, layout: MatrixLayout): number {
  const { memory } = kernels;
  const { version } = x.storage;
  const values = x.data;
  const cache = cacheOf(memory);
  const panels = cache.find(x, layout);
  const current = panels.version === version;
  panels.version = version;
  if (panels.at === 0) {
    panels.uses = current ? panels.uses + 1 : 1;
    // More than the budget would push all others out, and itself at the next one like it.
    if (panels.uses < worthKeeping || panels.bytes > budget) return 0;
  }
  const packed = current && panels.at !== 0;
  cache.reading.add(panels);
  try {
    if (!cache.keep(panels)) cache.reading.delete(panels);
    else if (!packed) pack(kernels, values, panels);
  } catch (error) {
    // What lies there is not this matrix; and where there is no room for both, the product may yet fit without.
    cache.drop(panels);
    cache.reading.delete(panels);
    if (!KernelMemoryError.is(error)) throw error;
  }
  return panels.at;
}

/** Says that whoever asked for panels by {@link keptPanels} is done with them. */
export function endReading({ memory }: Kernels): void {
  cacheOf(memory).reading.clear();
}

function pack(kernels: Kernels, values: TypedArray, panels: Panels): void {
  const { memory } = kernels;
  const b = memory.frame(4 * values.length, () => `a matrix of [${panels.k}, ${panels.n}]`);
  memory.f32.set(values, b >> 2);
  packPanels(kernels, { ...panels, b: b + 4 * panels.start, panels: panels.at });
  memory.endFrame(b);
}
