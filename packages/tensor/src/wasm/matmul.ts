import { gemm, gemmPacked, type Kernels } from "@unroll/kernels";
import { forEachRun } from "../broadcast.ts";
import type { TypedArray } from "../dtype.ts";
import type { OpKernel } from "../op.ts";
import { forEachProduct, type MatmulAttrs } from "../products.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { endReading, keptPanels } from "./panels.ts";

/** Matrix products by the kernels. */
export const matmulKernel: OpKernel<MatmulAttrs> = (kernels, out, inputs, attrs, { shape }) => {
  product(kernels, out, shape, inputs, attrs, undefined, 0);
  return true;
};

/** `start + a b`. */
export const addmmKernel: OpKernel<MatmulAttrs> = (kernels, out, [start, a, b], attrs, { shape }) => {
  const [m, n] = shape;
  if (start.size === m * n) product(kernels, out, shape, [a, b], attrs, start.data, n);
  else if (start.size === n && start.shape[start.shape.length - 1] === n)
    product(kernels, out, shape, [a, b], attrs, start.data, 0);
  else {
    // A column or a number is written out first: the sums begin with the same values however they were given.
    const values = start.data;
    forEachRun(shape, [start], (o, length, [at], [step]) => {
      for (let k = 0, i = at; k < length; k++, i += step) out[o + k] = values[i];
    });
    product(kernels, out, shape, [a, b], attrs, out, n);
  }
  return true;
};

/** `into += a b` for matrices. */
export function addProductByKernel(
  kernels: Kernels,
  into: Float32Array,
  shape: Shape,
  inputs: readonly Tensor[],
  attrs: MatmulAttrs,
): void {
  product(kernels, into, shape, inputs, attrs, into, shape[1]);
}

/**
 * One matrix on the right that comes back, as weights do, is kept packed; all other operands are staged for the call.
 *
 * @param start what the sums begin with, its rows `startRow` values apart
 */
function product(
  kernels: Kernels,
  out: Float32Array,
  shape: Shape,
  inputs: readonly Tensor[],
  attrs: MatmulAttrs,
  start: TypedArray | undefined,
  startRow: number,
): void {
  const [x, y] = inputs;
  const [m, n] = [shape[shape.length - 2], shape[shape.length - 1]];
  const k = x.shape[x.shape.length - (attrs.transposeA ? 2 : 1)];
  const [aRow, aColumn] = attrs.transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = attrs.transposeB ? [1, k] : [n, 1];
  const panels = y.size === k * n ? keptPanels(kernels, y, { start: 0, k, n, bRow, bColumn }) : 0;
  const { memory } = kernels;
  // A row to start from needs a place of its own; a matrix lies where the result will.
  const rowSize = start !== undefined && startRow === 0 ? n : 0;
  const c = memory.frame(
    4 * (out.length + x.size + rowSize + (panels === 0 ? y.size : 0)),
    () => `matmul of ${formatShape(x.shape)} and ${formatShape(y.shape)}`,
  );
  try {
    const a = c + 4 * out.length;
    const row = a + 4 * x.size;
    const b = row + 4 * rowSize;
    memory.f32.set(x.data, a >> 2);
    if (panels === 0) memory.f32.set(y.data, b >> 2);
    const from = start === undefined ? 0 : rowSize > 0 ? row : c;
    if (start !== undefined) memory.f32.set(start, from >> 2);
    const one = (at: number, i: number, j: number): void => {
      const sizes = { m, n, k, c: c + 4 * at * m * n, a: a + 4 * i, aRow, aColumn, start: from, startRow };
      if (panels === 0) gemm(kernels, { ...sizes, b: b + 4 * j, bRow, bColumn });
      else gemmPacked(kernels, { ...sizes, panels });
    };
    if (shape.length === 2) one(0, 0, 0);
    else forEachProduct(inputs, attrs, one);
    out.set(memory.f32.subarray(c >> 2, (c >> 2) + out.length));
  } finally {
    memory.endFrame(c);
    if (panels !== 0) endReading(kernels);
  }
}
