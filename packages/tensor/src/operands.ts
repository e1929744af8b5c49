import { allocate, checkHolds, type DType } from "./dtype.ts";
import { DTypeError } from "./errors.ts";
import { apply, type OpRecord } from "./op.ts";
import { Tensor } from "./tensor.ts";

/** What arithmetic accepts: a tensor, or a number that takes the other operand's dtype. */
export type Operand = Tensor | number;

/**
 * A scalar tensor holding `value`.
 *
 * @throws {DTypeError} when int32 or bool would change the value: `less(ages, 2.5)` must not compare with 2
 */
export function scalar(fn: string, value: number, dtype: DType): Tensor {
  checkHolds(fn, dtype, value);
  const data = allocate(dtype, 1);
  data[0] = value;
  return new Tensor([], dtype, { data, version: 0 });
}

/**
 * Applies a two-operand op, with a number beside a tensor made a scalar of that tensor's dtype. Errors name `fn`, the
 * function that was called.
 */
export function applyBinary(op: OpRecord, a: Operand, b: Operand, fn: string = op.name): Tensor {
  if (typeof b === "number") {
    if (typeof a === "number")
      throw new DTypeError(`${fn}: expected at least one tensor, got the numbers ${a} and ${b}`);
    return apply(op, [a, Tensor.is(a) ? scalar(fn, b, a.dtype) : a], undefined);
  }
  if (typeof a === "number") return apply(op, [Tensor.is(b) ? scalar(fn, a, b.dtype) : b, b], undefined);
  return apply(op, [a, b], undefined);
}
