import {
  add,
  checkOptions,
  checkTensor,
  DTypeError,
  formatShape,
  isFloat,
  logSoftmax,
  mul,
  OptionError,
  reshape,
  ShapeError,
  sameShape,
  softmaxCrossEntropy,
  sub,
  sum,
  type Tensor,
  where,
} from "@unroll/tensor";
import { type ClassLossOptions, checkClassWeight, indexedLoss, type Rows, reduceIndexed, rowsOf } from "./classes.ts";
import { checkFloats, checkReduction, reduceLoss, weighted } from "./reduction.ts";

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends ClassLossOptions {
  /** The share of each target that is spread evenly over all classes (default 0; Szegedy et al., 2016). */
  labelSmoothing?: number;
}

/**
 * The cross entropy between class targets and `softmax(logits)`: `-Σ_c weight[c] t[c] logSoftmax(logits)[c]` (PyTorch's
 * `cross_entropy`). Targets are int32 indices, or probabilities when they are floating.
 *
 * Classes lie on the last axis, so `[T, B, C]` takes targets `[T, B]` as they are; PyTorch's second axis is
 * `classDim: 1`. For `[N, C]` both are the same.
 *
 * A mean divides by the weights of the targets that are not ignored (indices), or by the number of rows whatever the
 * weights (probabilities), as in PyTorch; with nothing to divide by it is NaN.
 *
 * @param logits `[…, C]`
 * @param targets int32 `[…]`, or probabilities `[…, C]`
 * @throws {IndexError} for an index outside [0, C) other than `ignoreIndex`
 * @throws {ShapeError} when the shapes do not fit
 * @throws {OptionError} for `ignoreIndex` with probabilities, or `labelSmoothing` outside [0, 1]
 * @example
 * ```ts
 * crossEntropy(tensor([[0, 0], [1000, 0]]), tensor([0, 0], { dtype: "int32" })).item(); // 0.3465…
 * ```
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const fn = "crossEntropy";
  checkOptions(fn, options, ["reduction", "classDim", "weight", "ignoreIndex", "labelSmoothing"]);
  const { reduction = "mean", classDim = -1, weight, labelSmoothing = 0 } = options;
  checkReduction(fn, reduction);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new OptionError(`${fn}: labelSmoothing must be in [0, 1], got ${String(labelSmoothing)}`);
  checkTensor(`${fn}: logits`, logits);
  checkTensor(`${fn}: targets`, targets);
  if (!isFloat(logits.dtype)) throw new DTypeError(`${fn}: expected float32 or float64 logits, got ${logits.dtype}`);
  const rows = rowsOf(fn, logits, classDim);
  checkClassWeight(fn, weight, logits, rows.classes);
  return isFloat(targets.dtype)
    ? fromProbabilities(logits, rows, targets, options)
    : fromIndices(rows, targets, options);
}

function fromIndices(logits: Rows, targets: Tensor, options: CrossEntropyOptions): Tensor {
  const { reduction = "mean", weight, labelSmoothing = 0 } = options;
  const { losses, total, ignored } = indexedLoss("crossEntropy", logits, targets, options, (flat, ignoreIndex) =>
    softmaxCrossEntropy(logits.rows, flat, ignoreIndex),
  );
  if (labelSmoothing === 0) return reduceIndexed(losses, logits, total, reduction);
  // PyTorch divides the spread part by the weights of the targets too, not by those of all classes.
  const spread = where(ignored, 0, sub(0, sum(weighted(logSoftmax(logits.rows, 1), weight), 1)));
  const smoothed = add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing / logits.classes));
  return reduceIndexed(smoothed, logits, total, reduction);
}

function fromProbabilities(logits: Tensor, rows: Rows, targets: Tensor, options: CrossEntropyOptions): Tensor {
  const { reduction = "mean", classDim = -1, weight, labelSmoothing = 0, ignoreIndex } = options;
  if (ignoreIndex !== undefined)
    throw new OptionError("crossEntropy: ignoreIndex is for class indices, got targets that are probabilities");
  checkFloats("crossEntropy", logits, targets);
  if (!sameShape(targets.shape, logits.shape))
    throw new ShapeError(
      `crossEntropy: expected probabilities of shape ${formatShape(logits.shape)}, got ${formatShape(targets.shape)}; class indices must be int32`,
    );
  const given = rowsOf("crossEntropy", targets, classDim).rows;
  const smoothed = labelSmoothing === 0 ? given : add(mul(given, 1 - labelSmoothing), labelSmoothing / rows.classes);
  const losses = sub(0, sum(mul(smoothed, weighted(logSoftmax(rows.rows, 1), weight)), 1));
  return reduceLoss(reduction === "none" ? reshape(losses, rows.lead) : losses, reduction);
}
