import { requireGrad } from "@unroll/autograd";
import { type Cell, type Lengths, type Recurrent, type StepRecord, unroll } from "@unroll/cells";
import { formatShape, OptionError, ShapeError, Tensor } from "@unroll/tensor";

/** A state of any names. */
export type AnyState = Readonly<Record<string, Tensor>>;

/** A recurrent layer, or any cell that `unroll` can drive. */
export type Subject = Recurrent<AnyState> | Cell<AnyState, unknown>;

/** One sequence, run with everything kept that gradients need. */
export interface Recording {
  /** As the subject gives it: `[T, B, …]`, or `[B, T, …]` for layers with `batchFirst`. */
  readonly output: Tensor;
  /** The number of samples, those without steps included. */
  readonly batch: number;
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
  checkSubject(subject, x, options);
  const steps: StepRecord<AnyState>[] = [];
  if (isLayer(subject)) {
    const wanted = layer ?? subject.numLayers - 1;
    const { output } = subject.forward(x, {
      lengths,
      ...(options.state === undefined ? {} : { state: tracked(options.state) }),
      onStep: (step) => {
        if (step.layer === wanted && step.reverse === reverse) steps.push(step);
      },
    });
    return { output, batch: x.shape[subject.batchFirst ? 0 : 1], steps: reverse ? steps.reverse() : steps };
  }
  const batch = x.shape[1];
  const state = tracked(options.state ?? subject.initialState(batch));
  const { output } = unroll(subject, x, { lengths, state, reverse, onStep: (step) => steps.push(step) });
  return { output, batch, steps: reverse ? steps.reverse() : steps };
}

/** Throws unless the subject, the sequence and the choice of layer and direction fit together. */
export function checkSubject(subject: Subject, x: Tensor, { layer, reverse = false }: RecordOptions): void {
  if (typeof subject !== "object" || subject === null || !("step" in subject || isLayer(subject)))
    throw new OptionError("gradientFlow: expected a recurrent layer or a cell");
  if (!Tensor.is(x) || x.shape.length < 2) {
    const got = Tensor.is(x) ? formatShape(x.shape) : typeof x;
    throw new ShapeError(`gradientFlow: expected x of shape [T, B, …], got ${got}`);
  }
  if (typeof reverse !== "boolean")
    throw new OptionError(`gradientFlow: reverse must be true or false, got ${String(reverse)}`);
  if (isLayer(subject)) subject.cell(layer ?? subject.numLayers - 1, reverse);
  else if (layer !== undefined)
    throw new OptionError("gradientFlow: layer is for recurrent layers; a cell has only one");
}

/** Whether a subject is a recurrent layer. */
export function isLayer(subject: Subject): subject is Recurrent<AnyState> {
  return "forward" in subject && "cell" in subject;
}

/** A cell without parameters makes a graph too when its state asks for gradients. */
export function tracked(state: AnyState): AnyState {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, value.node === undefined ? requireGrad(value) : value]),
  );
}
