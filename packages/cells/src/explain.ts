import { explainStep } from "@unroll/compiler";
import type { Tensor } from "@unroll/tensor";
import type { Cell } from "./cell.ts";
import { checkCell, checkInitial, checkRows, checkSequence } from "./checks.ts";
import { stepOf } from "./compiled.ts";

/**
 * How {@link unroll} computes a cell's steps over x `[T, B, …]`: what runs before, in and after the time loop, forward and
 * backward, with its operations per step; or why it runs the step's operations one by one. Nothing is computed.
 *
 * @example
 * ```ts
 * explain(new RNNCell(3, 4), zeros([5, 2, 3]));
 * // before the loop
 * //   product [3] x [3, 4], added to what is there
 * // in the loop
 * //   product [4] x [4, 4], added to what is there
 * //   pass over [4]: tanh (2 operands)
 * // backward, in the loop
 * //   pass over [4]: add tanhGrad (4 operands)
 * //   product [4] x [4, 4]
 * // backward, after the loop
 * //   sum over all rows of [4]
 * //   sum over all rows of products [4] x [3]
 * //   sum over all rows of products [4] x [4]
 * // per step and sample: 144 FLOP in matrix products, 28 bytes kept for the gradient
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
  return explainStep({ x, ...stepOf(cell, initial, context) });
}
