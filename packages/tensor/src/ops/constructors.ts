import { checkDType, type DType } from "../dtype.ts";
import { DTypeError, OptionError } from "../errors.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkOptions } from "../options.ts";
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

export const arangeOp: OpRecord<"arange", { start: number; step: number; count: number; dtype: DType }> =
  /* @__PURE__ */ defineOp<"arange", { start: number; step: number; count: number; dtype: DType }>({
    name: "arange",
    dtype: (_, __, { dtype }) => dtype,
    shape: (_, { count }) => [count],
    forward: (out, _, { start, step }) => {
      for (let i = 0; i < out.length; i++) out[i] = start + i * step;
    },
  });

function dtypeFrom(fn: string, options: DTypeOptions | undefined, fallback: DType = "float32"): DType {
  checkOptions(fn, options, ["dtype"]);
  return options?.dtype === undefined ? fallback : checkDType(fn, options.dtype);
}

/** A tensor in which every element is `value`. */
export function full(shape: readonly number[], value: number, options?: DTypeOptions): Tensor {
  if (typeof value !== "number") throw new DTypeError(`full: expected a number to fill with, got ${typeof value}`);
  return apply(fullOp, [], { shape: checkShape("full", shape), value, dtype: dtypeFrom("full", options) });
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
  return apply(fullOp, [], { shape: x.shape, value, dtype: dtypeFrom("fullLike", options, x.dtype) });
}

/** Zeros with the shape and dtype of `x`. */
export function zerosLike(x: Tensor, options?: DTypeOptions): Tensor {
  return fullLike(x, 0, options);
}

/** Ones with the shape and dtype of `x`. */
export function onesLike(x: Tensor, options?: DTypeOptions): Tensor {
  return fullLike(x, 1, options);
}

/**
 * Numbers from `start` up to, but without, `end`: `arange(4)` is `[0, 1, 2, 3]`, `arange(1, 2, 0.25)` has four values.
 *
 * @throws {OptionError} when the step is 0 or leads away from `end`
 */
export function arange(start: number, end?: number, step: number = 1, options?: DTypeOptions): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 0)
    throw new OptionError(`arange: no way from ${from} to ${to} in steps of ${step}`);
  return apply(arangeOp, [], { start: from, step, count, dtype: dtypeFrom("arange", options) });
}

/** `count` numbers from `start` to `end`, both included, evenly spaced. Throws `OptionError` unless `count` is a whole number >= 0. */
export function linspace(start: number, end: number, count: number, options?: DTypeOptions): Tensor {
  if (!Number.isInteger(count) || count < 0)
    throw new OptionError(`linspace: expected a whole count >= 0, got ${count}`);
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return apply(arangeOp, [], { start, step, count, dtype: dtypeFrom("linspace", options) });
}

/** The `[n, m]` matrix with ones on the diagonal and zeros elsewhere; `m` is `n` unless given. */
export function eye(n: number, m: number = n, options?: DTypeOptions): Tensor {
  checkShape("eye", [n, m]);
  const rows = unsqueeze(arange(0, n, 1, { dtype: "int32" }), 1);
  return cast(equal(rows, arange(0, m, 1, { dtype: "int32" })), dtypeFrom("eye", options));
}
