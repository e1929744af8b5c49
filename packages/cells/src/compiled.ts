import { runSequence, type SequenceInputs, type SequenceJob, type Step } from "@unroll/compiler";
import type { Tensor } from "@unroll/tensor";
import type { Cell, CellContext } from "./cell.ts";
import { checkStep } from "./checks.ts";
import { runPlain } from "./plain.ts";
import type { Sequence, Unrolled } from "./sequence.ts";

/** A cell's step as the compiler takes it: lists of tensors in place of names. */
interface ListedStep<S, C> extends Pick<SequenceJob, "step" | "states" | "rows"> {
  readonly tensorsOf: (state: S) => Tensor[];
  readonly stateOf: (tensors: readonly Tensor[]) => S;
  readonly rowsOf: (context: C) => Tensor[];
  readonly contextOf: (tensors: readonly Tensor[]) => C;
}

/** A cell's step from lists of tensors, in the order of the names that its initial state and context have. */
export function stepOf<S extends { [K in keyof S]: Tensor }, C>(
  cell: Cell<S, C>,
  initial: S,
  context: C,
): ListedStep<S, C> {
  const names = Object.keys(initial);
  const rowNames = Object.keys((context as CellContext | undefined)?.rows ?? {});
  const stateOf = (tensors: readonly Tensor[]) => named(names, tensors) as S;
  const tensorsOf = (state: S) => names.map((name) => state[name as keyof S] as Tensor);
  const contextOf = (tensors: readonly Tensor[]) =>
    rowNames.length === 0 ? context : { ...context, rows: named(rowNames, tensors) };
  const rowsOf = (of: C) => rowNames.map((name) => ((of as CellContext).rows as Record<string, Tensor>)[name]);
  const step: Step = (input, states, rows) => {
    const before = stateOf(states);
    const result = cell.step(input, before, contextOf(rows));
    checkStep("unroll", result, input.shape[0], before);
    return { output: result.output, states: tensorsOf(result.state) };
  };
  return { step, states: tensorsOf(initial), rows: rowsOf(context), tensorsOf, stateOf, rowsOf, contextOf };
}

/** Runs a sequence by compiled loops, or gives `undefined` where its step has to be run operation by operation. */
export function runCompiled<S extends { [K in keyof S]: Tensor }, C>(
  sequence: Sequence<S, C>,
  reverse: boolean,
): Unrolled<S> | undefined {
  const { cell, x, reset, initial, context, schedule, observed } = sequence;
  // Observers want every step's tensors in the graph.
  if (reset !== undefined || observed) return undefined;
  const { step, states, rows, tensorsOf, stateOf, rowsOf, contextOf } = stepOf(cell, initial, context);
  const plain = (replayed: Step, inputs: SequenceInputs) => {
    const { output, state } = runPlain<S, C>(
      {
        ...sequence,
        x: inputs.x,
        initial: stateOf(inputs.states),
        context: contextOf(inputs.rows),
        cell: {
          initialState: (batch) => cell.initialState(batch),
          step: (input, before, own) => {
            const after = replayed(input, tensorsOf(before), rowsOf(own));
            return { output: after.output, state: stateOf(after.states) };
          },
        },
      },
      reverse,
    );
    return { output, states: tensorsOf(state) };
  };
  const result = runSequence({ step, x, states, rows, active: schedule.active, reverse, plain });
  return "reason" in result ? undefined : { output: result.output, state: stateOf(result.states) };
}

function named(names: readonly string[], tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
}
