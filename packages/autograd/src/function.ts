import { identity, runtime, Tensor, zerosLike } from "@unroll/tensor";
import { GradientError } from "./errors.ts";
import { grad } from "./grad.ts";
import type { BackwardRequest, FunctionNode, GraphNode } from "./node.ts";
import { autogradState, nextId, noGrad } from "./state.ts";

/** A function with its own backward pass; `Args` are what it takes beside tensors, `Saved` is what forward hands to backward. */
export interface FunctionDefinition<Args, Saved> {
  readonly name: string;
  /** Computes the outputs; nothing in it is recorded. */
  readonly forward: (inputs: readonly Tensor[], args: Args) => { outputs: readonly Tensor[]; saved: Saved };
  /**
   * The inputs' gradients, undefined for those that are 0 or not wanted; `gradOutputs[i]` is undefined when output i
   * did not reach the loss.
   */
  readonly backward: (
    saved: Saved,
    gradOutputs: readonly (Tensor | undefined)[],
    request: BackwardRequest,
  ) => readonly (Tensor | undefined)[];
  /** The same function from plain ops: used when its gradient must be differentiable, or when it is traced. */
  readonly plain?: (inputs: readonly Tensor[], args: Args) => readonly Tensor[];
}

/**
 * Makes a function whose gradient is written by hand. It takes the tensors that it depends on, and gives one or more.
 *
 * @example
 * ```ts
 * const square = defineFunction<void, Tensor>({
 *   name: "square",
 *   forward: ([x]) => ({ outputs: [mul(x, x)], saved: x }),
 *   backward: (x, [g]) => [g && mul(g, mul(x, 2))],
 * });
 * ```
 */
export function defineFunction<Args, Saved>(
  definition: FunctionDefinition<Args, Saved>,
): (inputs: readonly Tensor[], args: Args) => Tensor[] {
  return (inputs, args) => {
    const { name, plain } = definition;
    if (runtime().evaluator !== undefined) {
      if (plain === undefined) throw new GradientError(`${name}: cannot be traced, it has no plain form`);
      return [...plain(inputs, args)];
    }
    const { outputs, saved } = noGrad(() => definition.forward(inputs, args));
    const parents = inputs.map((input) => input.node as GraphNode | undefined);
    if (!autogradState().recording || parents.every((parent) => parent === undefined)) return [...outputs];
    return attach(outputs, {
      kind: "function",
      id: nextId(),
      name,
      parents,
      backward: (gradOutputs, request) => {
        if (!request.createGraph) return definition.backward(saved, gradOutputs, request);
        if (plain === undefined) throw new GradientError(`${name}: has no second derivative, it has no plain form`);
        return plainBackward(inputs, (wrapped) => plain(wrapped, args), gradOutputs, request);
      },
    });
  };
}

/** Gives each output a node of its own below the function's. */
export function attach(outputs: readonly Tensor[], parent: FunctionNode): Tensor[] {
  return outputs.map((output, index) => {
    // A tensor of its own: an output may be one of the inputs, whose node must stay.
    const port = new Tensor(output.shape, output.dtype, output.storage, output.offset);
    port.node = {
      kind: "port",
      id: nextId(),
      shape: output.shape,
      dtype: output.dtype,
      parent,
      index,
    } satisfies GraphNode;
    return port;
  });
}

/** Runs the plain form again and differentiates that. Inputs pass an identity each, so that only direct uses count. */
function plainBackward(
  inputs: readonly Tensor[],
  plain: (inputs: readonly Tensor[]) => readonly Tensor[],
  gradOutputs: readonly (Tensor | undefined)[],
  { needs, createGraph, retain }: BackwardRequest,
): (Tensor | undefined)[] {
  const wrapped = inputs.map((input) => identity(input));
  const outputs = plain(wrapped);
  const reached = outputs.flatMap((output, i) => {
    const gradient = gradOutputs[i];
    return gradient === undefined || output.node === undefined ? [] : [{ output, gradient }];
  });
  const wanted = wrapped.filter((_, i) => needs[i]);
  if (reached.length === 0) return inputs.map((input, i) => (needs[i] ? zerosLike(input) : undefined));
  const found = grad(
    reached.map(({ output }) => output),
    wanted,
    {
      gradOutputs: reached.map(({ gradient }) => gradient),
      createGraph,
      retain,
      unused: "zeros",
    },
  );
  let next = 0;
  return needs.map((need) => (need ? found[next++] : undefined));
}
