import { enableGrad, grad, noGrad, requireGrad } from "@unroll/autograd";
import { type Cell, type CellContext, type Lengths, type Recurrent, unroll } from "@unroll/cells";
import {
  checkWhole,
  concat,
  describe,
  flip,
  formatShape,
  indexSelect,
  isFloat,
  OptionError,
  ShapeError,
  select,
  sizeOf,
  Tensor,
  tensor,
  transpose,
  zerosLike,
} from "@unroll/tensor";
import type { AnyState, Subject } from "./record.ts";

/** Which sequence of a subject to follow. */
export interface SequenceOptions {
  /** The state before the first step, as the subject's own forward takes it; its initial state when left out. */
  state?: Readonly<Record<string, Tensor>> | undefined;
  /** For recurrent layers: which one (default: the last). What lies below it runs without dropout. */
  layer?: number | undefined;
  /** For bidirectional layers: the direction that reads backwards (default false); steps count in its order. */
  reverse?: boolean | undefined;
}

/** The option names of {@link SequenceOptions}. */
export const sequenceOptions: readonly string[] = ["state", "layer", "reverse"];

/** One step: `(output, after) = cell.step(x, before, context)`, rows are samples. */
export interface TrajectoryStep {
  readonly x: Tensor;
  readonly before: AnyState;
  readonly output: Tensor;
  readonly after: AnyState;
}

/** A cell's way through a sequence, values only: every step can be run again with a graph of its own. */
export interface Trajectory {
  readonly cell: Cell<AnyState, unknown>;
  readonly context: unknown;
  readonly batch: number;
  readonly steps: readonly TrajectoryStep[];
  /** The names of the states in their order, and how many numbers of a sample each has. */
  readonly parts: readonly { readonly name: string; readonly size: number }[];
  /** The numbers in a sample's whole state: `Σ size`. */
  readonly width: number;
}

/** Follows a cell, or one layer of a recurrent layer, step by step through `x [T, B, …]`. */
export function follow(
  fn: string,
  subject: Subject,
  x: Tensor,
  options: SequenceOptions & { readonly lengths?: Lengths | undefined },
): Trajectory {
  const { cell, input, initial } = resolve(fn, subject, x, options);
  const [length, batch] = input.shape;
  if (length === 0 || batch === 0) throw new ShapeError(`${fn}: expected a sequence with steps and samples`);
  return noGrad(() => {
    const context = cell.begin?.(batch);
    const steps: TrajectoryStep[] = [];
    let before = initial ?? cell.initialState(batch);
    const parts = Object.entries(before).map(([name, value]) => ({ name, size: sizeOf(value.shape) / batch }));
    for (let t = 0; t < length; t++) {
      const xt = select(input, 0, t);
      const { output, state } = cell.step(xt, before, context);
      steps.push({ x: xt, before, output, after: state });
      before = state;
    }
    return { cell, context, batch, steps, parts, width: parts.reduce((sum, { size }) => sum + size, 0) };
  });
}

/** A cell, its input `[T, B, …]` in the order in which steps run, and the state that was given for it. */
export interface Resolved {
  readonly cell: Cell<AnyState, unknown>;
  readonly input: Tensor;
  readonly initial: AnyState | undefined;
}

/** The cell that was asked for, with the input that reaches it; layers below take the lengths into account. */
export function resolve(
  fn: string,
  subject: Subject,
  x: Tensor,
  options: SequenceOptions & { readonly lengths?: Lengths | undefined },
): Resolved {
  if (typeof subject !== "object" || subject === null || !("step" in subject || isLayer(subject)))
    throw new OptionError(`${fn}: expected a recurrent layer or a cell, got ${describe(subject)}`);
  if (!Tensor.is(x) || x.shape.length < 2) {
    const got = Tensor.is(x) ? formatShape(x.shape) : describe(x);
    throw new ShapeError(`${fn}: expected x of shape [T, B, …], got ${got}`);
  }
  const { state, layer, reverse = false } = options;
  if (typeof reverse !== "boolean")
    throw new OptionError(`${fn}: reverse must be true or false, got ${String(reverse)}`);
  if (state !== undefined && (typeof state !== "object" || state === null || !Object.values(state).every(Tensor.is)))
    throw new OptionError(`${fn}: state must be an object of tensors, got ${describe(state)}`);
  if (!isLayer(subject)) {
    if (layer !== undefined) throw new OptionError(`${fn}: layer is for recurrent layers; a cell has only one`);
    checkState(fn, state, subject.initialState(x.shape[1]));
    return { cell: subject, input: reverse ? flip(x, 0) : x, initial: state };
  }
  const wanted = checkWhole(fn, "layer", layer ?? subject.numLayers - 1);
  const cell = subject.cell(wanted, reverse);
  const directions = subject.bidirectional ? 2 : 1;
  const sequence = subject.batchFirst ? transpose(x, 0, 1) : x;
  const batch = sequence.shape[1];
  const own = (at: number, direction: number) =>
    state &&
    Object.fromEntries(
      Object.entries(state).map(([name, value]) => [name, part(fn, value, at * directions + direction)]),
    );
  const initial = own(wanted, reverse ? 1 : 0);
  checkState(fn, initial, cell.initialState(batch));
  const input = noGrad(() => {
    let below = sequence;
    for (let at = 0; at < wanted; at++) {
      const outputs = Array.from({ length: directions }, (_, direction) => {
        const backwards = direction === 1;
        return unroll(subject.cell(at, backwards), below, {
          state: own(at, direction),
          reverse: backwards,
          lengths: options.lengths,
        }).output;
      });
      below = outputs.length === 1 ? outputs[0] : concat(outputs, -1);
    }
    return below;
  });
  return { cell, input: reverse ? flip(input, 0) : input, initial };
}

function part(fn: string, value: Tensor, index: number): Tensor {
  if (value.shape.length < 2 || index >= value.shape[0])
    throw new ShapeError(`${fn}: expected states of shape [numLayers * D, B, H], got ${formatShape(value.shape)}`);
  return select(value, 0, index);
}

function checkState(fn: string, state: AnyState | undefined, like: AnyState): void {
  if (state === undefined) return;
  for (const [name, { shape, dtype }] of Object.entries(like)) {
    const value = state[name];
    if (value === undefined) throw new OptionError(`${fn}: state ${name} is missing`);
    if (formatShape(value.shape) !== formatShape(shape) || value.dtype !== dtype)
      throw new ShapeError(
        `${fn}: expected state ${name} of shape ${formatShape(shape)} and ${dtype}, got ${formatShape(value.shape)} and ${value.dtype}`,
      );
  }
}

/** Whether a subject is a recurrent layer, not a cell. */
export function isLayer(subject: Subject): subject is Recurrent<AnyState> {
  return "forward" in subject && "cell" in subject;
}

/** What comes into a step from behind: gradients of its output and of the states after it, `[R, …]` each. */
export interface Cotangents {
  readonly output?: Tensor | undefined;
  readonly state: AnyState;
}

/**
 * One step backwards for many gradients at once: row r is the gradient of sample `rows[r]`. The step is run again on
 * copies of its samples, so that any number of gradients costs one backward pass.
 *
 * @returns the gradients of the step's input (none when it holds integers) and of the states before it, `[R, …]` each
 */
export function pullBack(
  { cell, context, parts }: Trajectory,
  step: TrajectoryStep,
  rows: readonly number[],
  { output, state }: Cotangents,
): { x: Tensor | undefined; state: AnyState } {
  const index = tensor([...rows], { dtype: "int32" });
  const copies = (value: Tensor) => indexSelect(value, 0, index);
  return enableGrad(() => {
    const leaf = (value: Tensor) => requireGrad(noGrad(() => copies(value)));
    const x = isFloat(step.x.dtype) ? leaf(step.x) : copies(step.x);
    const before = Object.fromEntries(parts.map(({ name }) => [name, leaf(step.before[name])]));
    const result = cell.step(x, before, rowsOf(context, copies));
    const roots: Tensor[] = [];
    const gradOutputs: Tensor[] = [];
    const seed = (root: Tensor, gradient: Tensor | undefined) => {
      if (gradient === undefined || root.node === undefined) return;
      roots.push(root);
      gradOutputs.push(gradient);
    };
    seed(result.output, output);
    for (const { name } of parts) seed(result.state[name], state[name]);
    const inputs = [x, ...parts.map(({ name }) => before[name])];
    // A step that takes nothing differentiable passes nothing on.
    const found =
      roots.length === 0
        ? inputs.map((input) => zerosLike(input))
        : grad(roots, inputs, { gradOutputs, unused: "zeros" });
    return {
      x: isFloat(step.x.dtype) ? found[0] : undefined,
      state: Object.fromEntries(parts.map(({ name }, k) => [name, found[k + 1]])),
    };
  });
}

function rowsOf(context: unknown, copies: (value: Tensor) => Tensor): unknown {
  const rows = (context as CellContext | undefined)?.rows;
  if (rows === undefined) return context;
  return {
    ...(context as CellContext),
    rows: Object.fromEntries(Object.entries(rows).map(([k, v]) => [k, copies(v)])),
  };
}
