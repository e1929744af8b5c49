import { checkFunction, checkTensor, recordBlocks, refusePromise, replayBlocks, Tensor } from "@unroll/tensor";
import { GradientError } from "./errors.ts";
import { attach } from "./function.ts";
import { tensorsOf } from "./grad.ts";
import { type GraphNode, guard } from "./node.ts";
import { autogradState, nextId, withRecording } from "./state.ts";
import { reachable, walk } from "./walk.ts";

/**
 * Runs `fn` and forgets what its gradient needs; backward runs it once more to get that back. Memory for time, with
 * bit-equal gradients: the second run draws the same random numbers (Chen et al., "Training deep nets with sublinear
 * memory cost", 2016).
 *
 * @param fn any function of the inputs; parameters that it uses from outside receive their gradients too
 * @returns what `fn` returns: one tensor or several
 * @example
 * ```ts
 * const w = parameter(randn([4, 4]));
 * const x = randn([2, 4]);
 * const y = checkpoint((h) => tanh(matmul(tanh(matmul(h, w)), w)), x);
 * backward(sum(y));
 * w.grad?.shape; // [4, 4]
 * ```
 * @throws {StaleTensorError} in backward, when an input or a parameter that `fn` used was overwritten in between
 * @throws {DTypeError} when an input or an output is no tensor
 * @throws {OptionError} when `fn` is no function, or returns a promise
 */
export function checkpoint<Inputs extends Tensor[], Output extends Tensor | readonly Tensor[]>(
  fn: (...inputs: Inputs) => Output,
  ...inputs: Inputs
): Output {
  checkFunction("checkpoint", "fn", fn);
  for (const input of inputs) checkTensor("checkpoint", input);
  const run = () => refusePromise("checkpoint", fn(...inputs));
  if (!autogradState().recording) return run();
  const firstInside = nextId();
  const { value, blocks } = recordBlocks(run);
  const outputs = tensorsOf("checkpoint: the function's outputs", value);
  // An output may be older than fn: an input or a parameter handed through keeps the node that it has.
  const made = outputs.map(({ node }) => node !== undefined && (node as GraphNode).id > firstInside);
  if (!made.includes(true)) return value;
  const roots = outputs.filter((_, i) => made[i]).map((output) => output.node as GraphNode);
  // What was there before fn ran is where its gradients leave to; the graph between is dropped here.
  const parents = outside(roots, firstInside);
  const parameters = parents.flatMap((node) => (node.kind === "leaf" && node.parameter ? [node.parameter] : []));
  const fresh = guard("checkpoint", "used by", [...inputs, ...parameters]);
  const attached = attach(outputs, {
    kind: "function",
    id: nextId(),
    name: "checkpoint",
    parents,
    backward: (gradOutputs, { createGraph, retain }) => {
      fresh();
      const again = tensorsOf(
        "checkpoint: the function's outputs",
        withRecording("checkpoint", true, () => replayBlocks(blocks, run)),
      );
      const found = new Map<GraphNode, Tensor>();
      walk({
        roots: gradOutputs.flatMap((gradient, i) => (gradient ? [{ node: nodeAgain(again[i]), gradient }] : [])),
        targets: new Set(parents),
        deliver: (node, gradient) => found.set(node, gradient),
        createGraph,
        retain,
        leaveAtTargets: true,
      });
      return parents.map((parent) => found.get(parent));
    },
  });
  const result = outputs.map((output, i) => (made[i] ? attached[i] : output));
  return (Tensor.is(value) ? result[0] : result) as Output;
}

function nodeAgain(output: Tensor | undefined): GraphNode {
  if (output?.node === undefined)
    throw new GradientError("checkpoint: the function did something else when it ran again; it must do the same");
  return output.node as GraphNode;
}

/** The nodes older than `limit` at the edge of a graph. */
function outside(roots: readonly GraphNode[], limit: number): GraphNode[] {
  return reachable(roots, (node) => node.id < limit).filter((node) => node.id < limit);
}
