import type { Tensor } from "@unroll/tensor";

/** What a cell carries from step to step: named tensors, each `[B, …]`, such as `{ h }` or `{ h, c }`. */
export type State = Readonly<Record<string, Tensor>>;

/** What a cell prepares once per sequence. */
export interface CellContext {
  /** Per-sample tensors `[B, …]`, such as dropout masks: they are sorted and cut with the batch. */
  readonly rows?: State;
  /** Tensors without a batch axis, such as a weight derived from parameters. */
  readonly values?: State;
}

/**
 * One step of a recurrence, from plain ops. `S` is the state, `C` what `begin` prepares: a
 * {@link CellContext}, or nothing.
 *
 * Implement it in a `Module`, and {@link unroll} drives it over sequences, whatever the cell.
 */
export interface Cell<S extends { [K in keyof S]: Tensor }, C = void> {
  /** Prepares what stays the same for a whole sequence: masks, derived weights. */
  begin?(batch: number): C;
  /** `x` is `[B, …]`; the state has B rows. Must treat rows independently of each other. */
  step(x: Tensor, state: S, context: C): { output: Tensor; state: S };
  /** The state before the first step. */
  initialState(batch: number): S;
}
