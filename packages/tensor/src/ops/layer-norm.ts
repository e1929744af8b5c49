import { checkTensor } from "../check.ts";
import type { TypedArray } from "../dtype.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { groupOf } from "../groups.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkNumber, checkOptions, checkWhole } from "../options.ts";
import { floatDType, shapeOfFirst } from "../rules.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { layerNormGradKernel, layerNormKernel } from "../wasm/layer-norm.ts";
import { add } from "./arithmetic.ts";

/** How many of the last axes are normalised over together, and what is added to their variance. */
export interface LayerNormAttrs {
  readonly axes: number;
  readonly eps: number;
}

/** The mean of `n` values, and `1 / √(variance + eps)`. */
function momentsOf(x: TypedArray, at: number, n: number, eps: number): { mean: number; scale: number } {
  let sum = 0;
  for (let i = at; i < at + n; i++) sum += x[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = at; i < at + n; i++) squares += (x[i] - mean) * (x[i] - mean);
  return { mean, scale: 1 / Math.sqrt(squares / n + eps) };
}

/** How many values a row has. */
export function rowLength({ shape }: Tensor, { axes }: LayerNormAttrs): number {
  return groupOf(shape, shape.length - axes, shape.length - 1).n;
}

function checkAxes(fn: string, x: Tensor, { axes }: LayerNormAttrs): void {
  if (axes > x.shape.length)
    throw new ShapeError(`${fn}: cannot normalise over ${axes} axes of a tensor of shape ${formatShape(x.shape)}`);
}

export const layerNormOp: OpRecord<"layerNorm", LayerNormAttrs> = /* @__PURE__ */ defineOp<"layerNorm", LayerNormAttrs>(
  {
    name: "layerNorm",
    dtype: floatDType,
    shape: ([x, ...affine], attrs): Shape => {
      checkAxes("layerNorm", x, attrs);
      const last = x.shape.slice(x.shape.length - attrs.axes);
      for (const { shape } of affine)
        if (!sameShape(shape, last))
          throw new ShapeError(
            `layerNorm: expected weight and bias of shape ${formatShape(last)}, got ${formatShape(shape)}`,
          );
      return x.shape;
    },
    forward: (out, [x, weight, bias], attrs) => {
      const n = rowLength(x, attrs);
      const [data, scales, shifts] = [x.data, weight?.data, bias?.data];
      for (let at = 0; at < out.length; at += n) {
        const { mean, scale } = momentsOf(data, at, n, attrs.eps);
        for (let k = 0; k < n; k++) out[at + k] = (data[at + k] - mean) * scale;
        if (scales !== undefined) for (let k = 0; k < n; k++) out[at + k] *= scales[k];
        if (shifts !== undefined) for (let k = 0; k < n; k++) out[at + k] += shifts[k];
      }
    },
    kernel: layerNormKernel,
  },
);

export const layerNormGradOp: OpRecord<"layerNormGrad", LayerNormAttrs> = /* @__PURE__ */ defineOp<
  "layerNormGrad",
  LayerNormAttrs
>({
  name: "layerNormGrad",
  dtype: floatDType,
  shape: ([g, x], attrs) => {
    if (!sameShape(g.shape, x.shape))
      throw new ShapeError(`layerNormGrad: shapes differ, got ${formatShape(g.shape)} and ${formatShape(x.shape)}`);
    checkAxes("layerNormGrad", x, attrs);
    return shapeOfFirst([x]);
  },
  forward: (out, [g, x], attrs) => {
    const n = rowLength(x, attrs);
    const [given, data] = [g.data, x.data];
    for (let at = 0; at < out.length; at += n) {
      const { mean, scale } = momentsOf(data, at, n, attrs.eps);
      let [sum, along] = [0, 0];
      for (let i = at; i < at + n; i++) {
        sum += given[i];
        along += given[i] * ((data[i] - mean) * scale);
      }
      for (let i = at; i < at + n; i++)
        out[i] = (given[i] - sum / n - (along / n) * ((data[i] - mean) * scale)) * scale;
    }
  },
  kernel: layerNormGradKernel,
});

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** How many of the last axes are normalised over together (default 1). */
  axes?: number;
  /** Added to the variance (default 1e-5). */
  eps?: number;
  /** Of the shape of those axes. */
  weight?: Tensor | undefined;
  bias?: Tensor | undefined;
}

/**
 * Normalises over the last axes: `y = (x - mean) / √(variance + eps) * weight + bias`, with the population variance, in
 * float64 up to the weight (Ba et al., 2016; PyTorch's `layer_norm`).
 *
 * @param x `[…, ...axes]`
 * @example
 * ```ts
 * layerNorm(tensor([[1, 3]]), { eps: 0 }).toArray(); // [[-1, 1]]
 * ```
 * @throws {ShapeError} when there are fewer axes, or weight or bias have another shape
 * @throws {OptionError} unless `axes` is a whole number from 1 on, and `eps` a number
 * @throws {DTypeError} unless all are float32, or float64
 */
export function layerNorm(x: Tensor, options: LayerNormOptions = {}): Tensor {
  checkTensor("layerNorm", x);
  checkOptions("layerNorm", options, ["axes", "eps", "weight", "bias"]);
  const { axes, eps, weight, bias } = options;
  const attrs = attrsOf("layerNorm", axes, eps);
  for (const one of [weight, bias]) if (one !== undefined) checkTensor("layerNorm", one);
  if (weight === undefined) {
    const y = apply(layerNormOp, [x], attrs);
    return bias === undefined ? y : add(y, bias);
  }
  return apply(layerNormOp, bias === undefined ? [x, weight] : [x, weight, bias], attrs);
}

/**
 * The gradient of {@link layerNorm} without weight and bias: `(g - mean(g) - y mean(g y)) / √(variance + eps)`, for the
 * output's gradient `g` and `y = layerNorm(x)`.
 *
 * @example
 * ```ts
 * layerNormGrad(tensor([[1, 0]]), tensor([[0, 2]]), { eps: 1 }).toArray(); // [[0.17677…, -0.17677…]]
 * ```
 * @throws {ShapeError} when the shapes differ
 * @throws {OptionError} as {@link layerNorm} does
 * @throws {DTypeError} unless both are float32, or float64
 */
export function layerNormGrad(g: Tensor, x: Tensor, options: Pick<LayerNormOptions, "axes" | "eps"> = {}): Tensor {
  for (const one of [g, x]) checkTensor("layerNormGrad", one);
  checkOptions("layerNormGrad", options, ["axes", "eps"]);
  return apply(layerNormGradOp, [g, x], attrsOf("layerNormGrad", options.axes, options.eps));
}

function attrsOf(fn: string, axes = 1, eps = 1e-5): LayerNormAttrs {
  checkWhole(fn, "axes", axes);
  if (axes < 1) throw new OptionError(`${fn}: axes must be at least 1, got ${axes}`);
  return { axes, eps: checkNumber(fn, "eps", eps) };
}
