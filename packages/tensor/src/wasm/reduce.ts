import type { Kernels } from "@unroll/kernels";
import type { TypedArray } from "../dtype.ts";
import { type Group, groupOf } from "../groups.ts";
import type { OpKernel } from "../op.ts";
import { eachChunk, exactFrom } from "./chunk.ts";
import { packRows, unpackRows } from "./rows-copy.ts";

/** Functions of the kernel module that reduce the middle axis of `[outer, n, inner]`. */
export type ReduceKernel = "sum" | "max" | "min";

/**
 * How many values of one reduction down columns are staged at a time (4 MB): more than of an elementwise op, since a part
 * of the columns costs one copy for each row.
 */
const columnsSize = 1 << 20;

/** A longer row is staged piece by piece (256 kB), so that memory does not grow with it; a multiple of four lanes. */
const longestRow = 65_536;

/**
 * Runs a reduction of the kernel module. Few values are left to the reference where it gives the same bits: always for
 * extremes, and for sums down columns. A row is summed in four lanes, and so always here.
 */
export function reduceKernel(name: ReduceKernel): OpKernel<{ first: number; last: number }> {
  return (kernels, out, [x], { first, last }) => {
    const group = groupOf(x.shape, first, last);
    const { n, inner } = group;
    if (n === 0 || (x.size < exactFrom && (name !== "sum" || inner > 1))) return false;
    if (inner === 1 && n > longestRow) reduceLongRows(kernels, name, out, x.data, group);
    else if (inner === 1 || n * inner <= columnsSize) reduceWhole(kernels, name, out, x.data, group);
    else reduceColumns(kernels, name, out, x.data, group);
    return true;
  };
}

/** As many matrices `[n, inner]` at a time as a chunk holds, at least one. */
function reduceWhole(
  { memory, run }: Kernels,
  name: ReduceKernel,
  out: Float32Array,
  x: TypedArray,
  { outer, n, inner }: Group,
): void {
  const size = n * inner;
  eachChunk(memory, { name, rows: outer, n: size, perRow: size + inner }, (at, height, row, rows) => {
    const to = at + 4 * height * size;
    packRows(memory.f32, at >> 2, x, row * size, rows, size, size);
    run[name](to, at, rows, n, inner);
    unpackRows(out, row * inner, inner, memory.f32, to >> 2, rows, inner);
  });
}

/** Rows longer than a piece: sums of pieces are added in float64. */
function reduceLongRows(
  { memory, run }: Kernels,
  name: ReduceKernel,
  out: Float32Array,
  x: TypedArray,
  { outer, n }: Group,
): void {
  const at = memory.frame(4 * (longestRow + 1), name);
  const to = at + 4 * longestRow;
  const { f32 } = memory;
  for (let row = 0; row < outer; row++) {
    let result = name === "sum" ? 0 : x[row * n];
    for (let i = 0; i < n; i += longestRow) {
      const size = Math.min(longestRow, n - i);
      f32.set(x.subarray(row * n + i, row * n + i + size), at >> 2);
      if (name === "sum") result += run.total(at, size);
      else {
        run[name](to, at, 1, size, 1);
        result = name === "max" ? Math.max(result, f32[to >> 2]) : Math.min(result, f32[to >> 2]);
      }
    }
    out[row] = result;
  }
  memory.endFrame(at);
}

/** One matrix `[n, inner]` in stripes of neighbouring columns. */
function reduceColumns(
  { memory, run }: Kernels,
  name: ReduceKernel,
  out: Float32Array,
  x: TypedArray,
  { outer, n, inner }: Group,
): void {
  // A cache line at least, or each value would be fetched in vain many times.
  const width = Math.min(inner, Math.max(16, Math.floor(columnsSize / n)));
  const at = memory.frame(4 * (n + 1) * width, name);
  const to = at + 4 * n * width;
  const { f32 } = memory;
  for (let a = 0; a < outer; a++) {
    for (let j = 0; j < inner; j += width) {
      const columns = Math.min(width, inner - j);
      packRows(f32, at >> 2, x, a * n * inner + j, n, columns, inner);
      run[name](to, at, 1, n, columns);
      out.set(f32.subarray(to >> 2, (to >> 2) + columns), a * inner + j);
    }
  }
  memory.endFrame(at);
}
