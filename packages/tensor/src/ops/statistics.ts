import { type Dims, normalizeDims } from "../groups.ts";
import { floatDType } from "../rules.ts";
import type { Tensor } from "../tensor.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { sqrt } from "./elementwise.ts";
import { type ReduceOptions, sum } from "./reductions.ts";

function countOver(fn: string, x: Tensor, dim: Dims): number {
  return normalizeDims(fn, dim, x.shape.length).reduce((count, axis) => count * x.shape[axis], 1);
}

/** The mean over `dim`: `Σ x / n`; NaN for nothing. Throws `DTypeError` unless `x` is floating. */
export function mean(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  floatDType("mean", [x]);
  return div(sum(x, dim, options), countOver("mean", x, dim));
}

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the count: 1 (default, unbiased) or 0 (population), as in PyTorch. */
  correction?: number;
}

/**
 * The variance over `dim`: `Σ (x - mean)² / max(0, n - correction)`.
 *
 * @example
 * ```ts
 * variance(tensor([1, 2, 3, 4])).item(); // 1.6666666269302368
 * ```
 */
export function variance(x: Tensor, dim?: Dims, { correction = 1, keepDim = false }: VarianceOptions = {}): Tensor {
  const centred = sub(x, mean(x, dim, { keepDim: true }));
  return div(sum(mul(centred, centred), dim, { keepDim }), Math.max(0, countOver("variance", x, dim) - correction));
}

/** The standard deviation over `dim`: the square root of {@link variance}. */
export function std(x: Tensor, dim?: Dims, options: VarianceOptions = {}): Tensor {
  return sqrt(variance(x, dim, options));
}
