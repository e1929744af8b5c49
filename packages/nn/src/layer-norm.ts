import { type Parameter, parameter } from "@unroll/autograd";
import {
  checkBoolean,
  checkOptions,
  checkTensor,
  describe,
  formatShape,
  layerNorm,
  OptionError,
  ones,
  ShapeError,
  sameShape,
  type Tensor,
  zeros,
} from "@unroll/tensor";
import { checkFloatDType, checkSize, formatTail } from "./check.ts";
import type { Layer } from "./layer.ts";
import { Module } from "./module.ts";

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance (default 1e-5). */
  eps?: number;
  /** Whether a weight and a bias are learned (default true). */
  elementwiseAffine?: boolean;
  /** Whether the affine part has a bias (default true). */
  bias?: boolean;
  /** float32 unless given. */
  dtype?: "float32" | "float64";
}

/**
 * Normalises over the last axes: `y = (x - mean) / √(variance + eps) * weight + bias`, with the population variance (Ba
 * et al., 2016; PyTorch's `nn.LayerNorm`).
 *
 * @example
 * ```ts
 * new LayerNorm(2).forward(tensor([[1, 3]])).toArray(); // [[-0.99999…, 0.99999…]]
 * ```
 */
export class LayerNorm extends Module implements Layer<[x: Tensor], Tensor> {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;

  /**
   * @param normalizedShape the sizes of the last axes, or of the last one
   * @throws {OptionError} for sizes below 1, a negative `eps` or unknown options
   */
  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    checkOptions("LayerNorm", options, ["eps", "elementwiseAffine", "bias", "dtype"]);
    const { eps = 1e-5, dtype = "float32" } = options;
    const elementwiseAffine = checkBoolean("LayerNorm", "elementwiseAffine", options.elementwiseAffine, true);
    const bias = checkBoolean("LayerNorm", "bias", options.bias, true);
    if (typeof normalizedShape !== "number" && !Array.isArray(normalizedShape))
      throw new OptionError(
        `LayerNorm: normalizedShape must be a size or an array of sizes, got ${describe(normalizedShape)}`,
      );
    const shape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    if (shape.length === 0) throw new OptionError("LayerNorm: normalizedShape needs at least one size");
    for (const size of shape) checkSize("LayerNorm", "normalizedShape", size);
    if (!(eps >= 0)) throw new OptionError(`LayerNorm: eps must be >= 0, got ${eps}`);
    checkFloatDType("LayerNorm", dtype);
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(shape, { dtype })) : undefined;
    this.bias = elementwiseAffine && bias ? parameter(zeros(shape, { dtype })) : undefined;
  }

  /**
   * @param x `[…, ...normalizedShape]`
   * @returns the same shape
   * @throws {ShapeError} when the last axes differ
   */
  forward(x: Tensor): Tensor {
    checkTensor("LayerNorm.forward", x);
    const count = this.normalizedShape.length;
    if (x.shape.length < count || !sameShape(x.shape.slice(-count), this.normalizedShape))
      throw new ShapeError(`LayerNorm: expected ${formatTail(this.normalizedShape)}, got ${formatShape(x.shape)}`);
    return layerNorm(x, { axes: count, eps: this.eps, weight: this.weight, bias: this.bias });
  }

  describe(): string {
    return `LayerNorm(${formatShape(this.normalizedShape)}, eps: ${this.eps})`;
  }
}
