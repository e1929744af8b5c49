import { runSequence, type SequenceInputs, type Step, type StepJob, Taps } from "@unroll/compiler";
import {
  cast,
  concat,
  identity,
  logicalAnd,
  notEqual,
  reshape,
  type Shape,
  sameShape,
  sizeOf,
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
interface ListedStep<S> extends StepJob {
  readonly tensorsOf: (state: S) => Tensor[];
  readonly stateOf: (tensors: readonly Tensor[]) => S;
  /** A sequence of outputs, in the shape that the step gives. */
  readonly outputOf: (output: Tensor) => Tensor;
}

/**
 * A cell's step from lists of tensors, in the order of the names that its initial state and context have. Rows are vectors
 * outside of it: a shape with more or fewer axes is taken on within the step, where it costs nothing.
 *
 * @param x `[T, B, …]`
 */
export function stepOf<S extends { [K in keyof S]: Tensor }, C>(
  cell: Cell<S, C>,
  x: Tensor,
  initial: S,
  context: C,
): ListedStep<S> {
  const names = Object.keys(initial);
  const ownRows = (context as CellContext | undefined)?.rows ?? {};
  const rowNames = Object.keys(ownRows);
  const first = names.map((name) => initial[name as keyof S]);
  const rows = Object.values(ownRows);
  const stateOf = (tensors: readonly Tensor[]) =>
    named(
      names,
      tensors.map((tensor, i) => shapedLike(tensor, first[i])),
    ) as S;
  const tensorsOf = (state: S) => names.map((name) => flat(state[name as keyof S], 1));
  const contextOf = (tensors: readonly Tensor[]) =>
    rowNames.length === 0
      ? context
      : {
          ...context,
          rows: named(
            rowNames,
            tensors.map((tensor, i) => shapedLike(tensor, rows[i])),
          ),
        };
  let outputShape: Shape = [];
  const step: Step = (input, states, own) => {
    const before = stateOf(states);
    const result = cell.step(shaped(input, x.shape.slice(2)), before, contextOf(own));
    checkStep("unroll", result, input.shape[0], before);
    const { output, state } = result;
    outputShape = output.shape.slice(1);
    // A state of another shape is refused for it.
    const after = names.map((name, i) => {
      const value = state[name as keyof S];
      return sameShape(value.shape.slice(1), first[i].shape.slice(1)) ? flatState(value) : value;
    });
    // One that is a state as well stays the same tensor, so that both adjoints of it are one.
    const shared = names.findIndex((name) => state[name as keyof S] === output);
    return { output: shared === -1 ? flat(output, 1) : after[shared], states: after };
  };
  return {
    step,
    x: flat(x, 2),
    states: tensorsOf(initial),
    rows: rows.map((row) => flat(row, 1)),
    owner: cell,
    inner: 1,
    tensorsOf,
    stateOf,
    outputOf: (output) =>
      outputShape.length === 1 ? output : reshape(output, [...output.shape.slice(0, 2), ...outputShape]),
  };
}

/** What follows the first `kept` axes as one axis. */
function flat(tensor: Tensor, kept: number): Tensor {
  const { shape } = tensor;
  if (shape.length === kept + 1) return tensor;
  return reshape(tensor, [...shape.slice(0, kept), sizeOf(shape.slice(kept))]);
}

/** The same of a state: by the identity the compiler knows which value the state is another shape of. */
function flatState(value: Tensor): Tensor {
  return value.shape.length === 2 ? value : flat(identity(value), 1);
}

/** Rows in a shape. */
function shaped(rows: Tensor, shape: Shape): Tensor {
  return shape.length === 1 ? rows : reshape(rows, [rows.shape[0], ...shape]);
}

function shapedLike(rows: Tensor, { shape }: Tensor): Tensor {
  return shaped(rows, shape.slice(1));
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
  const { cell, reset, initial, context, schedule, tap, checkpoint } = sequence;
  const own = stepOf(cell, sequence.x, initial, context);
  const { states, owner, tensorsOf, stateOf } = own;
  const { x, step, rows, inner } =
    reset === undefined
      ? own
      : {
          // What begins anew is told by one more column.
          x: concat([own.x, cast(unsqueeze(startsOf(reset.starts, schedule.active, reverse), -1), own.x.dtype)], -1),
          step: startingAgain(own.step, states.length),
          rows: [...tensorsOf(reset.state), ...own.rows],
          inner: 2,
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
    inner,
    active: schedule.active,
    reverse,
    taps,
    checkpoint,
    plain,
  });
  if (!("reason" in result)) return { output: own.outputOf(result.output), state: stateOf(result.states), taps };
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
