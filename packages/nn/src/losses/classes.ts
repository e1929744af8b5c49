import {
  cast,
  checkTensor,
  checkWhole,
  DTypeError,
  equal,
  formatShape,
  IndexError,
  indexSelect,
  logicalNot,
  mul,
  normalizeDim,
  permute,
  reshape,
  ShapeError,
  sameShape,
  sum,
  type Tensor,
  where,
} from "@unroll/tensor";
import { checkSameDType, type LossOptions, type Reduction, reduceLoss } from "./reduction.ts";

/** Options of losses over classes. */
export interface ClassLossOptions extends LossOptions {
  /** The axis of the classes (default -1, the last). PyTorch puts it second: pass 1 for logits `[N, C, …]`. */
  classDim?: number;
  /** A weight for each class, `[C]`; a mean then divides by the weights of the targets, as in PyTorch. */
  weight?: Tensor;
  /** Targets with this index count for nothing, in the mean neither (default -100). */
  ignoreIndex?: number;
}

/** Values with classes on the last axis, as `[N, C]`, and the shape `[…]` of what lies before. */
export interface Rows {
  readonly rows: Tensor;
  readonly lead: readonly number[];
  readonly classes: number;
}

/** Moves the class axis to the end and joins the others. */
export function rowsOf(fn: string, x: Tensor, classDim: number): Rows {
  if (x.shape.length === 0) throw new ShapeError(`${fn}: expected an axis of classes, got a scalar`);
  const dim = normalizeDim(fn, classDim, x.shape.length);
  const last = x.shape.length - 1;
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== dim);
  const moved = dim === last ? x : permute(x, [...others, dim]);
  const lead = moved.shape.slice(0, -1);
  const classes = x.shape[dim];
  return { rows: reshape(moved, [lead.reduce((product, size) => product * size, 1), classes]), lead, classes };
}

/** Throws unless `weight` is one number of the right dtype for each class. */
export function checkClassWeight(fn: string, weight: Tensor | undefined, x: Tensor, classes: number): void {
  if (weight === undefined) return;
  checkTensor(`${fn}: weight`, weight);
  checkSameDType(fn, "weight", weight.dtype, x.dtype);
  if (!sameShape(weight.shape, [classes]))
    throw new ShapeError(`${fn}: expected a weight of shape [${classes}], got ${formatShape(weight.shape)}`);
}

/** The losses of index targets before reduction, and what a mean divides by. */
export interface IndexedLoss {
  /** `weight[t]` times what each row costs, 0 where ignored. */
  readonly losses: Tensor;
  /** The sum of the targets' weights. */
  readonly total: Tensor;
  /** Which rows are ignored. */
  readonly ignored: Tensor;
}

/**
 * Weighs what each row of targets costs.
 *
 * @param cost one value for each of the targets `[N]`, 0 where they are `ignoreIndex`; throws an IndexError for others
 */
export function indexedLoss(
  fn: string,
  { rows, lead, classes }: Rows,
  targets: Tensor,
  { weight, ignoreIndex = -100 }: ClassLossOptions,
  cost: (targets: Tensor, ignoreIndex: number, ignored: Tensor) => Tensor,
): IndexedLoss {
  checkTensor(`${fn}: targets`, targets);
  if (targets.dtype !== "int32")
    throw new DTypeError(`${fn}: expected int32 class indices, got ${targets.dtype}; use cast`);
  if (!sameShape(targets.shape, lead))
    throw new ShapeError(
      `${fn}: expected targets of shape ${formatShape(lead)} beside ${classes} classes, got ${formatShape(targets.shape)}`,
    );
  checkWhole(fn, "ignoreIndex", ignoreIndex);
  const flat = reshape(targets, [targets.size]);
  const ignored = equal(flat, ignoreIndex);
  const costs = namingTargets(fn, flat, ignoreIndex, classes, () => cost(flat, ignoreIndex, ignored));
  if (weight === undefined) return { losses: costs, total: sum(cast(logicalNot(ignored), rows.dtype)), ignored };
  const weights = where(ignored, 0, indexSelect(weight, 0, where(ignored, 0, flat)));
  return { losses: mul(costs, weights), total: sum(weights), ignored };
}

/** Shapes and reduces what {@link indexedLoss} gives. */
export function reduceIndexed(losses: Tensor, { lead }: Rows, total: Tensor, reduction: Reduction): Tensor {
  return reduceLoss(reduction === "none" ? reshape(losses, lead) : losses, reduction, total);
}

/** Runs what looks targets up, and says which of them is wrong in terms of the loss. */
function namingTargets(fn: string, targets: Tensor, ignoreIndex: number, classes: number, look: () => Tensor): Tensor {
  try {
    return look();
  } catch (error) {
    if (!IndexError.is(error)) throw error;
    const outside = targets.data.find((at) => at !== ignoreIndex && (at < 0 || at >= classes));
    throw new IndexError(`${fn}: expected targets in [0, ${classes}) or ignoreIndex, got ${outside}`);
  }
}
