import {
  checkOptions,
  checkTensor,
  DTypeError,
  gather,
  isFloat,
  reshape,
  sub,
  type Tensor,
  unsqueeze,
  where,
} from "@unroll/tensor";
import { type ClassLossOptions, checkClassWeight, indexedLoss, reduceIndexed, rowsOf } from "./classes.ts";
import { checkReduction } from "./reduction.ts";

/**
 * The negative log-likelihood of class indices, from log-probabilities: `-weight[t] logProbs[t]` (PyTorch's `nll_loss`).
 * With all targets ignored, a mean is NaN, as in PyTorch.
 *
 * @param logProbs `[…, C]`
 * @param targets int32 class indices `[…]`
 * @throws {IndexError} for an index outside [0, C) other than `ignoreIndex`
 * @throws {ShapeError} when the shapes do not fit
 */
export function nll(logProbs: Tensor, targets: Tensor, options: ClassLossOptions = {}): Tensor {
  checkOptions("nll", options, ["reduction", "classDim", "weight", "ignoreIndex"]);
  const { reduction = "mean", classDim = -1, weight } = options;
  checkReduction("nll", reduction);
  checkTensor("nll: logProbs", logProbs);
  if (!isFloat(logProbs.dtype)) throw new DTypeError(`nll: expected float32 or float64, got ${logProbs.dtype}`);
  const rows = rowsOf("nll", logProbs, classDim);
  checkClassWeight("nll", weight, logProbs, rows.classes);
  const { losses, total } = indexedLoss("nll", rows, targets, options, (flat, _, ignored) => {
    const index = unsqueeze(where(ignored, 0, flat), 1);
    // 0 - x, since -x would make -0 of a perfect prediction.
    return where(ignored, 0, sub(0, reshape(gather(rows.rows, 1, index), flat.shape)));
  });
  return reduceIndexed(losses, rows, total, reduction);
}
