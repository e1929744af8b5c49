import type { TypedArray } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { apply, defineOp, type OpKernel, type OpRecord } from "../op.ts";
import { floatDType } from "../rules.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mapKernel } from "../wasm/unary.ts";

function activationGradient<Name extends string>(
  name: Name,
  loop: (out: TypedArray, g: TypedArray, y: TypedArray) => void,
  kernel: OpKernel,
): OpRecord<Name> {
  return defineOp<Name>({
    name,
    dtype: floatDType,
    shape: ([g, y]) => {
      if (!sameShape(g.shape, y.shape))
        throw new ShapeError(`${name}: shapes differ, got ${formatShape(g.shape)} and ${formatShape(y.shape)}`);
      return y.shape;
    },
    forward: (out, [g, y]) => loop(out, g.data, y.data),
    kernel,
  });
}

export const tanhGradOp: OpRecord<"tanhGrad"> = /* @__PURE__ */ activationGradient(
  "tanhGrad",
  (out, g, y) => {
    for (let i = 0; i < out.length; i++) out[i] = g[i] * ((1 - y[i]) * (1 + y[i]));
  },
  /* @__PURE__ */ mapKernel(0, (run, g, n, _, y) => run.tanhGrad(g, g, y, n)),
);

export const sigmoidGradOp: OpRecord<"sigmoidGrad"> = /* @__PURE__ */ activationGradient(
  "sigmoidGrad",
  (out, g, y) => {
    for (let i = 0; i < out.length; i++) out[i] = g[i] * (y[i] * (1 - y[i]));
  },
  /* @__PURE__ */ mapKernel(0, (run, g, n, _, y) => run.sigmoidGrad(g, g, y, n)),
);

/**
 * The gradient of {@link tanh} from its output: `g (1 - y)(1 + y)` for `y = tanh(x)` and the output's gradient `g`. The
 * product keeps the digits near ±1 that `1 - y²` loses: saturated units are where gradients vanish.
 *
 * @example
 * ```ts
 * tanhGrad(tensor([1, 2]), tensor([0, 0.5])).toArray(); // [1, 1.5]
 * ```
 * @throws {ShapeError} when the shapes differ
 * @throws {DTypeError} unless both are float32, or float64
 */
export function tanhGrad(g: Tensor, y: Tensor): Tensor {
  return apply(tanhGradOp, [g, y], undefined);
}

/**
 * The gradient of {@link sigmoid} from its output: `g y (1 - y)` for `y = sigmoid(x)` and the output's gradient `g`.
 *
 * @example
 * ```ts
 * sigmoidGrad(tensor([1, 4]), tensor([0.5, 0.5])).toArray(); // [0.25, 1]
 * ```
 * @throws {ShapeError} when the shapes differ
 * @throws {DTypeError} unless both are float32, or float64
 */
export function sigmoidGrad(g: Tensor, y: Tensor): Tensor {
  return apply(sigmoidGradOp, [g, y], undefined);
}
