import { checkTensor } from "../check.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { type Dims, groupOf, normalizeDims, runsOf } from "../groups.ts";
import { apply, defineOp, type OpKernel, type OpRecord } from "../op.ts";
import { checkBoolean, checkOptions } from "../options.ts";
import { floatDType, numericDType } from "../rules.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reduceKernel } from "../wasm/reduce.ts";
import { logSumExpKernel } from "../wasm/rows.ts";
import { permute, reshape } from "./movement.ts";

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
  kernel?: OpKernel<ReduceAttrs>,
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
    kernel,
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
  /* @__PURE__ */ reduceKernel("sum"),
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
  /* @__PURE__ */ reduceKernel("max"),
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
  /* @__PURE__ */ reduceKernel("min"),
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
  logSumExpKernel,
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

/** Reduces by `op` under the name of the function that was called. */
export function reduce(
  fn: string,
  op: OpRecord<string, ReduceAttrs>,
  x: Tensor,
  dim: Dims,
  options: ReduceOptions | undefined,
): Tensor {
  checkTensor(fn, x);
  // Looking options up by name costs more than a small sum, which usually has none.
  if (options !== undefined) checkOptions(fn, options, ["keepDim"]);
  const keepDim = checkBoolean(fn, "keepDim", options?.keepDim, false);
  const rank = x.shape.length;
  const dims = normalizeDims(fn, dim, rank);
  if (dims.length === 0) {
    // Nothing to reduce, yet the dtype may change (any, all, a sum of bool): reduce an axis of size 1.
    return reshape(apply(op, [reshape(x, [...x.shape, 1])], { first: rank, last: rank }), x.shape);
  }
  let out = x;
  for (const [first, last] of runsOf(dims)) out = apply(op, [out], { first, last });
  if (keepDim) return out;
  return reshape(
    out,
    x.shape.filter((_, axis) => !dims.includes(axis)),
  );
}

/** Axes that lie apart are brought together first, so that all equal extremes share the gradient alike. */
function extreme(
  fn: string,
  op: OpRecord<string, ReduceAttrs>,
  x: Tensor,
  dim: Dims,
  options: ReduceOptions | undefined,
): Tensor {
  checkTensor(fn, x);
  const dims = normalizeDims(fn, dim, x.shape.length);
  if (runsOf(dims).length < 2) return reduce(fn, op, x, dim, options);
  const others = x.shape.map((_, axis) => axis).filter((axis) => !dims.includes(axis));
  const together = dims.map((_, i) => others.length + i);
  const out = reduce(fn, op, permute(x, [...others, ...dims]), together, options);
  if (options?.keepDim !== true) return out;
  return reshape(
    out,
    x.shape.map((size, axis) => (dims.includes(axis) ? 1 : size)),
  );
}

/**
 * Sums over `dim` (one axis, several, or all): `Σ x`. Whole numbers and masks sum to int32; the sum of nothing is 0.
 *
 * @example
 * ```ts
 * sum(tensor([[1, 2], [3, 4]]), 0).toArray(); // [4, 6]
 * sum(tensor([[1, 2], [3, 4]]), 1, { keepDim: true }).toArray(); // [[3], [7]]
 * ```
 * @throws {IndexError} when an axis does not exist
 */
export function sum(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return reduce("sum", sumOp, x, dim, options);
}

/**
 * The largest value over `dim`; NaN when one is NaN. Equal ones share the gradient. Its position is {@link argmax}.
 *
 * @example
 * ```ts
 * max(tensor([[1, 4], [3, 2]]), 1).toArray(); // [4, 3]
 * ```
 * @throws {IndexError} when an axis does not exist
 * @throws {ShapeError} when there is nothing to choose from
 * @throws {DTypeError} when `x` is bool
 */
export function max(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return extreme("max", maxOp, x, dim, options);
}

/**
 * The smallest value over `dim`; NaN when one is NaN. Equal ones share the gradient. Its position is {@link argmin}.
 *
 * @example
 * ```ts
 * min(tensor([[1, 4], [3, 2]]), 1).toArray(); // [1, 2]
 * ```
 * @throws {IndexError} when an axis does not exist
 * @throws {ShapeError} when there is nothing to choose from
 * @throws {DTypeError} when `x` is bool
 */
export function min(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return extreme("min", minOp, x, dim, options);
}

/**
 * `log Σ e^x` over `dim`, shifted by the largest value so that it neither overflows nor vanishes; of nothing -∞.
 *
 * @example
 * ```ts
 * logSumExp(tensor([1000, 1000])).item(); // 1000.69…
 * ```
 * @throws {IndexError} when an axis does not exist
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function logSumExp(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return reduce("logSumExp", logSumExpOp, x, dim, options);
}

/**
 * Whether any element over `dim` holds; false for nothing.
 *
 * @example
 * ```ts
 * any(tensor([[true, false], [false, false]]), 1).toArray(); // [true, false]
 * ```
 * @throws {IndexError} when an axis does not exist
 * @throws {DTypeError} unless `x` is bool
 */
export function any(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return reduce("any", anyOp, x, dim, options);
}

/**
 * Whether all elements over `dim` hold; true for nothing.
 *
 * @example
 * ```ts
 * all(tensor([[true, false], [true, true]]), 1).toArray(); // [false, true]
 * ```
 * @throws {IndexError} when an axis does not exist
 * @throws {DTypeError} unless `x` is bool
 */
export function all(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return reduce("all", allOp, x, dim, options);
}
