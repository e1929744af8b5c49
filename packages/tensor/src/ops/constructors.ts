import { checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { checkDType, checkHolds, type DType, isFloat } from "../dtype.ts";
import { DTypeError, OptionError, ShapeError } from "../errors.ts";
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

/** Fills a shape; one that no memory holds is an error of the function that was called, not of the op. */
function filled(fn: string, attrs: FullAttrs): Tensor {
  try {
    return apply(fullOp, [], attrs);
  } catch (error) {
    if (!ShapeError.is(error)) throw error;
    throw new ShapeError(error.message.replace(/^full:/, `${fn}:`));
  }
}

function dtypeFrom(fn: string, options: DTypeOptions | undefined, fallback: DType = "float32"): DType {
  checkOptions(fn, options, ["dtype"]);
  return options?.dtype === undefined ? fallback : checkDType(fn, options.dtype);
}

/**
 * A tensor of `shape` in which every element is `value`.
 *
 * @example
 * ```ts
 * full([2, 2], 7).toArray(); // [[7, 7], [7, 7]]
 * ```
 * @throws {ShapeError} unless `shape` is an array of whole numbers >= 0
 * @throws {DTypeError} when the dtype cannot hold the value
 */
export function full(shape: readonly number[], value: number, options?: DTypeOptions): Tensor {
  const dtype = dtypeFrom("full", options);
  checkHolds("full", dtype, value);
  return filled("full", { shape: checkShape("full", shape), value, dtype });
}

/**
 * A tensor of zeros.
 *
 * @example
 * ```ts
 * zeros([2, 3], { dtype: "float64" }).dtype; // "float64"
 * ```
 * @throws {ShapeError} unless `shape` is an array of whole numbers >= 0
 */
export function zeros(shape: readonly number[], options?: DTypeOptions): Tensor {
  return filled("zeros", { shape: checkShape("zeros", shape), value: 0, dtype: dtypeFrom("zeros", options) });
}

/**
 * A tensor of ones.
 *
 * @example
 * ```ts
 * ones([3]).toArray(); // [1, 1, 1]
 * ```
 * @throws {ShapeError} unless `shape` is an array of whole numbers >= 0
 */
export function ones(shape: readonly number[], options?: DTypeOptions): Tensor {
  return filled("ones", { shape: checkShape("ones", shape), value: 1, dtype: dtypeFrom("ones", options) });
}

/**
 * A tensor with the shape and dtype of `x`, filled with `value`.
 *
 * @example
 * ```ts
 * fullLike(tensor([1, 2]), 9).toArray(); // [9, 9]
 * ```
 * @throws {DTypeError} when the dtype cannot hold the value
 */
export function fullLike(x: Tensor, value: number, options?: DTypeOptions): Tensor {
  return like("fullLike", x, value, options);
}

function like(fn: string, x: Tensor, value: number, options: DTypeOptions | undefined): Tensor {
  checkTensor(fn, x);
  const dtype = dtypeFrom(fn, options, x.dtype);
  checkHolds(fn, dtype, value);
  return filled(fn, { shape: x.shape, value, dtype });
}

/**
 * Zeros with the shape and dtype of `x`.
 *
 * @example
 * ```ts
 * zerosLike(tensor([[1, 2]])).toArray(); // [[0, 0]]
 * ```
 */
export function zerosLike(x: Tensor, options?: DTypeOptions): Tensor {
  return like("zerosLike", x, 0, options);
}

/**
 * Ones with the shape and dtype of `x`.
 *
 * @example
 * ```ts
 * onesLike(tensor([[1, 2]])).toArray(); // [[1, 1]]
 * ```
 */
export function onesLike(x: Tensor, options?: DTypeOptions): Tensor {
  return like("onesLike", x, 1, options);
}

/**
 * Numbers from `start` up to, but without, `end`, in steps of `step`; with one argument, from 0 up to it.
 *
 * @example
 * ```ts
 * arange(4).toArray(); // [0, 1, 2, 3]
 * arange(1, 2, 0.25).toArray(); // [1, 1.25, 1.5, 1.75]
 * ```
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
 * @example
 * ```ts
 * linspace(0, 1, 5).toArray(); // [0, 0.25, 0.5, 0.75, 1]
 * ```
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

/**
 * The `[n, m]` matrix with ones on the diagonal and zeros elsewhere; `m` is `n` unless given.
 *
 * @example
 * ```ts
 * eye(2, 3).toArray(); // [[1, 0, 0], [0, 1, 0]]
 * ```
 * @throws {ShapeError} unless both sizes are whole numbers >= 0
 */
export function eye(n: number, m: number = n, options?: DTypeOptions): Tensor {
  checkShape("eye", [n, m]);
  const rows = unsqueeze(arange(0, n, 1, { dtype: "int32" }), 1);
  return cast(equal(rows, arange(0, m, 1, { dtype: "int32" })), dtypeFrom("eye", options));
}
