import type { TapKind } from "@unroll/compiler";
import { checkBoolean, checkFunction, checkOptions, type Tensor } from "@unroll/tensor";
import { Adjoints, tapKinds } from "./adjoints.ts";
import type { Cell } from "./cell.ts";
import {
  checkCell,
  checkCheckpoint,
  checkInitial,
  checkReset,
  checkRows,
  checkSequence,
  checkState,
  checkWord,
} from "./checks.ts";
import { type CompiledRun, runCompiled } from "./compiled.ts";
import { type Lengths, reorder, scheduleOf } from "./lengths.ts";
import { mapState } from "./map-state.ts";
import { runPlain } from "./plain.ts";
import { type Sequence, type StepRecord, type UnrollResult, withRows } from "./sequence.ts";

/** Options of {@link unroll}. */
export interface UnrollOptions<S> {
  /** The state before the first step, each tensor `[B, …]`; the cell's own when left out. */
  state?: S | undefined;
  /** How many steps each sample has, in any order, zero allowed; all T when left out. */
  lengths?: Lengths | undefined;
  /**
   * `[T, B]` bool: where true, that step is the first of a new sequence. It starts from the cell's own initial state, and
   * in a reversed pass nothing is carried on from it. What stands in the padding has no effect.
   */
  reset?: Tensor | undefined;
  /** Go from each sample's last step to its first (default false); outputs stay at their own times. */
  reverse?: boolean | undefined;
  /**
   * Trace the step and run the sequence by compiled loops, where that is possible (default true): where it is not, a
   * message says once why, and which line of the step is to blame. `false` runs the step's operations one by one, without
   * a message. Both give the same numbers up to float32 rounding.
   */
  compile?: boolean | undefined;
  /**
   * Keep the states only now and then for the backward pass, and run the steps between forward again when it needs them
   * (default false): memory beyond x, the output and their gradients grows with the root of the steps. `true` takes as many
   * steps at a time as need the least memory, a number at least that many. The gradients are the same bits. For compiled
   * loops; plain ops keep everything.
   */
  checkpoint?: boolean | number | undefined;
  /**
   * Have each backward pass leave the adjoints of the states in the result's `adjoints`: `"norms"` of every sample and step,
   * at next to no cost, or also the `"values"`. For compiled loops only: `onStep` is for plain ops.
   */
  tap?: TapKind | undefined;
  /**
   * Called once for every step that had active samples, in time order, when the whole sequence has been run. The step's
   * operations run one by one then.
   */
  onStep?(step: StepRecord<S>): void;
}

const known = ["state", "lengths", "reset", "reverse", "compile", "checkpoint", "tap", "onStep"];

/**
 * Drives a cell over a sequence: `(output_t, s_t) = step(x_t, s_{t-1})`.
 *
 * Samples that have ended are left out of the step instead of being masked after it: they cost nothing, and whatever
 * stands in the padding, NaN included, reaches neither outputs nor gradients.
 *
 * @param x `[T, B, …]`
 * @example
 * ```ts
 * const cell = new GRUCell(3, 4);
 * const { output, state } = unroll(cell, zeros([5, 2, 3]), { lengths: [5, 2] });
 * output.shape; // [5, 2, 4]
 * state.h.shape; // [2, 4]
 * ```
 * @throws {ShapeError} when x has no time and batch axes, or a state or reset has another shape
 * @throws {DTypeError} when a state has another dtype than the cell's own, or reset is not bool
 * @throws {OptionError} when an option is unknown, lengths do not fit, or a state has other names than the cell's
 */
export function unroll<S extends { [K in keyof S]: Tensor }, C>(
  cell: Cell<S, C>,
  x: Tensor,
  options: UnrollOptions<S> = {},
): UnrollResult<S> {
  checkOptions("unroll", options, known);
  checkCell("unroll", cell);
  checkSequence("unroll", x);
  const [steps, batch] = x.shape;
  const { reverse = false, reset, checkpoint = false, tap, onStep } = options;
  checkBoolean("unroll", "reverse", reverse, false);
  const compile = checkBoolean("unroll", "compile", options.compile, true);
  if (onStep !== undefined) checkFunction("unroll", "onStep", onStep);
  checkCheckpoint("unroll", checkpoint);
  if (tap !== undefined) checkWord("unroll", "tap", tap, tapKinds);
  if (reset !== undefined) checkReset("unroll", reset, [steps, batch]);
  const schedule = scheduleOf("unroll", options.lengths, steps, batch);
  const sort = (value: Tensor) => reorder(value, 0, schedule.order);
  const own = cell.initialState(batch);
  checkInitial("unroll", own);
  if (options.state !== undefined) checkState("unroll", options.state, own);
  const context = cell.begin?.(batch) as C;
  checkRows("unroll", context, batch);
  const sequence: Sequence<S, C> = {
    cell,
    x: reorder(x, 1, schedule.order),
    reset: reset && { starts: reorder(reset, 1, schedule.order), state: mapState(own, sort) },
    initial: mapState(options.state ?? own, sort),
    context: withRows(context, sort),
    schedule,
    observed: onStep !== undefined,
    tap,
    checkpoint,
  };
  // Observers want every step's tensors in the graph.
  const ran: CompiledRun<S> =
    compile && onStep === undefined ? runCompiled(sequence, reverse) : runPlain(sequence, reverse, onStep);
  const output = reorder(ran.output, 1, schedule.inverse);
  const state = mapState(ran.state, (value) => reorder(value, 0, schedule.inverse));
  const { taps } = ran;
  return taps === undefined ? { output, state } : { output, state, adjoints: new Adjoints(state, taps, schedule) };
}
