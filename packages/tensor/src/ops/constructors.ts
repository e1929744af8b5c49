import { checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { checkDType, checkHolds, type DType, isFloat } from "../dtype.ts";
import { DTypeError, OptionError } from "../errors.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkNumber, checkOptions } from "../options.ts";
import { checkShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { unsqueeze } from "./movement.ts";

/** Options of the constructors. */
export interface DTypeOptions {
  /** float32 unless given. */
  dtype?: DType;
}

/** A shape filled with one value. */
export interface FullAttrs {
  readonly shape: Shape;
  readonly value: number;
  readonly dtype: DType;
}

export const fullOp: OpRecord<"full", FullAttrs> = /* @__PURE__ */ defineOp<"full", FullAttrs>({
  name: "full",
  dtype: (_, __, { dtype }) => dtype,
  shape: (_, { shape }) => shape,
  forward: (out, _, { value }) => {
    if (value !== 0) out.fill(value);
  },
});

/** Evenly spaced numbers. */
export interface ArangeAttrs {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly dtype: DType;
  /** What the last number must be; the second half is counted back from it. */
  readonly last: number | undefined;
}

export const arangeOp: OpRecord<"arange", ArangeAttrs> = /* @__PURE__ */ defineOp<"arange", ArangeAttrs>({
  name: "arange",
  dtype: (_, __, { dtype }) => dtype,
  shape: (_, { count }) => [count],
  forward: (out, _, { start, step, count, last }) => {
    const half = last === undefined ? count : count >>> 1;
    for (let i = 0; i < half; i++) out[i] = start + i * step;
    if (last !== undefined) for (let i = half; i < count; i++) out[i] = last - (count - 1 - i) * step;
  },
});

function dtypeFrom(fn: string, options: DTypeOptions | undefined, fallback: DType = "float32"): DType {
  checkOptions(fn, options, ["dtype"]);
  return options?.dtype === undefined ? fallback : checkDType(fn, options.dtype);
}

/** A tensor in which every element is `value`. */
export function full(shape: readonly number[], value: number, options?: DTypeOptions): Tensor {
  const dtype = dtypeFrom("full", options);
  checkHolds("full", dtype, value);
  return apply(fullOp, [], { shape: checkShape("full", shape), value, dtype });
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[], options?: DTypeOptions): Tensor {
  return apply(fullOp, [], { shape: checkShape("zeros", shape), value: 0, dtype: dtypeFrom("zeros", options) });
}

/** A tensor of ones. */
export function ones(shape: readonly number[], options?: DTypeOptions): Tensor {
  return apply(fullOp, [], { shape: checkShape("ones", shape), value: 1, dtype: dtypeFrom("ones", options) });
}

/** A tensor with the shape and dtype of `x`, filled with `value`. */
export function fullLike(x: Tensor, value: number, options?: DTypeOptions): Tensor {
  return like("fullLike", x, value, options);
}

function like(fn: string, x: Tensor, value: number, options: DTypeOptions | undefined): Tensor {
  checkTensor(fn, x);
  const dtype = dtypeFrom(fn, options, x.dtype);
  checkHolds(fn, dtype, value);
  return apply(fullOp, [], { shape: x.shape, value, dtype });
}

/** Zeros with the shape and dtype of `x`. */
export function zerosLike(x: Tensor, options?: DTypeOptions): Tensor {
  return like("zerosLike", x, 0, options);
}

/** Ones with the shape and dtype of `x`. */
export function onesLike(x: Tensor, options?: DTypeOptions): Tensor {
  return like("onesLike", x, 1, options);
}

/**
 * Numbers from `start` up to, but without, `end`: `arange(4)` is `[0, 1, 2, 3]`, `arange(1, 2, 0.25)` has four values.
 *
 * @throws {OptionError} when the step is 0 or leads away from `end`
 * @throws {DTypeError} when the dtype cannot hold the numbers
 */
export function arange(start: number, end?: number, step: number = 1, options?: DTypeOptions): Tensor {
  for (const value of [start, end ?? 0, step]) checkNumber("arange", "each of start, end and step", value);
  const dtype = dtypeFrom("arange", options);
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 0)
    throw new OptionError(`arange: no way from ${from} to ${to} in steps of ${step}`);
  for (const value of [from, step, from + step * Math.max(0, count - 1)]) checkHolds("arange", dtype, value);
  return apply(arangeOp, [], { start: from, step, count, dtype, last: undefined });
}

/**
 * `count` numbers from `start` to `end`, both included and exact, evenly spaced.
 *
 * @throws {OptionError} unless `count` is a whole number >= 0
 * @throws {DTypeError} unless the dtype is floating
 */
export function linspace(start: number, end: number, count: number, options?: DTypeOptions): Tensor {
  for (const value of [start, end]) checkNumber("linspace", "each of start and end", value);
  if (!Number.isInteger(count) || count < 0)
    throw new OptionError(`linspace: expected a whole count >= 0, got ${describe(count)}`);
  const dtype = dtypeFrom("linspace", options);
  if (!isFloat(dtype)) throw new DTypeError(`linspace: expected float32 or float64, got ${dtype}`);
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return apply(arangeOp, [], { start, step, count, dtype, last: count > 1 ? end : undefined });
}

/** The `[n, m]` matrix with ones on the diagonal and zeros elsewhere; `m` is `n` unless given. */
export function eye(n: number, m: number = n, options?: DTypeOptions): Tensor {
  checkShape("eye", [n, m]);
  const rows = unsqueeze(arange(0, n, 1, { dtype: "int32" }), 1);
  return cast(equal(rows, arange(0, m, 1, { dtype: "int32" })), dtypeFrom("eye", options));
}
