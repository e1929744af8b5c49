import { BLOCK_K, BLOCK_M, BLOCK_N, PANEL_COLUMNS } from "./gemm-blocks.ts";
import type { Kernels } from "./load.ts";

/**
 * What {@link gemm} and {@link gemmPacked} have in common: C `[m, n]` = start + A `[m, k]` · B `[k, n]`.
 *
 * Addresses are bytes in the kernels' memory and multiples of 4; strides count float32 values between neighbours. A matrix
 * that lies there row by row has the strides `[columns, 1]`, its transpose `[1, columns]`; any others work too.
 * Sizes may be 0: without k, C is `start`.
 */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Where C is written; its rows are contiguous. */
  readonly c: number;
  /** Between rows of C; n when left out. What lies between them stays as it is. */
  readonly cRow?: number;
  readonly a: number;
  readonly aRow: number;
  readonly aColumn: number;
  /**
   * What the sums start from, zeros when left out: `c` itself adds the product to what C holds, and the address of n
   * values, with a `startRow` of 0, is a bias for every row.
   */
  readonly start?: number;
  /** Between rows of `start`; that of C when left out. */
  readonly startRow?: number;
}

/** A product whose B lies in memory by rows and columns. */
export interface Product extends ProductShape {
  readonly b: number;
  readonly bRow: number;
  readonly bColumn: number;
}

/** A product whose B was packed by {@link packPanels}. */
export interface PackedProduct extends ProductShape {
  readonly panels: number;
}

/**
 * The matrix product C = start + A·B over float32.
 *
 * `c[i, j] = (((start[i, j] + a[i, 0] b[0, j]) + a[i, 1] b[1, j]) + …) + a[i, k-1] b[k-1, j]`, rounded after every product
 * and every sum, in the relaxed build after every sum only, where the processor fuses the two. There is one accumulator
 * for each value and no term is left out, so within one build a value depends on its row of A and its column of B alone:
 * strides, packing, and what other rows or columns are computed with it do not change a bit, and NaN, infinities and -0
 * spread as IEEE 754 has it.
 *
 * C must not overlap A or B; it may be `start`. What is packed lies in a frame that is given back before this returns,
 * but memory may grow for it: views taken earlier may be detached.
 *
 * @throws {KernelMemoryError} when memory cannot grow as far as the frame needs: at most 0.7 MB, 0.2 MB for gemmPacked
 *
 * @example
 * ```ts
 * const wasm = kernels() as Kernels;
 * const at = wasm.memory.frame(64, "[1, 2] x [2, 2]");
 * wasm.memory.f32.set([1, 2, 10, 20, 30, 40], at / 4);
 * const [a, b, c] = [at, at + 8, at + 24];
 * gemm(wasm, { m: 1, n: 2, k: 2, a, aRow: 2, aColumn: 1, b, bRow: 2, bColumn: 1, c });
 * [...wasm.memory.f32.subarray(c / 4, c / 4 + 2)]; // [70, 100]
 * wasm.memory.endFrame(at);
 * ```
 */
export function gemm({ memory, run }: Kernels, product: Product): void {
  const { m, n, k, c, cRow = n, a, aRow, aColumn, b, bRow, bColumn, start = 0, startRow = cRow } = product;
  // A product of one column is computed as its transpose, one row.
  const panels = packedBytes(min(k, BLOCK_K), min(n === 1 ? m : n, BLOCK_N));
  const scratch = memory.frame(scratchBytes(m, k) + panels, label(product));
  run.gemm(c, cRow, a, aRow, aColumn, b, bRow, bColumn, m, n, k, start, startRow, scratch);
  memory.endFrame(scratch);
}

/**
 * {@link gemm} with a B that was packed before: the same bits, without the time to pack it again.
 *
 * @throws {KernelMemoryError} as {@link gemm} does
 *
 * @example
 * ```ts
 * const wasm = kernels() as Kernels;
 * const at = wasm.memory.frame(256, "[1, 2] x [2, 2]");
 * wasm.memory.f32.set([1, 2, 10, 20, 30, 40], at / 4);
 * const [a, b, c, panels] = [at, at + 8, at + 24, at + 64];
 * packPanels(wasm, { panels, b, bRow: 2, bColumn: 1, k: 2, n: 2 });
 * gemmPacked(wasm, { m: 1, n: 2, k: 2, a, aRow: 2, aColumn: 1, panels, c });
 * [...wasm.memory.f32.subarray(c / 4, c / 4 + 2)]; // [70, 100]
 * wasm.memory.endFrame(at);
 * ```
 */
export function gemmPacked({ memory, run }: Kernels, product: PackedProduct): void {
  const { m, n, k, c, cRow = n, a, aRow, aColumn, panels, start = 0, startRow = cRow } = product;
  const scratch = memory.frame(scratchBytes(m, k), label(product));
  run.gemmPacked(c, cRow, a, aRow, aColumn, panels, m, n, k, start, startRow, scratch);
  memory.endFrame(scratch);
}

/** How many bytes {@link packPanels} writes for B `[k, n]`: whole panels of 8 columns. */
export function packedBytes(k: number, n: number): number {
  return 4 * k * PANEL_COLUMNS * Math.ceil(n / PANEL_COLUMNS);
}

/** B `[k, n]` and the address where its panels go. */
export interface Panels {
  /** Room for {@link packedBytes} bytes, which must not overlap B. */
  readonly panels: number;
  readonly b: number;
  readonly bRow: number;
  readonly bColumn: number;
  readonly k: number;
  readonly n: number;
}

/** Packs B as {@link gemmPacked} reads it: columns in panels of 8, the last one filled up with zeros. */
export function packPanels({ run }: Kernels, { panels, b, bRow, bColumn, k, n }: Panels): void {
  run.packB(panels, b, bRow, bColumn, k, n);
}

/**
 * How many bytes `gemmPacked` of the kernel module needs at `scratch` for m rows and k columns of A: for who calls it at
 * every step and keeps the room.
 */
export function scratchBytes(m: number, k: number): number {
  // The edge of C and a block of A, as assembly/gemm.ts divides it.
  const rows = min(m, BLOCK_M);
  return 32 * rows + 16 * Math.ceil(rows / 3) * min(k, BLOCK_K);
}

function min(a: number, b: number): number {
  return a < b ? a : b;
}

function label({ m, n, k }: ProductShape): () => string {
  return () => `packing [${m}, ${k}] x [${k}, ${n}]`;
}
