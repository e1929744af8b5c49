import { requireGrad } from "@unroll/autograd";
import { type Cell, type Lengths, type Recurrent, type StepRecord, unroll } from "@unroll/cells";
import { OptionError, type Tensor } from "@unroll/tensor";

/** A state of any names. */
export type AnyState = Readonly<Record<string, Tensor>>;

/** A recurrent layer, or any cell that `unroll` can drive. */
export type Subject = Recurrent<AnyState> | Cell<AnyState, unknown>;

/** One sequence, run with everything kept that gradients need. */
export interface Recording {
  readonly output: Tensor;
  /** In the order in which the steps ran: reversed layers begin at the last step. */
  readonly steps: readonly StepRecord<AnyState>[];
}

/** Which sequence of a subject to record. */
export interface RecordOptions {
  readonly lengths?: Lengths | undefined;
  /** The state before the first step; the subject's own when left out. */
  readonly state?: AnyState | undefined;
  /** For layers: which one (default: the last). */
  readonly layer?: number | undefined;
  /** For bidirectional layers: the direction that reads backwards (default false). */
  readonly reverse?: boolean | undefined;
}

/** Runs a subject over `x` and keeps every step of one layer and direction. */
export function record(subject: Subject, x: Tensor, options: RecordOptions): Recording {
  const { lengths, layer, reverse = false } = options;
  const steps: StepRecord<AnyState>[] = [];
  if (isLayer(subject)) {
    const wanted = layer ?? subject.numLayers - 1;
    subject.cell(wanted, reverse);
    const { output } = subject.forward(x, {
      lengths,
      ...(options.state === undefined ? {} : { state: tracked(options.state) }),
      onStep: (step) => {
        if (step.layer === wanted && step.reverse === reverse) steps.push(step);
      },
    });
    return { output, steps: reverse ? steps.reverse() : steps };
  }
  if (layer !== undefined) throw new OptionError("gradientFlow: layer is for recurrent layers; a cell has only one");
  const state = tracked(options.state ?? subject.initialState(x.shape[1]));
  const { output } = unroll(subject, x, { lengths, state, reverse, onStep: (step) => steps.push(step) });
  return { output, steps: reverse ? steps.reverse() : steps };
}

function isLayer(subject: Subject): subject is Recurrent<AnyState> {
  return "forward" in subject && "cell" in subject;
}

/** A cell without parameters makes a graph too when its state asks for gradients. */
function tracked(state: AnyState): AnyState {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, value.node === undefined ? requireGrad(value) : value]),
  );
}
