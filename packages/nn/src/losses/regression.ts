import { abs, checkOptions, less, mul, OptionError, sub, type Tensor, where } from "@unroll/tensor";
import { checkPair, checkReduction, type LossOptions, reduceLoss } from "./reduction.ts";

/**
 * The squared error: `(input - target)²` (PyTorch's `mse_loss`).
 *
 * @param input any shape
 * @param target the same shape
 * @throws {ShapeError} when the shapes differ
 * @example
 * ```ts
 * mse(tensor([1, 2]), tensor([1, 4])).item(); // 2
 * ```
 */
export function mse(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const difference = differenceOf("mse", input, target, options, ["reduction"]);
  return reduceLoss(mul(difference, difference), options.reduction ?? "mean");
}

/**
 * The absolute error: `|input - target|`, with gradient 0 where it is 0 (PyTorch's `l1_loss`).
 *
 * @throws {ShapeError} when the shapes differ
 */
export function l1(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return reduceLoss(abs(differenceOf("l1", input, target, options, ["reduction"])), options.reduction ?? "mean");
}

/** Options of {@link huber}. */
export interface HuberOptions extends LossOptions {
  /** Where the square turns into a line (default 1). */
  delta?: number;
}

/**
 * The squared error near 0 and the absolute error far from it: `d²/2` where `|d| < delta`, else `delta (|d| - delta/2)`
 * (Huber, 1964; PyTorch's `huber_loss`).
 *
 * @throws {ShapeError} when the shapes differ
 * @throws {OptionError} unless `delta` is above 0
 */
export function huber(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const difference = differenceOf("huber", input, target, options, ["reduction", "delta"]);
  const { delta = 1, reduction = "mean" } = options;
  if (typeof delta !== "number" || !(delta > 0))
    throw new OptionError(`huber: delta must be > 0, got ${String(delta)}`);
  const size = abs(difference);
  const near = mul(mul(size, size), 0.5);
  return reduceLoss(where(less(size, delta), near, mul(sub(size, 0.5 * delta), delta)), reduction);
}

function differenceOf(
  fn: string,
  input: Tensor,
  target: Tensor,
  options: LossOptions,
  known: readonly string[],
): Tensor {
  checkOptions(fn, options, known);
  checkReduction(fn, options.reduction ?? "mean");
  checkPair(fn, input, target);
  return sub(input, target);
}
