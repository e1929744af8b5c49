import type { Kernels } from "@unroll/kernels";
import type { TypedArray } from "../dtype.ts";
import { type Group, groupOf } from "../groups.ts";
import type { OpKernel } from "../op.ts";
import { chunkSize, eachChunk, exactFrom, longestRow } from "./chunk.ts";
import { packRows, unpackRows } from "./rows-copy.ts";

/** Functions of the kernel module on whole rows, which give a row, or one value. */
type RowKernel = "softmax" | "logSoftmax" | "logSumExp";

/** Runs a function of the kernel module on the values along one axis, wherever it lies. */
export function rowKernel(name: "softmax" | "logSoftmax"): OpKernel<{ dim: number }> {
  return (kernels, out, [x], { dim }) => runRows(kernels, name, out, x.data, groupOf(x.shape, dim));
}

/** `log Σ e^x` over a run of axes. */
export const logSumExpKernel: OpKernel<{ first: number; last: number }> = (kernels, out, [x], { first, last }) => {
  const group = groupOf(x.shape, first, last);
  return group.n > 0 && runRows(kernels, "logSumExp", out, x.data, group);
};

/** Running sums; few values, and matrices of more than a piece, are left to the reference, which gives the same bits. */
export const cumsumKernel: OpKernel<{ dim: number }> = ({ memory, run }, out, [x], { dim }) => {
  const { outer, n, inner } = groupOf(x.shape, dim);
  const size = n * inner;
  if (x.size < exactFrom || size > longestRow) return false;
  const data = x.data;
  eachChunk(memory, { name: "cumsum", rows: outer, n: size, perRow: size }, (at, _, row, rows) => {
    packRows(memory.f32, at >> 2, data, row * size, rows, size, size);
    run.cumsum(at, at, rows, n, inner);
    unpackRows(out, row * size, size, memory.f32, at >> 2, rows, size);
  });
  return true;
};

/** A row gives one value, or `n` in place of its own. Returns false for long rows whose values are not neighbours. */
function runRows(kernels: Kernels, name: RowKernel, out: Float32Array, x: TypedArray, group: Group): boolean {
  const each = name === "logSumExp" ? 1 : group.n;
  if (group.n > longestRow) {
    if (group.inner > 1) return false;
    for (let row = 0; row < group.outer; row++) {
      const from = x.subarray(row * group.n, (row + 1) * group.n);
      runLongRow(kernels, name, out.subarray(row * each, (row + 1) * each), from);
    }
  } else if (group.inner === 1) runWhole(kernels, name, out, x, group, each);
  else runTransposed(kernels, name, out, x, group, each);
  return true;
}

/** The terms of a long row piece by piece, their sum in float64; then all of it once more. */
function runLongRow({ memory, run }: Kernels, name: RowKernel, out: Float32Array, x: TypedArray): void {
  const at = memory.frame(4 * (longestRow + 1), name);
  const to = at + 4 * longestRow;
  const { f32 } = memory;
  const eachPiece = (work: (n: number, i: number) => void): void => {
    for (let i = 0; i < x.length; i += longestRow) {
      const n = Math.min(longestRow, x.length - i);
      f32.set(x.subarray(i, i + n), at >> 2);
      work(n, i);
    }
  };
  let shift = Number.NEGATIVE_INFINITY;
  eachPiece((n) => {
    run.max(to, at, 1, n, 1);
    shift = Math.max(shift, f32[to >> 2]);
  });
  let terms = 0;
  eachPiece((n, i) => {
    terms += run.sumOfExp(name === "softmax" ? at : 0, at, n, shift);
    if (name === "softmax") out.set(f32.subarray(at >> 2, (at >> 2) + n), i);
  });
  memory.endFrame(at);
  const log = Math.log(terms);
  // All -∞, a +∞ or a NaN: the largest is the answer, and subtracting it made NaN.
  if (name === "logSumExp") out[0] = Math.abs(shift) < Number.POSITIVE_INFINITY ? shift + log : shift;
  else if (name === "softmax") for (let i = 0; i < out.length; i++) out[i] /= terms;
  else for (let i = 0; i < out.length; i++) out[i] = x[i] - shift - log;
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
  eachChunk(memory, { name, rows: outer, n, perRow: n + 1 }, (at, height, row, rows) => {
    const to = each === n ? at : at + 4 * height * n;
    packRows(memory.f32, at >> 2, x, row * n, rows, n, n);
    run[name](to, at, rows, n);
    unpackRows(out, row * each, each, memory.f32, to >> 2, rows, each);
  });
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
