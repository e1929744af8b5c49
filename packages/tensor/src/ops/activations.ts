import { checkTensor } from "../check.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkNumber } from "../options.ts";
import { floatDType, shapeOfFirst } from "../rules.ts";
import type { Tensor } from "../tensor.ts";
import { mapKernel } from "../wasm/unary.ts";
import { add, mul } from "./arithmetic.ts";
import { erf, neg, unary } from "./elementwise.ts";

export const tanhOp: OpRecord<"tanh"> = /* @__PURE__ */ unary(
  "tanh",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i]);
  },
  "tanh",
);

export const sigmoidOp: OpRecord<"sigmoid"> = /* @__PURE__ */ unary(
  "sigmoid",
  floatDType,
  (y, x) => {
    // exp only ever sees a negative number: it cannot overflow, and small results keep all their digits.
    for (let i = 0; i < y.length; i++) {
      const e = Math.exp(-Math.abs(x[i]));
      y[i] = (x[i] >= 0 ? 1 : e) / (1 + e);
    }
  },
  "sigmoid",
);

export const reluOp: OpRecord<"relu"> = /* @__PURE__ */ unary(
  "relu",
  floatDType,
  (y, x) => {
    // Not Math.max, which makes 0 of -0, as PyTorch does not.
    for (let i = 0; i < y.length; i++) y[i] = x[i] < 0 ? 0 : x[i];
  },
  "relu",
);

export const softplusOp: OpRecord<"softplus"> = /* @__PURE__ */ unary(
  "softplus",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i])));
  },
  "softplus",
);

export const hardSigmoidOp: OpRecord<"hardSigmoid"> = /* @__PURE__ */ unary(
  "hardSigmoid",
  floatDType,
  (y, x) => {
    // Not x / 6 + 1/2, which loses digits where the two nearly cancel.
    for (let i = 0; i < y.length; i++) y[i] = Math.min(Math.max(x[i] + 3, 0), 6) / 6;
  },
  "hardSigmoid",
);

export const leakyReluOp: OpRecord<"leakyRelu", { slope: number }> = /* @__PURE__ */ defineOp<
  "leakyRelu",
  { slope: number }
>({
  name: "leakyRelu",
  dtype: floatDType,
  shape: shapeOfFirst,
  forward: (out, [x], { slope }) => {
    const a = x.data;
    for (let i = 0; i < out.length; i++) out[i] = a[i] >= 0 ? a[i] : slope * a[i];
  },
  kernel: /* @__PURE__ */ mapKernel(0, (run, at, n, { slope }) => run.leakyRelu(at, at, n, slope)),
});

export const eluOp: OpRecord<"elu", { alpha: number }> = /* @__PURE__ */ defineOp<"elu", { alpha: number }>({
  name: "elu",
  dtype: floatDType,
  shape: shapeOfFirst,
  forward: (out, [x], { alpha }) => {
    const a = x.data;
    for (let i = 0; i < out.length; i++) out[i] = a[i] > 0 ? a[i] : alpha * Math.expm1(a[i]);
  },
  kernel: /* @__PURE__ */ mapKernel(0, (run, at, n, { alpha }) => run.elu(at, at, n, alpha)),
});

/** For functions made of several ops, whose errors would name those. */
function checkFloat(fn: string, x: Tensor): void {
  checkTensor(fn, x);
  floatDType(fn, [x]);
}

/**
 * The hyperbolic tangent, elementwise: `(e^x - e^-x) / (e^x + e^-x)`.
 *
 * @example
 * ```ts
 * tanh(tensor([0, 0.5, -1000])).toArray(); // [0, 0.46211…, -1]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function tanh(x: Tensor): Tensor {
  return apply(tanhOp, [x], undefined);
}

/**
 * The logistic function, elementwise: `1 / (1 + e^-x)`, without overflow at either end.
 *
 * @example
 * ```ts
 * sigmoid(tensor([0, 1000, -1000])).toArray(); // [0.5, 1, 0]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidOp, [x], undefined);
}

/**
 * The positive part, elementwise: `max(x, 0)`. Its derivative at 0 is 0, as in PyTorch.
 *
 * @example
 * ```ts
 * relu(tensor([-2, 0, 3])).toArray(); // [0, 0, 3]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function relu(x: Tensor): Tensor {
  return apply(reluOp, [x], undefined);
}

/**
 * `x` where `x >= 0`, else `negativeSlope * x` (Maas et al., 2013).
 *
 * @example
 * ```ts
 * leakyRelu(tensor([-2, 3]), 0.5).toArray(); // [-1, 3]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 * @throws {OptionError} when the slope is not a number
 */
export function leakyRelu(x: Tensor, negativeSlope: number = 0.01): Tensor {
  return apply(leakyReluOp, [x], { slope: checkNumber("leakyRelu", "negativeSlope", negativeSlope) });
}

/**
 * `x` where `x > 0`, else `alpha (e^x - 1)` (Clevert et al., 2015).
 *
 * @example
 * ```ts
 * elu(tensor([-1000, 3])).toArray(); // [-1, 3]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 * @throws {OptionError} when alpha is not a number
 */
export function elu(x: Tensor, alpha: number = 1): Tensor {
  return apply(eluOp, [x], { alpha: checkNumber("elu", "alpha", alpha) });
}

/**
 * `x Φ(x) = x/2 (1 + erf(x / sqrt 2))`, elementwise: the exact form (Hendrycks and Gimpel, 2016), not the one by tanh.
 *
 * @example
 * ```ts
 * gelu(tensor([0, 1])).toArray(); // [0, 0.84134…]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function gelu(x: Tensor): Tensor {
  checkFloat("gelu", x);
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/**
 * `x sigmoid(x)`, elementwise (Hendrycks and Gimpel, 2016; also called swish).
 *
 * @example
 * ```ts
 * silu(tensor([0, 1])).toArray(); // [0, 0.73105…]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function silu(x: Tensor): Tensor {
  checkFloat("silu", x);
  return mul(x, sigmoid(x));
}

/**
 * `log(1 + e^x)`, elementwise, without overflow.
 *
 * @example
 * ```ts
 * softplus(tensor([-1000, 0, 1000])).toArray(); // [0, 0.69314…, 1000]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function softplus(x: Tensor): Tensor {
  return apply(softplusOp, [x], undefined);
}

/**
 * `log(sigmoid(x)) = -softplus(-x)`, elementwise; of -1000 it is -1000, where the logarithm of a sigmoid is -∞.
 *
 * @example
 * ```ts
 * logSigmoid(tensor([-1000, 0])).toArray(); // [-1000, -0.69314…]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function logSigmoid(x: Tensor): Tensor {
  checkFloat("logSigmoid", x);
  return neg(softplus(neg(x)));
}

/**
 * `clamp(x/6 + 1/2, 0, 1)`, elementwise: PyTorch's and Keras 3's definition. Keras 2 and ONNX use a slope of 0.2.
 *
 * @example
 * ```ts
 * hardSigmoid(tensor([-4, 0, 1.5])).toArray(); // [0, 0.5, 0.75]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function hardSigmoid(x: Tensor): Tensor {
  return apply(hardSigmoidOp, [x], undefined);
}
