import { allocate, type DType, isFloat } from "./dtype.ts";
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
  const data = allocate(dtype, 1);
  data[0] = value;
  if (!isFloat(dtype) && data[0] !== value)
    throw new DTypeError(`${fn}: ${dtype} cannot hold the number ${value}; cast the tensor to float32`);
  return new Tensor([], dtype, { data, version: 0 });
}

/** Applies a two-operand op, with a number beside a tensor made a scalar of that tensor's dtype. */
export function applyBinary(op: OpRecord, a: Operand, b: Operand): Tensor {
  if (typeof b === "number") {
    if (typeof a === "number")
      throw new DTypeError(`${op.name}: expected at least one tensor, got the numbers ${a} and ${b}`);
    return apply(op, [a, Tensor.is(a) ? scalar(op.name, b, a.dtype) : a], undefined);
  }
  if (typeof a === "number") return apply(op, [Tensor.is(b) ? scalar(op.name, a, b.dtype) : b, b], undefined);
  return apply(op, [a, b], undefined);
}
