import type { DType, TypedArray } from "../dtype.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { type Dims, groupOf, normalizeDims, runsOf } from "../groups.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { floatDType, numericDType } from "../rules.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape } from "./movement.ts";

/** A run of neighbouring axes, each left behind with size 1. */
export interface ReduceAttrs {
  readonly first: number;
  readonly last: number;
}

/** Reduces `n` values that lie `step` apart from `at` on; may return NaN. */
type Fold = (x: TypedArray, at: number, step: number, n: number) => number;

function reduction<Name extends string>(
  name: Name,
  dtype: (name: string, inputs: readonly Tensor[]) => DType,
  fold: Fold,
  emptyAllowed: boolean,
): OpRecord<Name, ReduceAttrs> {
  return defineOp<Name, ReduceAttrs>({
    name,
    dtype,
    shape: ([x], { first, last }) => {
      if (!emptyAllowed && x.size === 0 && x.shape.slice(first, last + 1).includes(0)) {
        throw new ShapeError(`${name}: nothing to reduce, got shape ${formatShape(x.shape)}`);
      }
      return reducedShape(x.shape, first, last);
    },
    forward: (out, [x], { first, last }) => {
      const { outer, n, inner } = groupOf(x.shape, first, last);
      const data = x.data;
      for (let a = 0, o = 0; a < outer; a++) {
        for (let b = 0; b < inner; b++, o++) out[o] = fold(data, a * n * inner + b, inner, n);
      }
    },
  });
}

function reducedShape(shape: Shape, first: number, last: number): Shape {
  return shape.map((size, axis) => (axis >= first && axis <= last ? 1 : size));
}

export const sumOp: OpRecord<"sum", ReduceAttrs> = /* @__PURE__ */ reduction(
  "sum",
  (_, [x]) => (isFloat(x.dtype) ? x.dtype : "int32"),
  (x, at, step, n) => {
    let total = 0;
    for (let k = 0, i = at; k < n; k++, i += step) total += x[i];
    return total;
  },
  true,
);

export const maxOp: OpRecord<"max", ReduceAttrs> = /* @__PURE__ */ reduction(
  "max",
  numericDType,
  (x, at, step, n) => {
    let best = x[at];
    for (let k = 1, i = at + step; k < n; k++, i += step) best = Math.max(best, x[i]);
    return best;
  },
  false,
);

export const minOp: OpRecord<"min", ReduceAttrs> = /* @__PURE__ */ reduction(
  "min",
  numericDType,
  (x, at, step, n) => {
    let best = x[at];
    for (let k = 1, i = at + step; k < n; k++, i += step) best = Math.min(best, x[i]);
    return best;
  },
  false,
);

export const logSumExpOp: OpRecord<"logSumExp", ReduceAttrs> = /* @__PURE__ */ reduction(
  "logSumExp",
  floatDType,
  (x, at, step, n) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0, i = at; k < n; k++, i += step) best = Math.max(best, x[i]);
    // All -∞, or a +∞: the largest is the answer, and subtracting it would make NaN.
    if (!Number.isFinite(best)) return best;
    let total = 0;
    for (let k = 0, i = at; k < n; k++, i += step) total += Math.exp(x[i] - best);
    return best + Math.log(total);
  },
  true,
);

export const anyOp: OpRecord<"any", ReduceAttrs> = /* @__PURE__ */ reduction(
  "any",
  maskDType,
  (x, at, step, n) => {
    for (let k = 0, i = at; k < n; k++, i += step) if (x[i] !== 0) return 1;
    return 0;
  },
  true,
);

export const allOp: OpRecord<"all", ReduceAttrs> = /* @__PURE__ */ reduction(
  "all",
  maskDType,
  (x, at, step, n) => {
    for (let k = 0, i = at; k < n; k++, i += step) if (x[i] === 0) return 0;
    return 1;
  },
  true,
);

function maskDType(name: string, [x]: readonly Tensor[]): "bool" {
  if (x.dtype !== "bool") throw new DTypeError(`${name}: expected bool, got ${x.dtype}; use a comparison`);
  return "bool";
}

/** Options of the reductions. */
export interface ReduceOptions {
  /** Keep reduced axes with size 1 (default false). */
  keepDim?: boolean;
}

function reduce(op: OpRecord<string, ReduceAttrs>, x: Tensor, dim: Dims, { keepDim = false }: ReduceOptions): Tensor {
  const dims = normalizeDims(op.name, dim, x.shape.length);
  let out = x;
  for (const [first, last] of runsOf(dims)) out = apply(op, [out], { first, last });
  // A scalar has no axes, yet its dtype may change (any, all, a sum of bool).
  if (dims.length === 0 && x.shape.length === 0) out = reshape(apply(op, [reshape(x, [1])], { first: 0, last: 0 }), []);
  return keepDim || dims.length === 0
    ? out
    : reshape(
        out,
        x.shape.filter((_, axis) => !dims.includes(axis)),
      );
}

/**
 * Sums over `dim` (one axis, several, or all): `Σ x`. Whole numbers and masks sum to int32; the sum of nothing is 0.
 *
 * @example
 * ```ts
 * sum(tensor([[1, 2], [3, 4]]), 0).toArray(); // [4, 6]
 * ```
 * @throws {IndexError} when an axis does not exist
 */
export function sum(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce(sumOp, x, dim, options);
}

/** The largest value over `dim`; NaN when one is NaN; equal ones share the gradient. Throws `ShapeError` for nothing. */
export function max(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce(maxOp, x, dim, options);
}

/** The smallest value over `dim`, as {@link max}. */
export function min(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce(minOp, x, dim, options);
}

/** `log Σ e^x` over `dim`, shifted by the largest value so that it neither overflows nor vanishes. */
export function logSumExp(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce(logSumExpOp, x, dim, options);
}

/** Whether any element over `dim` holds; false for nothing. */
export function any(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce(anyOp, x, dim, options);
}

/** Whether all elements over `dim` hold; true for nothing. */
export function all(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce(allOp, x, dim, options);
}
