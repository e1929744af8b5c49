import {
  abstractOutput,
  checkBoolean,
  checkFunction,
  checkOptions,
  concat,
  identity,
  pad,
  peekBlocks,
  select,
  slice,
  stack,
  Tensor,
  unsqueeze,
  where,
  withEvaluator,
  zeros,
} from "@unroll/tensor";
import type { Cell, CellContext } from "./cell.ts";
import { checkCell, checkInitial, checkReset, checkRows, checkSequence, checkState, checkStep } from "./checks.ts";
import { type Lengths, reorder, type Schedule, scheduleOf } from "./lengths.ts";

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
  /** Called once for every step that had active samples, in time order, when the whole sequence has been run. */
  onStep?(step: StepRecord<S>): void;
}

/** What a sequence gives. */
export interface Unrolled<S> {
  /** `[T, B, …]`, 0 where a sample has ended. */
  readonly output: Tensor;
  /** The state after each sample's last valid step, each tensor `[B, …]`. */
  readonly state: S;
}

const known = ["state", "lengths", "reset", "reverse", "onStep"];

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
): Unrolled<S> {
  checkOptions("unroll", options, known);
  checkCell("unroll", cell);
  checkSequence("unroll", x);
  const [steps, batch] = x.shape;
  const { reverse = false, reset, onStep } = options;
  checkBoolean("unroll", "reverse", reverse, false);
  if (onStep !== undefined) checkFunction("unroll", "onStep", onStep);
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
  };
  const { outputs, state, records } = reverse ? runBackward(sequence) : runForward(sequence);
  if (onStep !== undefined) for (const record of records.sort((a, b) => a.t - b.t)) onStep(record);
  return {
    output: reorder(assemble(outputs, sequence), 1, schedule.inverse),
    state: mapState(state, (value) => reorder(value, 0, schedule.inverse)),
  };
}

/** Everything that stays the same while a sequence runs, rows in the schedule's order. */
interface Sequence<S extends { [K in keyof S]: Tensor }, C> {
  readonly cell: Cell<S, C>;
  readonly x: Tensor;
  /** Where new sequences start, and from what. */
  readonly reset: { readonly starts: Tensor; readonly state: S } | undefined;
  readonly initial: S;
  readonly context: C;
  readonly schedule: Schedule;
  /** Whether steps are to be kept for an observer. */
  readonly observed: boolean;
}

interface Run<S> {
  /** The output of each step that had active rows. */
  readonly outputs: readonly (Tensor | undefined)[];
  readonly state: S;
  /** Empty unless there is an observer. */
  readonly records: StepRecord<S>[];
}

/** First step to last: the active rows shrink, and the states of rows that end are set aside. */
function runForward<S extends { [K in keyof S]: Tensor }, C>(sequence: Sequence<S, C>): Run<S> {
  const { initial, schedule } = sequence;
  const outputs: (Tensor | undefined)[] = [];
  const records: StepRecord<S>[] = [];
  const ended: S[] = [];
  let state = initial;
  let rows = schedule.samples.length;
  for (let t = 0; t < schedule.active.length && schedule.active[t] > 0; t++) {
    const active = schedule.active[t];
    if (active < rows) {
      const before = rows;
      ended.push(mapState(state, (value) => slice(value, 0, active, before)));
      state = mapState(state, (value) => slice(value, 0, 0, active));
      rows = active;
    }
    const record = takeStep(sequence, t, active, startAgain(sequence, t, active, state));
    state = record.state;
    outputs[t] = record.output;
    if (sequence.observed) records.push(record);
  }
  // A sequence that had no active row at all ends where it began; so do samples of length 0, set aside above.
  if (ended.length === 0) return { outputs, state, records };
  return {
    outputs,
    records,
    state: mapState(state, (value, name) =>
      concat([value, ...ended.map((part) => part[name as keyof S]).reverse()], 0),
    ),
  };
}

/** Last step to first: rows join at their own last step with their initial state. */
function runBackward<S extends { [K in keyof S]: Tensor }, C>(sequence: Sequence<S, C>): Run<S> {
  const { initial, schedule } = sequence;
  const outputs: (Tensor | undefined)[] = [];
  const records: StepRecord<S>[] = [];
  let state = mapState(initial, (value) => slice(value, 0, 0, 0));
  let rows = 0;
  const join = (upTo: number) => {
    const from = rows;
    if (upTo === from) return;
    const joining = mapState(initial, (value) => slice(value, 0, from, upTo));
    state = from === 0 ? joining : mapState(state, (value, name) => concat([value, joining[name as keyof S]], 0));
    rows = upTo;
  };
  for (let t = schedule.active.length - 1; t >= 0; t--) {
    const active = schedule.active[t];
    if (active === 0) continue;
    // Before others join: what stands behind a sample's end must not reset it.
    if (rows > 0) state = startAgain(sequence, t + 1, rows, state);
    join(active);
    const record = takeStep(sequence, t, active, state);
    state = record.state;
    outputs[t] = record.output;
    if (sequence.observed) records.push(record);
  }
  join(schedule.samples.length);
  return { outputs, state, records };
}

function takeStep<S extends { [K in keyof S]: Tensor }, C>(
  sequence: Sequence<S, C>,
  t: number,
  active: number,
  before: S,
): StepRecord<S> {
  const { cell, schedule } = sequence;
  const narrow = narrowTo(active, schedule);
  const result = cell.step(narrow(select(sequence.x, 0, t)), before, withRows(sequence.context, narrow));
  checkStep("unroll", result, active, before);
  const { output, state: value } = result;
  // A place of its own in the graph for what leaves the step, apart from the value's uses inside of it.
  const handed = mapState(value, (tensor) => identity(tensor));
  const shared = Object.keys(value).find((name) => value[name as keyof S] === output) as keyof S | undefined;
  return {
    t,
    output: shared === undefined ? output : handed[shared],
    state: handed,
    value,
    samples: sequence.observed ? schedule.samples.slice(0, active) : schedule.samples,
  };
}

/** The state of the first `active` rows, new where step `t` begins a sequence. */
function startAgain<S extends { [K in keyof S]: Tensor }, C>(
  { reset, schedule }: Sequence<S, C>,
  t: number,
  active: number,
  state: S,
): S {
  if (reset === undefined) return state;
  const narrow = narrowTo(active, schedule);
  const starts = narrow(select(reset.starts, 0, t));
  return mapState(state, (value, name) => {
    let mask = starts;
    for (let axis = 1; axis < value.shape.length; axis++) mask = unsqueeze(mask, -1);
    return where(mask, narrow(reset.state[name as keyof S]), value);
  });
}

/** Cuts tensors to the rows that are active. */
function narrowTo(active: number, { samples }: Schedule): (value: Tensor) => Tensor {
  return (value) => (active === samples.length ? value : slice(value, 0, 0, active));
}

/** Stacks the steps to `[T, B, …]`, zeros where rows were not active. */
function assemble<S extends { [K in keyof S]: Tensor }, C>(
  outputs: readonly (Tensor | undefined)[],
  sequence: Sequence<S, C>,
): Tensor {
  const { schedule } = sequence;
  const steps = schedule.active.length;
  const batch = schedule.samples.length;
  const first = outputs.find((output) => output !== undefined) ?? abstractStep(sequence);
  const rowShape = first.shape.slice(1);
  if (steps === 0) return zeros([0, batch, ...rowShape], { dtype: first.dtype });
  return stack(
    Array.from({ length: steps }, (_, t) => {
      const output = outputs[t];
      if (output === undefined) return zeros([batch, ...rowShape], { dtype: first.dtype });
      return output.shape[0] === batch ? output : pad(output, 0, 0, batch - output.shape[0]);
    }),
  );
}

/** The shape and dtype of a step's output where no step was taken: from shape rules alone, nothing is computed or drawn. */
function abstractStep<S extends { [K in keyof S]: Tensor }, C>({ cell, x, initial, context }: Sequence<S, C>): Tensor {
  const input = new Tensor(x.shape.slice(1), x.dtype, { data: undefined, version: 0 });
  return peekBlocks(() => withEvaluator(abstractOutput, () => cell.step(input, initial, context).output));
}

/** Applies `fn` to the per-sample part of a context. */
function withRows<C>(context: C, fn: (value: Tensor) => Tensor): C {
  const rows = (context as CellContext | undefined)?.rows;
  return rows === undefined ? context : { ...context, rows: mapState(rows, fn) };
}

/** A state of the same names with each tensor mapped. */
export function mapState<S extends { [K in keyof S]: Tensor }>(
  state: S,
  fn: (value: Tensor, name: string) => Tensor,
): S {
  return Object.fromEntries(Object.entries<Tensor>(state).map(([name, value]) => [name, fn(value, name)])) as S;
}
