import { checkTensor } from "../check.ts";
import { type Dims, normalizeDims } from "../groups.ts";
import { checkNumber, checkOptions } from "../options.ts";
import { floatDType } from "../rules.ts";
import type { Tensor } from "../tensor.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { equal, where } from "./comparison.ts";
import { sqrt } from "./elementwise.ts";
import { type ReduceOptions, reduce, sumOp } from "./reductions.ts";

function countOver(fn: string, x: Tensor, dim: Dims): number {
  return normalizeDims(fn, dim, x.shape.length).reduce((count, axis) => count * x.shape[axis], 1);
}

function meanAs(fn: string, x: Tensor, dim: Dims, options: ReduceOptions | undefined): Tensor {
  checkTensor(fn, x);
  floatDType(fn, [x]);
  return div(reduce(fn, sumOp, x, dim, options), countOver(fn, x, dim));
}

/**
 * The mean over `dim`: `Σ x / n`; NaN for nothing.
 *
 * @example
 * ```ts
 * mean(tensor([[1, 2], [3, 4]]), 0).toArray(); // [2, 3]
 * ```
 * @throws {IndexError} when an axis does not exist
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function mean(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return meanAs("mean", x, dim, options);
}

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the count: 1 (default, unbiased) or 0 (population), as in PyTorch. */
  correction?: number;
}

/**
 * The variance over `dim`: `Σ (x - mean)² / max(0, n - correction)`, in two passes.
 *
 * @example
 * ```ts
 * variance(tensor([1, 2, 3, 4])).item(); // 1.66666…
 * variance(tensor([1, 2, 3, 4]), 0, { correction: 0 }).item(); // 1.25
 * ```
 * @throws {IndexError} when an axis does not exist
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function variance(x: Tensor, dim?: Dims, options?: VarianceOptions): Tensor {
  return varianceAs("variance", x, dim, options);
}

function varianceAs(fn: string, x: Tensor, dim: Dims, options: VarianceOptions = {}): Tensor {
  checkOptions(fn, options, ["correction", "keepDim"]);
  const correction = checkNumber(fn, "correction", options.correction ?? 1);
  const centred = sub(x, meanAs(fn, x, dim, { keepDim: true }));
  const squares = reduce(fn, sumOp, mul(centred, centred), dim, { keepDim: options.keepDim });
  return div(squares, Math.max(0, countOver(fn, x, dim) - correction));
}

/** The standard deviation over `dim`: the square root of {@link variance}. Its gradient at equal values is 0, as in PyTorch. */
export function std(x: Tensor, dim?: Dims, options?: VarianceOptions): Tensor {
  const squared = varianceAs("std", x, dim, options);
  // The slope of a square root at 0 is infinite, and would make the gradient NaN.
  const equalValues = equal(squared, 0);
  return where(equalValues, 0, sqrt(where(equalValues, 1, squared)));
}
