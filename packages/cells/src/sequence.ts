import type { TapKind } from "@unroll/compiler";
import type { Tensor } from "@unroll/tensor";
import type { Adjoints } from "./adjoints.ts";
import type { Cell, CellContext } from "./cell.ts";
import type { Schedule } from "./lengths.ts";
import { mapState } from "./map-state.ts";

/** One step as an observer sees it. Its tensors have the rows that were active, in the order of `samples`. */
export interface StepRecord<S> {
  readonly t: number;
  /** What the step gave; the same tensor as one of `state`, where the cell gave one tensor as both. */
  readonly output: Tensor;
  /** The state as handed to the next step: `grad` of it is the adjoint with the other states held fixed. */
  readonly state: S;
  /** The state as the cell computed it: `grad` of it also counts its uses inside the step. */
  readonly value: S;
  /** The sample that each row belongs to. */
  readonly samples: readonly number[];
}

/** What a sequence gives. */
export interface Unrolled<S> {
  /** `[T, B, …]`, 0 where a sample has ended. */
  readonly output: Tensor;
  /** The state after each sample's last valid step, each tensor `[B, …]`. */
  readonly state: S;
}

/** What {@link unroll} gives. */
export interface UnrollResult<S extends { [K in keyof S]: Tensor }> extends Unrolled<S> {
  /** Where `tap` asks for them and the sequence ran compiled; undefined where it ran by plain ops, which `onStep` observes. */
  readonly adjoints?: Adjoints<S> | undefined;
}

/** Everything that stays the same while a sequence runs, rows in the schedule's order. */
export interface Sequence<S extends { [K in keyof S]: Tensor }, C> {
  readonly cell: Cell<S, C>;
  readonly x: Tensor;
  /** Where new sequences start, and from what. */
  readonly reset: { readonly starts: Tensor; readonly state: S } | undefined;
  readonly initial: S;
  readonly context: C;
  readonly schedule: Schedule;
  /** Whether steps are to be kept for an observer. */
  readonly observed: boolean;
  /** What is wanted of the states' adjoints. */
  readonly tap: TapKind | undefined;
  /** Whether states are kept only now and then for the backward pass, and for how many steps there is nothing else. */
  readonly checkpoint: boolean | number;
}

/** Applies `fn` to the per-sample part of a context. */
export function withRows<C>(context: C, fn: (value: Tensor) => Tensor): C {
  const rows = (context as CellContext | undefined)?.rows;
  return rows === undefined ? context : { ...context, rows: mapState(rows, fn) };
}
