import { type Parameter, parameter } from "@unroll/autograd";
import {
  addmm,
  checkBoolean,
  checkOptions,
  checkTensor,
  formatShape,
  type Generator,
  matmul,
  reshape,
  ShapeError,
  type Tensor,
} from "@unroll/tensor";
import { checkFloatDType, checkGiven, checkSize, formatTail } from "./check.ts";
import { kaimingUniform, uniformInit } from "./init-random.ts";
import type { Layer } from "./layer.ts";
import { Module } from "./module.ts";

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Whether a bias is added (default true). */
  bias?: boolean;
  /** A parameter `[outFeatures, inFeatures]` to use instead of a new one, such as the weight of an {@link Embedding}. */
  weight?: Parameter;
  /** float32 unless given; that of `weight` when one is. */
  dtype?: "float32" | "float64";
  generator?: Generator;
}

/**
 * An affine map: `y = x Wᵀ + b`, with weight `[out, in]` and bias `[out]`; both start uniform in ±1/√in (PyTorch's
 * `nn.Linear`).
 *
 * @example
 * ```ts
 * const layer = new Linear(3, 2);
 * layer.forward(zeros([5, 3])).shape; // [5, 2]
 * ```
 */
export class Linear extends Module implements Layer<[x: Tensor], Tensor> {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  /** @throws {OptionError} for sizes below 1 or unknown options */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkOptions("Linear", options, ["bias", "weight", "dtype", "generator"]);
    checkSize("Linear", "inFeatures", inFeatures);
    checkSize("Linear", "outFeatures", outFeatures);
    const bias = checkBoolean("Linear", "bias", options.bias, true);
    const { weight, dtype = "float32", generator } = options;
    checkFloatDType("Linear", dtype);
    const shape = [outFeatures, inFeatures];
    if (weight !== undefined) checkGiven("Linear", weight, shape);
    const bound = 1 / Math.sqrt(inFeatures);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = weight ?? parameter(kaimingUniform(shape, { negativeSlope: Math.sqrt(5), dtype, generator }));
    this.bias = bias
      ? parameter(
          uniformInit([outFeatures], { min: -bound, max: bound, dtype: this.weight.dtype as typeof dtype, generator }),
        )
      : undefined;
  }

  /**
   * @param x `[…, inFeatures]`
   * @returns `[…, outFeatures]`
   * @throws {ShapeError} when the last axis differs
   */
  forward(x: Tensor): Tensor {
    checkTensor("Linear.forward", x);
    if (x.shape.at(-1) !== this.inFeatures)
      throw new ShapeError(`Linear: expected ${formatTail([this.inFeatures])}, got ${formatShape(x.shape)}`);
    const transposed = { transposeB: true };
    if (this.bias === undefined) return matmul(x, this.weight, transposed);
    // Rows are rows, whatever axes they come in: one product over all of them.
    const rows = x.shape.length === 2 ? x : reshape(x, [-1, this.inFeatures]);
    const out = addmm(this.bias, rows, this.weight, transposed);
    return rows === x ? out : reshape(out, [...x.shape.slice(0, -1), this.outFeatures]);
  }

  describe(): string {
    return `Linear(${this.inFeatures}, ${this.outFeatures}${this.bias === undefined ? ", bias: false" : ""})`;
  }
}
