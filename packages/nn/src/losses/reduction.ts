import {
  checkTensor,
  type DType,
  DTypeError,
  div,
  formatShape,
  isFloat,
  mean,
  mul,
  OptionError,
  ShapeError,
  sameShape,
  sum,
  type Tensor,
} from "@unroll/tensor";

/** How the losses of single values become one: their mean (default), their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** Options that every loss takes. */
export interface LossOptions {
  /** Default `"mean"`. */
  reduction?: Reduction;
}

/** Throws unless the reduction is known. */
export function checkReduction(fn: string, reduction: Reduction): void {
  if (reduction !== "mean" && reduction !== "sum" && reduction !== "none")
    throw new OptionError(`${fn}: reduction must be "mean", "sum" or "none", got ${String(reduction)}`);
}

/** Applies the reduction; a mean divides by the number of values, or by `total` where values have weights. */
export function reduceLoss(values: Tensor, reduction: Reduction, total?: Tensor): Tensor {
  if (reduction === "none") return values;
  if (reduction === "sum") return sum(values);
  return total === undefined ? mean(values) : div(sum(values), total);
}

/** Throws unless both are floating and of one dtype. */
export function checkFloats(fn: string, input: Tensor, target: Tensor): void {
  checkTensor(`${fn}: input`, input);
  checkTensor(`${fn}: target`, target);
  if (!isFloat(input.dtype)) throw new DTypeError(`${fn}: expected float32 or float64, got ${input.dtype}; use cast`);
  checkSameDType(fn, "target", target.dtype, input.dtype);
}

export function checkSameDType(fn: string, name: string, got: DType, expected: DType): void {
  if (got !== expected) throw new DTypeError(`${fn}: expected a ${expected} ${name}, got ${got}; use cast`);
}

/**
 * Throws unless input and target are floating, of one dtype and of one shape. PyTorch broadcasts here with a warning,
 * which turns `[N]` against `[N, 1]` into `[N, N]` losses.
 */
export function checkPair(fn: string, input: Tensor, target: Tensor): void {
  checkFloats(fn, input, target);
  if (!sameShape(input.shape, target.shape))
    throw new ShapeError(
      `${fn}: input and target must have one shape, got ${formatShape(input.shape)} and ${formatShape(target.shape)}`,
    );
}

/** `values` times `weight`, when there is one. */
export function weighted(values: Tensor, weight: Tensor | undefined): Tensor {
  return weight === undefined ? values : mul(values, weight);
}
