import {
  abstractOutput,
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
import { checkStep } from "./checks.ts";
import type { Schedule } from "./lengths.ts";
import { mapState } from "./map-state.ts";
import { type Sequence, type StepRecord, type Unrolled, withRows } from "./sequence.ts";

/** Runs the step's operations one by one, rows in the schedule's order. */
export function runPlain<S extends { [K in keyof S]: Tensor }, C>(
  sequence: Sequence<S, C>,
  reverse: boolean,
  onStep?: (step: StepRecord<S>) => void,
): Unrolled<S> {
  const { outputs, state, records } = reverse ? runBackward(sequence) : runForward(sequence);
  if (onStep !== undefined) for (const record of records.sort((a, b) => a.t - b.t)) onStep(record);
  return { output: assemble(outputs, sequence), state };
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
