import type { KernelFunctions, Kernels } from "@unroll/kernels";
import type { TypedArray } from "../dtype.ts";
import type { OpKernel } from "../op.ts";
import type { Shape } from "../shape.ts";
import { chunkSize, exactFrom } from "./chunk.ts";
import { packRows, unpackRows } from "./rows-copy.ts";

/** A permutation seen as `[batch, a, b, inner]` to `[batch, b, a, inner]`. */
interface Exchange {
  readonly batch: number;
  readonly a: number;
  readonly b: number;
  readonly inner: number;
}

/** How many values a tile has at most (256 kB): its rows are copied one by one, and short ones cost more than they hold. */
const tileSize = 65_536;

/** From this length on, runs are copied one by one. */
const longRun = 256;

/** Exchanges two neighbouring blocks of axes; other permutations, and few values, are left to the reference. */
export const permuteKernel: OpKernel<{ order: readonly number[] }> = (kernels, out, [x], { order }) => {
  if (x.size < exactFrom) return false;
  const exchange = exchangeOf(x.shape, order);
  if (exchange === undefined) return false;
  const { a, b, inner } = exchange;
  if (a === 1 || b === 1) out.set(x.data);
  else if (inner >= longRun) copyRuns(out, x.data, exchange);
  else if (a * b * inner <= chunkSize) exchangeMatrices(kernels, out, x.data, exchange);
  else exchangeTiles(kernels, out, x.data, exchange);
  return true;
};

/** As many matrices of runs at a time as a chunk holds. */
function exchangeMatrices(
  { memory, run }: Kernels,
  out: Float32Array,
  x: TypedArray,
  { batch, a, b, inner }: Exchange,
): void {
  const size = a * b * inner;
  const count = Math.min(batch, Math.floor(chunkSize / size));
  const at = memory.frame(8 * count * size, "permute");
  const to = at + 4 * count * size;
  const { f32 } = memory;
  for (let k = 0; k < batch; k += count) {
    const part = Math.min(count, batch - k);
    packRows(f32, at >> 2, x, k * size, part, size, size);
    for (let i = 0; i < part; i++) exchangeRuns(run, to + 4 * i * size, at + 4 * i * size, a, b, inner);
    unpackRows(out, k * size, size, f32, to >> 2, part, size);
  }
  memory.endFrame(at);
}

/** Matrices of runs in tiles, so that the memory does not grow with them. */
function exchangeTiles({ memory, run }: Kernels, out: Float32Array, x: TypedArray, { a, b, inner }: Exchange): void {
  const side = Math.floor(Math.sqrt(tileSize / inner));
  const width = Math.min(b, Math.max(side, Math.floor(tileSize / (a * inner))));
  const height = Math.min(a, Math.floor(tileSize / (width * inner)));
  const at = memory.frame(8 * height * width * inner, "permute");
  const to = at + 4 * height * width * inner;
  const { f32 } = memory;
  for (let start = 0; start < x.length; start += a * b * inner) {
    for (let i = 0; i < a; i += height) {
      for (let j = 0; j < b; j += width) {
        const [rows, columns] = [Math.min(height, a - i), Math.min(width, b - j)];
        packRows(f32, at >> 2, x, start + (i * b + j) * inner, rows, columns * inner, b * inner);
        exchangeRuns(run, to, at, rows, columns, inner);
        unpackRows(out, start + (j * a + i) * inner, a * inner, f32, to >> 2, columns, rows * inner);
      }
    }
  }
  memory.endFrame(at);
}

/** `[a, b, inner]` to `[b, a, inner]` within the kernels' memory, by as few calls as may be. */
function exchangeRuns(run: KernelFunctions, to: number, at: number, a: number, b: number, inner: number): void {
  const bytes = 4 * inner;
  if (inner === 1) run.transpose(to, at, a, b);
  else if (a < b)
    for (let i = 0; i < a; i++) run.copyRows(to + i * bytes, at + i * b * bytes, b, inner, a * inner, inner);
  else for (let j = 0; j < b; j++) run.copyRows(to + j * a * bytes, at + j * bytes, a, inner, inner, b * inner);
}

function copyRuns(out: Float32Array, x: TypedArray, { batch, a, b, inner }: Exchange): void {
  for (let k = 0; k < batch; k++)
    for (let j = 0; j < b; j++)
      for (let i = 0; i < a; i++) {
        const from = ((k * a + i) * b + j) * inner;
        out.set(x.subarray(from, from + inner), ((k * b + j) * a + i) * inner);
      }
}

/** Which two blocks of axes a permutation exchanges, or `undefined` if it does something else. */
function exchangeOf(shape: Shape, order: readonly number[]): Exchange | undefined {
  // Axes of size 1 may lie anywhere.
  const moved = order.filter((axis) => shape[axis] !== 1);
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  const sizeOf = (from: number, to: number): number => axes.slice(from, to).reduce((n, axis) => n * shape[axis], 1);
  let [first, end] = [0, axes.length];
  while (first < end && moved[first] === axes[first]) first++;
  while (end > first && moved[end - 1] === axes[end - 1]) end--;
  // What is left begins with the second block, and goes on with the first.
  const second = first === end ? end : axes.indexOf(moved[first]);
  const exchanged = [...axes.slice(second, end), ...axes.slice(first, second)];
  if (exchanged.some((axis, k) => axis !== moved[first + k])) return undefined;
  return { batch: sizeOf(0, first), a: sizeOf(first, second), b: sizeOf(second, end), inner: sizeOf(end, axes.length) };
}
