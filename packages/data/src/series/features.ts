import { DTypeError, formatShape, isFloat, ShapeError, Tensor } from "@unroll/tensor";
import { show } from "../check.ts";
import { DataError } from "../errors.ts";

/** Calls `visit` with every value of a series and the feature it belongs to: the last axis, or the only one of `[N]`. */
export function visitFeatures(x: Tensor, visit: (feature: number, value: number) => void): void {
  const features = featureCount(x);
  const data = x.data;
  for (let i = 0; i < data.length; i++) visit(i % features, data[i]);
}

export function featureCount({ shape }: Tensor): number {
  return shape.length < 2 ? 1 : (shape.at(-1) ?? 1);
}

/** Checks values to fit on: floats, at least one for each feature, all of them finite. */
export function checkFit(fn: string, x: Tensor): void {
  checkFloats(fn, x);
  if (x.size === 0) throw new DataError(`${fn}: expected values to fit on, got shape ${formatShape(x.shape)}`);
  const at = x.data.findIndex((value: number) => !Number.isFinite(value));
  if (at >= 0) throw new DataError(`${fn}: expected finite values, got ${x.data[at]} at position ${at}`);
}

/** Checks values to transform: floats with as many features as were fitted. */
export function checkFeatures(fn: string, x: Tensor, features: number): void {
  checkFloats(fn, x);
  if (featureCount(x) !== features)
    throw new ShapeError(`${fn}: expected ${features} features on the last axis, got ${formatShape(x.shape)}`);
}

function checkFloats(fn: string, x: Tensor): void {
  if (!Tensor.is(x)) throw new DTypeError(`${fn}: expected a tensor, got ${show(x)}`);
  if (!isFloat(x.dtype)) throw new DTypeError(`${fn}: expected float32 or float64, got ${x.dtype}; use cast`);
  if (x.shape.length === 0) throw new ShapeError(`${fn}: expected a series [N] or [N, F], got a scalar`);
}

/** One number per feature as a tensor that broadcasts over a series like `x`. */
export function perFeature(values: readonly number[], x: Tensor): Tensor {
  const data = x.dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values);
  return new Tensor(x.shape.length < 2 ? [] : [values.length], x.dtype, { data, version: 0 });
}

/** Checks a list of finite numbers read from JSON. */
export function numbersOf(fn: string, name: string, values: unknown): number[] {
  if (Array.isArray(values) && values.length > 0 && values.every((value) => Number.isFinite(value))) return [...values];
  throw new DataError(`${fn}: expected finite numbers in ${name}, got ${show(values)}`);
}
