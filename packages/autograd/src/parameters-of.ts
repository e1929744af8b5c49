import type { Tensor } from "@unroll/tensor";
import { tensorsOf } from "./grad.ts";
import type { GraphNode } from "./node.ts";
import type { Parameter } from "./parameter.ts";
import { reachable } from "./walk.ts";

/**
 * The parameters from which tensors were computed, each once, in the order in which they were made: those that a
 * backward pass can reach.
 *
 * @example
 * ```ts
 * const w = parameter([1, 2]);
 * parametersOf(mul(w, 3))[0] === w; // true
 * ```
 * @throws {DTypeError} when an output is no tensor
 */
export function parametersOf(outputs: Tensor | readonly Tensor[]): Parameter[] {
  const roots = tensorsOf("parametersOf", outputs)
    .map((output) => output.node as GraphNode | undefined)
    .filter((node) => node !== undefined);
  return reachable(roots)
    .reverse()
    .flatMap((node) => (node.kind === "leaf" && node.parameter !== undefined ? [node.parameter as Parameter] : []));
}
