import {
  add,
  broadcastShapes,
  checkOptions,
  checkTensor,
  formatShape,
  mul,
  neg,
  ShapeError,
  sameShape,
  softplus,
  sub,
  type Tensor,
} from "@unroll/tensor";
import { checkPair, checkReduction, checkSameDType, type LossOptions, reduceLoss, weighted } from "./reduction.ts";

/** Options of {@link binaryCrossEntropyWithLogits}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** The weight of positive targets, broadcast to the logits: above 1 it favours recall. */
  posWeight?: Tensor;
  /** A weight for each value, broadcast to the logits; a mean still divides by the number of values, as in PyTorch. */
  weight?: Tensor;
}

/**
 * The cross entropy of independent yes-or-no questions, from logits: with `s = sigmoid(x)`,
 * `-(posWeight t log s + (1 - t) log(1 - s))`, computed as `(1 - t) x + (1 + (posWeight - 1) t) softplus(-x)`, which
 * neither overflows nor takes the logarithm of 0 (PyTorch's `binary_cross_entropy_with_logits`).
 *
 * @param logits any shape
 * @param targets probabilities in [0, 1], same shape and dtype
 * @throws {ShapeError} when the shapes differ, or a weight does not broadcast to them
 * @example
 * ```ts
 * binaryCrossEntropyWithLogits(tensor([0, 1000]), tensor([1, 1]), { reduction: "sum" }).item(); // 0.6931…
 * ```
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const fn = "binaryCrossEntropyWithLogits";
  checkOptions(fn, options, ["reduction", "posWeight", "weight"]);
  const { reduction = "mean", posWeight, weight } = options;
  checkReduction(fn, reduction);
  checkPair(fn, logits, targets);
  checkWeight(fn, "posWeight", posWeight, logits);
  checkWeight(fn, "weight", weight, logits);
  const tail = softplus(neg(logits));
  const scaled = posWeight === undefined ? tail : mul(add(mul(sub(posWeight, 1), targets), 1), tail);
  return reduceLoss(weighted(add(mul(sub(1, targets), logits), scaled), weight), reduction);
}

function checkWeight(fn: string, name: string, weight: Tensor | undefined, logits: Tensor): void {
  if (weight === undefined) return;
  checkTensor(`${fn}: ${name}`, weight);
  checkSameDType(fn, name, weight.dtype, logits.dtype);
  if (!sameShape(broadcastShapes(fn, [weight.shape, logits.shape]), logits.shape))
    throw new ShapeError(
      `${fn}: expected a ${name} that broadcasts to ${formatShape(logits.shape)}, got ${formatShape(weight.shape)}`,
    );
}
