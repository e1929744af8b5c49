import type { Kernels } from "@unroll/kernels";
import type { TypedArray } from "../dtype.ts";
import { type Group, groupOf } from "../groups.ts";
import type { OpKernel } from "../op.ts";
import { chunkSize } from "./chunk.ts";
import { packRows, unpackRows } from "./rows-copy.ts";

/** Functions of the kernel module on whole rows, which give a row, or one value. */
type RowKernel = "softmax" | "logSoftmax" | "logSumExp";

/** Longer rows are left to the reference, since a row is staged whole: 16 MB at most. */
const longestRow = 1 << 22;

/** Runs a function of the kernel module on the values along one axis, wherever it lies. */
export function rowKernel(name: "softmax" | "logSoftmax"): OpKernel<{ dim: number }> {
  return (kernels, out, [x], { dim }) => {
    const group = groupOf(x.shape, dim);
    if (group.n > longestRow) return false;
    runRows(kernels, name, out, x.data, group, group.n);
    return true;
  };
}

/** `log Σ e^x` over a run of axes. */
export const logSumExpKernel: OpKernel<{ first: number; last: number }> = (kernels, out, [x], { first, last }) => {
  const group = groupOf(x.shape, first, last);
  if (group.n === 0 || group.n > longestRow) return false;
  runRows(kernels, "logSumExp", out, x.data, group, 1);
  return true;
};

/** @param each how many values a row gives: 1, or `n` in place of its own */
function runRows(
  kernels: Kernels,
  name: RowKernel,
  out: Float32Array,
  x: TypedArray,
  group: Group,
  each: number,
): void {
  if (group.inner === 1) runWhole(kernels, name, out, x, group, each);
  else runTransposed(kernels, name, out, x, group, each);
}

/** As many rows at a time as a chunk holds, at least one. */
function runWhole(
  { memory, run }: Kernels,
  name: RowKernel,
  out: Float32Array,
  x: TypedArray,
  { outer, n }: Group,
  each: number,
): void {
  const height = Math.min(outer, Math.max(1, Math.floor(chunkSize / n)));
  const at = memory.frame(4 * height * (n + 1), name);
  const to = each === n ? at : at + 4 * height * n;
  const { f32 } = memory;
  for (let row = 0; row < outer; row += height) {
    const rows = Math.min(height, outer - row);
    packRows(f32, at >> 2, x, row * n, rows, n, n);
    run[name](to, at, rows, n);
    unpackRows(out, row * each, each, f32, to >> 2, rows, each);
  }
  memory.endFrame(at);
}

/** The values of a row lie `inner` apart: stripes of neighbouring columns are turned into rows, and back. */
function runTransposed(
  { memory, run }: Kernels,
  name: RowKernel,
  out: Float32Array,
  x: TypedArray,
  { outer, n, inner }: Group,
  each: number,
): void {
  const width = Math.min(inner, Math.max(16, Math.floor(chunkSize / n)));
  const at = memory.frame(8 * n * width, name);
  const across = at + 4 * n * width;
  const { f32 } = memory;
  for (let a = 0; a < outer; a++) {
    for (let j = 0; j < inner; j += width) {
      const columns = Math.min(width, inner - j);
      packRows(f32, at >> 2, x, a * n * inner + j, n, columns, inner);
      run.transpose(across, at, n, columns);
      if (each === n) {
        run[name](across, across, columns, n);
        run.transpose(at, across, columns, n);
      } else run[name](at, across, columns, n);
      unpackRows(out, a * each * inner + j, inner, f32, at >> 2, each, columns);
    }
  }
  memory.endFrame(at);
}
