import type { TypedArray } from "../dtype.ts";

/** From how many values on a view and a copy cost less than a loop. */
export const worthView = 16;

/** Copies `rows` rows of `width` values, which begin `stride` values apart from `x[from]` on, side by side to `to[at]`. */
export function packRows(
  to: Float32Array,
  at: number,
  x: TypedArray,
  from: number,
  rows: number,
  width: number,
  stride: number,
): void {
  if (width === stride) {
    width *= rows;
    rows = 1;
  }
  if (width === x.length && width >= worthView) {
    to.set(x, at);
  } else if (width >= worthView) {
    for (let k = 0; k < rows; k++, from += stride, at += width) to.set(x.subarray(from, from + width), at);
  } else {
    for (let k = 0; k < rows; k++, from += stride) for (let j = 0; j < width; j++) to[at++] = x[from + j];
  }
}

/** The way back: rows that lie side by side from `x[from]` on go to rows that begin `stride` values apart. */
export function unpackRows(
  to: Float32Array,
  at: number,
  stride: number,
  x: Float32Array,
  from: number,
  rows: number,
  width: number,
): void {
  if (width === stride) {
    width *= rows;
    rows = 1;
  }
  if (width >= worthView) {
    for (let k = 0; k < rows; k++, from += width, at += stride) to.set(x.subarray(from, from + width), at);
  } else {
    for (let k = 0; k < rows; k++, at += stride) for (let j = 0; j < width; j++) to[at + j] = x[from++];
  }
}
