import {
  checkFunction,
  checkTensor,
  DTypeError,
  describe,
  identity,
  isFloat,
  OptionError,
  runtime,
  Tensor,
  zerosLike,
} from "@unroll/tensor";
import { GradientError } from "./errors.ts";
import { grad } from "./grad.ts";
import { type BackwardRequest, type FunctionNode, type GraphNode, guard } from "./node.ts";
import { autogradState, nextId, noGrad, withRecording } from "./state.ts";

/** A function with its own backward pass; `Args` are what it takes beside tensors, `Saved` is what forward hands to backward. */
export interface FunctionDefinition<Args, Saved> {
  /** What errors call it. */
  readonly name: string;
  /**
   * Computes the outputs; nothing in it is recorded. Tensors in `saved` (itself one, in an array or in a plain object)
   * must not be overwritten before backward reads them; that is checked.
   */
  readonly forward: (inputs: readonly Tensor[], args: Args) => { outputs: readonly Tensor[]; saved: Saved };
  /**
   * One gradient per input, undefined for those that are 0 or not wanted; `gradOutputs[i]` is undefined when output i
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
 * Makes a function whose gradient is written by hand. It takes the tensors that it depends on, and gives one or more;
 * outputs that are not floating, such as indices, carry no gradient.
 *
 * @example
 * ```ts
 * const square = defineFunction<void, Tensor>({
 *   name: "square",
 *   forward: ([x]) => ({ outputs: [mul(x, x)], saved: x }),
 *   backward: (x, [g]) => [g && mul(g, mul(x, 2))],
 * });
 * const [y] = square([requireGrad(tensor(3))]);
 * ```
 * @throws {OptionError} when the definition lacks a name, forward or backward
 * @throws {DTypeError} when an input or an output is no tensor, or forward gives no object
 * @throws {GradientError} when it is traced or differentiated twice and has no plain form
 */
export function defineFunction<Args, Saved>(
  definition: FunctionDefinition<Args, Saved>,
): (inputs: readonly Tensor[], args: Args) => Tensor[] {
  checkDefinition(definition);
  return (inputs, args) => {
    const { name, plain } = definition;
    checkTensors(name, "inputs", inputs);
    if (runtime().evaluator !== undefined) {
      if (plain === undefined) throw new GradientError(`${name}: cannot be traced, it has no plain form`);
      const outputs = plain(inputs, args);
      checkTensors(name, "outputs of plain", outputs);
      return [...outputs];
    }
    const result = noGrad(() => definition.forward(inputs, args));
    if (typeof result !== "object" || result === null)
      throw new DTypeError(`${name}: forward must give { outputs, saved }, got ${describe(result)}`);
    const { outputs, saved } = result;
    checkTensors(name, "outputs of forward", outputs);
    const parents = inputs.map((input) => input.node as GraphNode | undefined);
    if (!autogradState().recording || parents.every((parent) => parent === undefined)) return [...outputs];
    const savedFresh = guard(name, "saved by", tensorsIn(saved));
    const inputsFresh = guard(name, "an input of", inputs);
    return attach(outputs, {
      kind: "function",
      id: nextId(),
      name,
      parents,
      backward: (gradOutputs, request) => {
        const traced = runtime().evaluator !== undefined;
        if (!request.createGraph && !traced) {
          savedFresh();
          return definition.backward(saved, gradOutputs, request);
        }
        if (plain === undefined) {
          throw new GradientError(
            `${name}: ${traced ? "its gradient cannot be traced" : "has no second derivative"}, it has no plain form`,
          );
        }
        inputsFresh();
        return plainBackward(name, inputs, (wrapped) => plain(wrapped, args), gradOutputs, request);
      },
    });
  };
}

function checkDefinition<Args, Saved>(definition: FunctionDefinition<Args, Saved>): void {
  if (typeof definition !== "object" || definition === null)
    throw new OptionError(
      `defineFunction: expected a definition { name, forward, backward }, got ${describe(definition)}`,
    );
  const { name, forward, backward, plain } = definition;
  if (typeof name !== "string") throw new OptionError(`defineFunction: name must be a string, got ${describe(name)}`);
  checkFunction("defineFunction", "forward", forward);
  checkFunction("defineFunction", "backward", backward);
  if (plain !== undefined) checkFunction("defineFunction", "plain", plain);
}

function checkTensors(name: string, what: string, values: readonly Tensor[]): void {
  if (!Array.isArray(values))
    throw new DTypeError(`${name}: ${what} must be an array of tensors, got ${describe(values)}`);
  for (const value of values) checkTensor(`${name}: ${what}`, value);
}

/** The tensors that a saved context holds at its surface. */
function tensorsIn(saved: unknown): Tensor[] {
  if (Tensor.is(saved)) return [saved];
  if (typeof saved !== "object" || saved === null) return [];
  return Object.values(saved).filter((value) => Tensor.is(value));
}

/** Gives each floating output a node of its own below the function's. */
export function attach(outputs: readonly Tensor[], parent: FunctionNode): Tensor[] {
  return outputs.map((output, index) => {
    if (!isFloat(output.dtype)) return output;
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
  name: string,
  inputs: readonly Tensor[],
  plain: (inputs: readonly Tensor[]) => readonly Tensor[],
  gradOutputs: readonly (Tensor | undefined)[],
  { needs, createGraph, retain }: BackwardRequest,
): (Tensor | undefined)[] {
  const { wrapped, outputs } = withRecording(name, true, () => {
    const wrapped = inputs.map((input) => identity(input));
    const outputs = plain(wrapped);
    checkTensors(name, "outputs of plain", outputs);
    return { wrapped, outputs };
  });
  const reached = outputs.flatMap((output, i) => {
    const gradient = gradOutputs[i];
    return gradient === undefined || output.node === undefined ? [] : [{ output, gradient }];
  });
  if (reached.length === 0) return inputs.map((input, i) => (needs[i] ? zerosLike(input) : undefined));
  const found = grad(
    reached.map(({ output }) => output),
    wrapped.filter((_, i) => needs[i]),
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
