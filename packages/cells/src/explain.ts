import { enableGrad, parametersOf } from "@unroll/autograd";
import { explainStep } from "@unroll/compiler";
import { Module } from "@unroll/nn";
import { abstractOutput, peekBlocks, Tensor, withEvaluator } from "@unroll/tensor";
import type { Cell } from "./cell.ts";
import { checkCell, checkInitial, checkRows, checkSequence } from "./checks.ts";
import { stepOf } from "./compiled.ts";

/**
 * How {@link unroll} computes a cell's steps over x `[T, B, …]`: what runs before, in and after the time loop, forward and
 * backward, with its operations per step; or why it runs the step's operations one by one, and which line is to blame. A
 * cell's parameters that the step does not use are named last. Nothing is computed.
 *
 * @example
 * ```ts
 * explain(new RNNCell(3, 4), zeros([5, 2, 3]));
 * // before the loop
 * //   product [3] x [3, 4] + [4]
 * // in the loop
 * //   product [4] x [4, 4] + [4]
 * //   pass over [4]: tanh (2 reads and writes)
 * // backward, in the loop
 * //   pass over [4]: add tanhGrad (4 reads and writes)
 * //   product [4] x [4, 4]
 * // backward, after the loop
 * //   sum over all steps and samples of [4]
 * //   sum over all steps and samples of products [4] x [3]
 * //   sum over all steps and samples of products [4] x [4]
 * // per step and sample: 144 FLOP in matrix products, 56 of them forward
 * // kept for the gradient, per step and sample: 16 bytes, 1 x [4]
 * ```
 * @throws {ShapeError} when x has no time and batch axes
 * @throws {OptionError} when `cell` is no cell
 */
export function explain<S extends { [K in keyof S]: Tensor }, C>(cell: Cell<S, C>, x: Tensor): string {
  checkCell("explain", cell);
  checkSequence("explain", x);
  const [, batch] = x.shape;
  const initial = cell.initialState(batch);
  checkInitial("explain", initial);
  const context = cell.begin?.(batch) as C;
  checkRows("explain", context, batch);
  const text = explainStep(stepOf(cell, x, initial, context));
  // A step that cannot be traced cannot be followed.
  const unused = text.startsWith("plain ops") ? [] : unusedParameters(cell, x, initial, context);
  return unused.length === 0 ? text : `${text}\nnot used, and so without a gradient: ${unused.join(", ")}`;
}

/** The names of a module's parameters that one step's graph, from shapes alone, does not lead to. */
function unusedParameters<S extends { [K in keyof S]: Tensor }, C>(
  cell: Cell<S, C>,
  x: Tensor,
  initial: S,
  context: C,
): string[] {
  if (!Module.is(cell)) return [];
  const input = new Tensor(x.shape.slice(1), x.dtype, { data: undefined, version: 0 });
  const { output, state } = peekBlocks(() =>
    enableGrad(() => withEvaluator(abstractOutput, () => cell.step(input, initial, context))),
  );
  const used = new Set(parametersOf([output, ...Object.values<Tensor>(state)]));
  return cell.namedParameters().flatMap(([name, parameter]) => (used.has(parameter) ? [] : [name]));
}
