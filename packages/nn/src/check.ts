import { Parameter } from "@unroll/autograd";
import { type DType, DTypeError, describe, formatShape, OptionError, ShapeError, sameShape } from "@unroll/tensor";

/** Throws unless `value` is a whole number >= 1. */
export function checkSize(fn: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new OptionError(`${fn}: ${name} must be a whole number >= 1, got ${String(value)}`);
}

/** Throws unless `dtype` can be learned. */
export function checkFloatDType(fn: string, dtype: DType): void {
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(`${fn}: expected float32 or float64, got ${String(dtype)}`);
}

/** Throws unless a parameter that was handed in has the shape that the layer needs. */
export function checkGiven(fn: string, weight: Parameter, shape: readonly number[]): void {
  if (!Parameter.is(weight)) throw new DTypeError(`${fn}: expected a parameter as weight, got ${describe(weight)}`);
  if (!sameShape(weight.shape, shape))
    throw new ShapeError(`${fn}: expected a weight of shape ${formatShape(shape)}, got ${formatShape(weight.shape)}`);
}

/** `[…, 2, 3]`, as errors show a shape whose leading axes are free. */
export function formatTail(shape: readonly number[]): string {
  return `[…, ${shape.join(", ")}]`;
}
