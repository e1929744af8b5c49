import { checkTensor } from "../check.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkWhole } from "../options.ts";
import { floatDType } from "../rules.ts";
import { formatShape, type Shape } from "../shape.ts";
import { type CrossEntropyAttrs, classesOf } from "../target-classes.ts";
import type { Tensor } from "../tensor.ts";
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from "../wasm/softmax-cross-entropy.ts";

function checkShapes(fn: string, logits: Tensor, targets: Tensor): void {
  if (logits.shape.length !== 2 || targets.shape.length !== 1 || targets.shape[0] !== logits.shape[0])
    throw new ShapeError(
      `${fn}: expected logits [N, C] and targets [N], got ${formatShape(logits.shape)} and ${formatShape(targets.shape)}`,
    );
}

function dtypeOf(fn: string, floats: readonly Tensor[], targets: Tensor): DType {
  if (targets.dtype !== "int32") throw new DTypeError(`${fn}: expected int32 targets, got ${targets.dtype}; use cast`);
  return floatDType(fn, floats);
}

/** The largest of a row and `Σ e^(x - largest)`. */
function termsOf(x: TypedArray, at: number, n: number): { shift: number; terms: number } {
  let shift = Number.NEGATIVE_INFINITY;
  for (let i = at; i < at + n; i++) shift = Math.max(shift, x[i]);
  let terms = 0;
  for (let i = at; i < at + n; i++) terms += Math.exp(x[i] - shift);
  return { shift, terms };
}

export const softmaxCrossEntropyOp: OpRecord<"softmaxCrossEntropy", CrossEntropyAttrs> = /* @__PURE__ */ defineOp<
  "softmaxCrossEntropy",
  CrossEntropyAttrs
>({
  name: "softmaxCrossEntropy",
  dtype: (fn, [logits, targets]) => dtypeOf(fn, [logits], targets),
  shape: ([logits, targets]): Shape => {
    checkShapes("softmaxCrossEntropy", logits, targets);
    return targets.shape;
  },
  forward: (out, [logits, targets], attrs) => {
    const n = logits.shape[1];
    const x = logits.data;
    for (const [row, target] of classesOf("softmaxCrossEntropy", targets, n, attrs).entries()) {
      if (target < 0) continue;
      const { shift, terms } = termsOf(x, row * n, n);
      out[row] = Math.log(terms) - (x[row * n + target] - shift);
    }
  },
  kernel: softmaxCrossEntropyKernel,
});

export const softmaxCrossEntropyGradOp: OpRecord<"softmaxCrossEntropyGrad", CrossEntropyAttrs> =
  /* @__PURE__ */ defineOp<"softmaxCrossEntropyGrad", CrossEntropyAttrs>({
    name: "softmaxCrossEntropyGrad",
    dtype: (fn, [g, logits, targets]) => dtypeOf(fn, [g, logits], targets),
    shape: ([g, logits, targets]): Shape => {
      checkShapes("softmaxCrossEntropyGrad", logits, targets);
      if (g.shape.length !== 1 || g.shape[0] !== targets.shape[0])
        throw new ShapeError(
          `softmaxCrossEntropyGrad: expected a gradient of shape ${formatShape(targets.shape)}, got ${formatShape(g.shape)}`,
        );
      return logits.shape;
    },
    forward: (out, [g, logits, targets], attrs) => {
      const n = logits.shape[1];
      const [x, scales] = [logits.data, g.data];
      for (const [row, target] of classesOf("softmaxCrossEntropyGrad", targets, n, attrs).entries()) {
        if (target < 0) continue;
        const at = row * n;
        const { shift, terms } = termsOf(x, at, n);
        const scale = scales[row] / terms;
        for (let i = at; i < at + n; i++) out[i] = Math.exp(x[i] - shift) * scale;
        // Little is left where its probability is near 1: p - 1 would have lost it.
        out[at + target] = (Math.exp(x[at + target] - shift) - terms) * scale;
      }
    },
    kernel: softmaxCrossEntropyGradKernel,
  });

/**
 * The cross entropy between class indices and the softmax of logits, one value for each row: `loss[r] = -log
 * softmax(logits[r])[target[r]]`, 0 where the target is `ignoreIndex`.
 *
 * @param logits `[N, C]`
 * @param targets int32 `[N]`
 * @example
 * ```ts
 * softmaxCrossEntropy(tensor([[0, 0], [1000, 0]]), tensor([0, 0], { dtype: "int32" })).toArray(); // [0.69314…, 0]
 * ```
 * @throws {IndexError} for a target outside [0, C) other than `ignoreIndex`
 * @throws {ShapeError} when the shapes do not fit
 * @throws {DTypeError} unless logits are float32 or float64, and targets int32
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor, ignoreIndex: number = -100): Tensor {
  for (const x of [logits, targets]) checkTensor("softmaxCrossEntropy", x);
  checkWhole("softmaxCrossEntropy", "ignoreIndex", ignoreIndex);
  return apply(softmaxCrossEntropyOp, [logits, targets], { ignoreIndex });
}

/**
 * The gradient of {@link softmaxCrossEntropy}: `g[r] (softmax(logits[r]) - oneHot(target[r]))`, 0 where the target is
 * ignored.
 *
 * @param g `[N]`
 * @example
 * ```ts
 * softmaxCrossEntropyGrad(tensor([2]), tensor([[0, 0]]), tensor([0], { dtype: "int32" })).toArray(); // [[-1, 1]]
 * ```
 * @throws {IndexError} as {@link softmaxCrossEntropy} does
 * @throws {ShapeError} when the shapes do not fit
 * @throws {DTypeError} unless gradient and logits are float32, or float64, and targets int32
 */
export function softmaxCrossEntropyGrad(
  g: Tensor,
  logits: Tensor,
  targets: Tensor,
  ignoreIndex: number = -100,
): Tensor {
  for (const x of [g, logits, targets]) checkTensor("softmaxCrossEntropyGrad", x);
  checkWhole("softmaxCrossEntropyGrad", "ignoreIndex", ignoreIndex);
  return apply(softmaxCrossEntropyGradOp, [g, logits, targets], { ignoreIndex });
}
