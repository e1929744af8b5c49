import { DTypeError, formatShape, ShapeError, Tensor } from "@unroll/tensor";
import { show } from "./check.ts";

/** A sequence of ids: an int32 tensor `[N]`, or an array of whole numbers. */
export type IntegerSequence = Tensor | ArrayLike<number>;

/** The ids as an array, without a copy where they are one already. */
export function integersOf(fn: string, ids: IntegerSequence): Int32Array {
  if (Tensor.is(ids)) {
    if (ids.dtype !== "int32") throw new DTypeError(`${fn}: expected int32 ids, got ${ids.dtype}; use cast`);
    if (ids.shape.length !== 1) throw new ShapeError(`${fn}: expected ids of shape [N], got ${formatShape(ids.shape)}`);
    return ids.data as Int32Array;
  }
  if (ids instanceof Int32Array) return ids;
  if (typeof ids !== "object" || ids === null || typeof ids.length !== "number")
    throw new DTypeError(`${fn}: expected an int32 tensor or an array of ids, got ${show(ids)}`);
  const out = new Int32Array(ids.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = ids[i];
    if (out[i] !== ids[i]) throw new DTypeError(`${fn}: expected whole numbers that fit int32, got ${show(ids[i])}`);
  }
  return out;
}
