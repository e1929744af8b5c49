import {
  checkBoolean,
  checkOptions,
  checkTensor,
  DTypeError,
  describe,
  OptionError,
  type Tensor,
  zerosLike,
} from "@unroll/tensor";
import { rootOf } from "./backward.ts";
import { GradientError } from "./errors.ts";
import type { GraphNode } from "./node.ts";
import { walk } from "./walk.ts";

/** Options of {@link grad}. */
export interface GradOptions {
  /** `∂L/∂output` for each output; needed for those that are not a single number. */
  gradOutputs?: readonly (Tensor | undefined)[];
  /** Make the gradients differentiable themselves (default false). */
  createGraph?: boolean;
  /** Keep what functions with memory of their own hold for another pass (default false). */
  retain?: boolean;
  /** What an input without a path to the outputs gets: an error (default) or zeros. */
  unused?: "error" | "zeros";
}

/**
 * The gradients of outputs with respect to any tensors of their graph, hidden states included; `parameter.grad` stays
 * untouched. Several outputs add up: `Σ_k (∂output_k/∂input)ᵀ gradOutput_k`.
 *
 * @example
 * ```ts
 * const x = requireGrad(tensor([2, 3]));
 * grad(sum(mul(x, x)), [x])[0].toArray(); // [4, 6]
 * ```
 * @throws {DTypeError} when an output, an input or a gradient of an output is no tensor
 * @throws {OptionError} when an option has a wrong name or value
 * @throws {GradientError} when an output has no graph, or an input no path to the outputs
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  checkOptions("grad", options, ["gradOutputs", "createGraph", "retain", "unused"]);
  const { gradOutputs, unused = "error" } = options;
  const createGraph = checkBoolean("grad", "createGraph", options.createGraph, false);
  const retain = checkBoolean("grad", "retain", options.retain, false);
  if (unused !== "error" && unused !== "zeros")
    throw new OptionError(`grad: unused must be "error" or "zeros", got ${describe(unused)}`);
  if (!Array.isArray(inputs)) throw new DTypeError(`grad: expected an array of input tensors, got ${describe(inputs)}`);
  for (const input of inputs) checkTensor("grad: inputs", input);
  const from = tensorsOf("grad", outputs);
  if (gradOutputs !== undefined) {
    if (!Array.isArray(gradOutputs))
      throw new OptionError(`grad: gradOutputs must be an array, one for each output, got ${describe(gradOutputs)}`);
    if (gradOutputs.length !== from.length)
      throw new OptionError(
        `grad: expected ${from.length} gradOutputs, one for each output, got ${gradOutputs.length}`,
      );
  }
  const found = new Map<GraphNode, Tensor>();
  walk({
    roots: from.map((output, i) => rootOf("grad", output, gradOutputs?.[i], "gradOutputs")),
    targets: new Set(inputs.map((input) => input.node as GraphNode | undefined).filter((node) => node !== undefined)),
    deliver: (node, gradient) => found.set(node, gradient),
    createGraph,
    retain,
  });
  return inputs.map((input, i) => {
    const gradient = input.node === undefined ? undefined : found.get(input.node as GraphNode);
    if (gradient !== undefined) return gradient;
    if (unused === "zeros") return zerosLike(input);
    const why =
      input.node === undefined
        ? "needs no gradient; wrap it in requireGrad before using it"
        : "has no path to the outputs";
    throw new GradientError(`grad: input ${i} of shape [${input.shape.join(", ")}] ${why}`);
  });
}

/** One tensor or several as an array, checked. */
export function tensorsOf(fn: string, outputs: Tensor | readonly Tensor[]): readonly Tensor[] {
  if (!Array.isArray(outputs)) {
    checkTensor(fn, outputs);
    return [outputs];
  }
  for (const output of outputs) checkTensor(fn, output);
  return outputs;
}
