import {
  checkBoolean,
  checkOptions,
  checkTensor,
  DTypeError,
  onesLike,
  ShapeError,
  sameShape,
  type Tensor,
} from "@unroll/tensor";
import { GradientError } from "./errors.ts";
import type { GraphNode } from "./node.ts";
import type { Parameter } from "./parameter.ts";
import { walk } from "./walk.ts";

/** Options of {@link backward}. */
export interface BackwardOptions {
  /** `∂L/∂output`; needed unless the output is a single number, where it is 1. */
  gradient?: Tensor;
  /** Keep what functions with memory of their own hold for another backward pass (default false). */
  retain?: boolean;
}

/** The node of an output with the gradient to start from, checked; `option` is what the caller named that gradient. */
export function rootOf(
  fn: string,
  output: Tensor,
  gradient: Tensor | undefined,
  option: string,
): { node: GraphNode; gradient: Tensor } {
  checkTensor(fn, output);
  if (output.node === undefined) {
    throw new GradientError(
      `${fn}: nothing that needs a gradient led to this tensor; was it made from parameters, outside of noGrad?`,
    );
  }
  const shape = `[${output.shape.join(", ")}]`;
  if (gradient === undefined && output.size !== 1)
    throw new ShapeError(`${fn}: expected a single number, got shape ${shape}; sum it, or pass its gradient`);
  if (gradient !== undefined) checkTensor(`${fn}: ${option}`, gradient);
  const start = gradient ?? onesLike(output);
  if (!sameShape(start.shape, output.shape))
    throw new ShapeError(`${fn}: the gradient of an output of shape ${shape} has shape [${start.shape.join(", ")}]`);
  if (start.dtype !== output.dtype)
    throw new DTypeError(`${fn}: the gradient of a ${output.dtype} output is ${start.dtype}`);
  return { node: output.node as GraphNode, gradient: start };
}

/**
 * Adds `∂loss/∂p` to `p.grad` for every parameter p that `loss` was computed from.
 *
 * @example
 * ```ts
 * const w = parameter([3]);
 * backward(sum(mul(w, w)));
 * w.grad?.toArray(); // [6]
 * ```
 * @throws {DTypeError} when the loss or its gradient is no tensor, or their dtypes differ
 * @throws {GradientError} when no parameter led to the loss
 * @throws {ShapeError} when the loss is not a single number and no gradient is given
 * @throws {StaleTensorError} when a value that the gradient needs was overwritten since
 */
export function backward(loss: Tensor, options: BackwardOptions = {}): void {
  checkOptions("backward", options, ["gradient", "retain"]);
  const retain = checkBoolean("backward", "retain", options.retain, false);
  walk({
    roots: [rootOf("backward", loss, options.gradient, "gradient")],
    deliver: (node, value) => {
      if (node.kind === "leaf") (node.parameter as Parameter).accumulate(value);
    },
    createGraph: false,
    retain,
  });
}
