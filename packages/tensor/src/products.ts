import { ShapeError } from "./errors.ts";
import { broadcastShapes, broadcastStrides, formatShape, type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Which operands are read with their last two axes exchanged. */
export interface MatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** `batch` products of `[M, K]` by `[K, N]`. */
export interface Sizes {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly batch: Shape;
}

/** The sizes of a product, or a {@link ShapeError} when the operands do not fit. */
export function sizesOf(
  [a, b]: readonly Tensor[],
  { transposeA, transposeB }: MatmulAttrs,
  fn: string = "matmul",
): Sizes {
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new ShapeError(`${fn}: expected matrices, got ${formatShape(a.shape)} x ${formatShape(b.shape)}`);
  }
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [M, K] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [inner, N] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (K !== inner) throw innerSizesDiffer(a, b, { transposeA, transposeB }, fn);
  return { M, N, K, batch: broadcastShapes(fn, [a.shape.slice(0, -2), b.shape.slice(0, -2)]) };
}

/** The error for operands whose inner sizes differ. */
export function innerSizesDiffer(
  a: Tensor,
  b: Tensor,
  { transposeA, transposeB }: MatmulAttrs,
  fn: string = "matmul",
): ShapeError {
  const operand = ({ shape }: Tensor, transposed: boolean) => `${formatShape(shape)}${transposed ? "ᵀ" : ""}`;
  return new ShapeError(`${fn}: inner sizes differ, got ${operand(a, transposeA)} x ${operand(b, transposeB)}`);
}

/** Calls `product(number, start in a, start in b)` for each matrix product of a batch, whose axes broadcast. */
export function forEachProduct(
  inputs: readonly Tensor[],
  attrs: MatmulAttrs,
  product: (at: number, i: number, j: number) => void,
): void {
  const { batch } = sizesOf(inputs, attrs);
  const strides = inputs.map(({ shape }) => broadcastStrides(shape, [...batch, ...shape.slice(-2)]).slice(0, -2));
  const count = sizeOf(batch);
  const index = new Array<number>(batch.length).fill(0);
  let [i, j] = [0, 0];
  for (let at = 0; at < count; at++) {
    product(at, i, j);
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      i += strides[0][axis];
      j += strides[1][axis];
      if (++index[axis] < batch[axis]) break;
      i -= strides[0][axis] * batch[axis];
      j -= strides[1][axis] * batch[axis];
      index[axis] = 0;
    }
  }
}
