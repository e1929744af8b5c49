import { recordBlocks, replayBlocks, Tensor } from "@unroll/tensor";
import { attach } from "./function.ts";
import type { GraphNode } from "./node.ts";
import { autogradState, nextId, withRecording } from "./state.ts";
import { reachable, walk } from "./walk.ts";

/**
 * Runs `fn` and forgets what its gradient needs; backward runs it once more to get that back. Memory for time, with
 * bit-equal gradients: the second run draws the same random numbers.
 *
 * @param fn any function of the inputs; parameters that it uses from outside receive their gradients too
 * @example
 * ```ts
 * const y = checkpoint((x) => tanh(matmul(tanh(matmul(x, w1)), w2)), x);
 * ```
 */
export function checkpoint<Inputs extends Tensor[], Output extends Tensor | readonly Tensor[]>(
  fn: (...inputs: Inputs) => Output,
  ...inputs: Inputs
): Output {
  if (!autogradState().recording) return fn(...inputs);
  const firstInside = nextId();
  const { value, blocks } = recordBlocks(() => fn(...inputs));
  const outputs: readonly Tensor[] = Tensor.is(value) ? [value] : value;
  const inner = outputs.map((output) => output.node as GraphNode | undefined);
  const tracked = inner.filter((node) => node !== undefined && node.id > firstInside) as GraphNode[];
  if (tracked.length === 0) return value;
  // What was there before fn ran is where its gradients leave to; the graph between is dropped here.
  const parents = outside(tracked, firstInside);
  const attached = attach(outputs, {
    kind: "function",
    id: nextId(),
    name: "checkpoint",
    parents,
    backward: (gradOutputs, { createGraph, retain }) => {
      const again = withRecording("checkpoint", true, () => replayBlocks(blocks, () => fn(...inputs)));
      const outputsAgain: readonly Tensor[] = Tensor.is(again) ? [again] : again;
      const roots = outputsAgain.flatMap((output, i) => {
        const gradient = gradOutputs[i];
        return gradient === undefined || output.node === undefined
          ? []
          : [{ node: output.node as GraphNode, gradient }];
      });
      const found = new Map<GraphNode, Tensor>();
      walk({
        roots,
        targets: new Set(parents),
        deliver: (node, gradient) => found.set(node, gradient),
        createGraph,
        retain,
        leaveAtTargets: true,
      });
      return parents.map((parent) => found.get(parent));
    },
  });
  const result = attached.map((output, i) => (inner[i] === undefined ? outputs[i] : output));
  return (Tensor.is(value) ? result[0] : result) as Output;
}

/** The nodes older than `limit` at the edge of a graph. */
function outside(roots: readonly GraphNode[], limit: number): GraphNode[] {
  return reachable(roots, limit).filter((node) => node.id < limit);
}
