// Copies in another order.

import { add } from "./binary";
import { loadPartial, storePartial } from "./vector";

/** `out = value` over `n` values. */
export function fill(out: usize, value: f32, n: i32): void {
  const v = f32x4.splat(value);
  for (; n >= 4; n -= 4) {
    v128.store(out, v);
    out += 16;
  }
  storePartial(out, v, n);
}

/** Copies `n` values; short rows by vectors, since `memory.copy` costs some nanoseconds to start. */
@inline
function copy(out: usize, x: usize, n: i32): void {
  if (n >= 64) memory.copy(out, x, <usize>n << 2);
  else {
    for (; n >= 4; n -= 4) {
      v128.store(out, v128.load(x));
      out += 16;
      x += 16;
    }
    if (n > 0) storePartial(out, loadPartial(x, n), n);
  }
}

/** `rows` rows of `columns` values; a row begins `outStride` and `xStride` values after the one before. */
export function copyRows(out: usize, x: usize, rows: i32, columns: i32, outStride: i32, xStride: i32): void {
  for (; rows > 0; rows--) {
    copy(out, x, columns);
    out += outStride << 2;
    x += xStride << 2;
  }
}

/**
 * Row `index[i]` (int32) of `x`, `[rows, width]`, as row i of `out`, for each of `count` indices.
 *
 * @returns the first i whose index is outside of [0, rows), where it stops, or -1
 */
export function gatherRows(out: usize, x: usize, index: usize, count: i32, rows: i32, width: i32): i32 {
  for (let i = 0; i < count; i++) {
    const row = load<i32>(index + (<usize>i << 2));
    if (<u32>row >= <u32>rows) return i;
    copy(out, x + ((<usize>row * width) << 2), width);
    out += width << 2;
  }
  return -1;
}

/**
 * Adds row i of `x` to row `index[i]` (int32) of `out`, `[rows, width]`, for i = 0, 1, … below `count`.
 *
 * @returns the first i whose index is outside of [0, rows), where it stops, or -1
 */
export function scatterAddRows(out: usize, x: usize, index: usize, count: i32, rows: i32, width: i32): i32 {
  for (let i = 0; i < count; i++) {
    const row = load<i32>(index + (<usize>i << 2));
    if (<u32>row >= <u32>rows) return i;
    const to = out + ((<usize>row * width) << 2);
    add(to, to, x, width, 1, 1);
    x += width << 2;
  }
  return -1;
}

/** `out[j, i] = x[i, j]` with x `[rows, columns]`: tiles of 4 x 4 in registers, then what is left at both edges. */
export function transpose(out: usize, x: usize, rows: i32, columns: i32): void {
  const down = <usize>columns << 2;
  const across = <usize>rows << 2;
  const wholeColumns = columns & ~3;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let from = x + i * down;
    let to = out + (<usize>i << 2);
    for (let j = 0; j < wholeColumns; j += 4) {
      const a = v128.load(from);
      const b = v128.load(from + down);
      const c = v128.load(from + 2 * down);
      const d = v128.load(from + 3 * down);
      const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const ab2 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      const cd2 = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
      v128.store(to + across, i64x2.shuffle(ab, cd, 1, 3));
      v128.store(to + 2 * across, i64x2.shuffle(ab2, cd2, 0, 2));
      v128.store(to + 3 * across, i64x2.shuffle(ab2, cd2, 1, 3));
      from += 16;
      to += across << 2;
    }
    transposeEdge(out, x, i, i + 4, wholeColumns, columns, down, across);
  }
  transposeEdge(out, x, i, rows, 0, columns, down, across);
}

/** Value by value, the columns from `from` on of the rows `row` to `rowEnd`. */
function transposeEdge(out: usize, x: usize, row: i32, rowEnd: i32, from: i32, columns: i32, down: usize, across: usize): void {
  for (; row < rowEnd; row++)
    for (let j = from; j < columns; j++)
      store<f32>(out + j * across + (<usize>row << 2), load<f32>(x + row * down + (<usize>j << 2)));
}
