import { runSequence, type SequenceInputs, type SequenceJob, type Step, Taps } from "@unroll/compiler";
import {
  cast,
  concat,
  logicalAnd,
  notEqual,
  slice,
  type Tensor,
  tensor,
  unsqueeze,
  where,
  zeros,
} from "@unroll/tensor";
import type { Cell, CellContext, State } from "./cell.ts";
import { checkStep } from "./checks.ts";
import { runPlain } from "./plain.ts";
import type { Sequence, Unrolled } from "./sequence.ts";
import { tellOnce } from "./tell.ts";

/** A cell's step as the compiler takes it: lists of tensors in place of names. */
interface ListedStep<S> extends Pick<SequenceJob, "step" | "states" | "rows" | "owner" | "inner"> {
  readonly tensorsOf: (state: S) => Tensor[];
  readonly stateOf: (tensors: readonly Tensor[]) => S;
}

/** A cell's step from lists of tensors, in the order of the names that its initial state and context have. */
export function stepOf<S extends { [K in keyof S]: Tensor }, C>(
  cell: Cell<S, C>,
  initial: S,
  context: C,
): ListedStep<S> {
  const names = Object.keys(initial);
  const ownRows = (context as CellContext | undefined)?.rows ?? {};
  const rowNames = Object.keys(ownRows);
  const stateOf = (tensors: readonly Tensor[]) => named(names, tensors) as S;
  const tensorsOf = (state: S) => names.map((name) => state[name as keyof S] as Tensor);
  const contextOf = (tensors: readonly Tensor[]) =>
    rowNames.length === 0 ? context : { ...context, rows: named(rowNames, tensors) };
  const step: Step = (input, states, rows) => {
    const before = stateOf(states);
    const result = cell.step(input, before, contextOf(rows));
    checkStep("unroll", result, input.shape[0], before);
    return { output: result.output, states: tensorsOf(result.state) };
  };
  return { step, states: tensorsOf(initial), rows: Object.values(ownRows), owner: cell, inner: 1, tensorsOf, stateOf };
}

/** What a sequence gives, with its taps where they were asked for and it ran compiled. */
export interface CompiledRun<S> extends Unrolled<S> {
  readonly taps?: Taps | undefined;
}

/** Runs a sequence by compiled loops where its step allows it, and says so once where not. */
export function runCompiled<S extends { [K in keyof S]: Tensor }, C>(
  sequence: Sequence<S, C>,
  reverse: boolean,
): CompiledRun<S> {
  const { cell, reset, initial, context, schedule, tap } = sequence;
  const { step: own, states, rows: ownRows, owner, inner, tensorsOf, stateOf } = stepOf(cell, initial, context);
  const { x, step, rows } =
    // What begins anew is told by one more column.
    reset === undefined || sequence.x.shape.length !== 3
      ? { x: sequence.x, step: own, rows: ownRows }
      : {
          x: concat(
            [sequence.x, cast(unsqueeze(startsOf(reset.starts, schedule.active, reverse), -1), sequence.x.dtype)],
            -1,
          ),
          step: startingAgain(own, states.length),
          rows: [...tensorsOf(reset.state), ...ownRows],
        };
  const plain = (replayed: Step, inputs: SequenceInputs) => {
    const { output, state } = runPlain<S, { rows: State }>(
      {
        ...sequence,
        x: inputs.x,
        reset: undefined,
        initial: stateOf(inputs.states),
        context: { rows: Object.fromEntries(inputs.rows.map((row, i) => [i, row])) },
        cell: {
          initialState: (batch) => cell.initialState(batch),
          step: (input, before, { rows }) => {
            const after = replayed(input, tensorsOf(before), Object.values(rows));
            return { output: after.output, state: stateOf(after.states) };
          },
        },
      },
      reverse,
    );
    return { output, states: tensorsOf(state) };
  };
  const taps = tap && new Taps(tap);
  const result = runSequence({
    step,
    x,
    states,
    rows,
    owner,
    inner: reset === undefined ? inner : 2,
    active: schedule.active,
    reverse,
    taps,
    plain,
  });
  if (!("reason" in result)) return { output: result.output, state: stateOf(result.states), taps };
  // First the plain ops: an error of the step is theirs to throw.
  const unrolled = runPlain(sequence, reverse);
  tellOnce(cell, result);
  return unrolled;
}

/** Where states begin anew before each step: `[T, B]` bool, those of the step before in a reversed pass. */
function startsOf(starts: Tensor, active: readonly number[], reverse: boolean): Tensor {
  if (!reverse) return starts;
  const [steps, batch] = starts.shape;
  // What stands behind a sample's end resets nothing.
  const valid = tensor(
    Array.from({ length: steps }, (_, t) => Array.from({ length: batch }, (_, b) => b < (active[t + 1] ?? 0))),
    { dtype: "bool" },
  );
  const next = concat([slice(starts, 0, 1, steps), zeros([1, batch], { dtype: "bool" })], 0);
  return logicalAnd(next, valid);
}

/** A step that begins anew where its input's last column is not 0: from the first of its rows, of which there are `count`. */
function startingAgain(step: Step, count: number): Step {
  return (input, states, rows) => {
    const size = input.shape[1] - 1;
    const begins = notEqual(slice(input, -1, size, size + 1), 0);
    const from = states.map((state, i) => where(begins, rows[i], state));
    return step(slice(input, -1, 0, size), from, rows.slice(count));
  };
}

function named(names: readonly string[], tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
}
