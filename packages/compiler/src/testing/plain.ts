import { concat, pad, select, slice, stack, type Tensor } from "@unroll/tensor";
import type { SequenceInputs, SequenceJob, SequenceResult } from "../sequence.ts";
import type { Step } from "../trace.ts";

// What the tests of this package share; no entry exports it.

/** The plain ops of a sequence: a job's `plain`, and the oracle of what is compiled. */
export function plainSequence(
  active: readonly number[],
  reverse: boolean,
): (step: Step, inputs: SequenceInputs) => SequenceResult {
  return (step, { x, states: initial, rows }) => {
    const [steps, batch] = x.shape;
    const outputs: Tensor[] = [];
    let states = [...initial];
    const order = Array.from({ length: steps }, (_, s) => (reverse ? steps - 1 - s : s));
    for (const t of order) {
      const count = active[t];
      const narrow = (value: Tensor) => slice(value, 0, 0, count);
      const result = step(narrow(select(x, 0, t)), states.map(narrow), rows.map(narrow));
      states = result.states.map((state, i) => concat([state, slice(states[i], 0, count)], 0));
      outputs[t] = pad(result.output, 0, 0, batch - count);
    }
    return { output: stack(outputs), states };
  };
}

/** A job without lengths. */
export function jobOf(
  step: Step,
  { x, states, rows = [] }: { x: Tensor; states: readonly Tensor[]; rows?: readonly Tensor[] },
  {
    active = new Array<number>(x.shape[0]).fill(x.shape[1]),
    reverse = false,
  }: { active?: number[]; reverse?: boolean } = {},
): SequenceJob {
  return { step, x, states, rows, active, reverse, plain: plainSequence(active, reverse) };
}
