import { grad, requireGrad } from "@unroll/autograd";
import {
  checkFunction,
  describe,
  flip,
  formatShape,
  ShapeError,
  select,
  stack,
  Tensor,
  tensor,
  zeros,
} from "@unroll/tensor";
import { jointNorms } from "./norms.ts";
import type { AnyState } from "./record.ts";
import type { Trajectory, TrajectoryStep } from "./trajectory.ts";

/** Gradients on their way back, one per row; the true gradient of row r is the tensors' row times `2^exponents[r]`. */
export interface Rows {
  readonly state: AnyState;
  readonly exponents: Float64Array;
}

/** Takes a power of two out of every row that is not near 1: exact, since only exponents change. */
export function rescale({ state, exponents }: Rows): Rows {
  const norms = jointNorms(Object.values(state));
  const shifts = exponents.map((_, r) =>
    norms[r] > 0 && Number.isFinite(norms[r]) && Math.abs(Math.log2(norms[r])) > 8
      ? Math.floor(Math.log2(norms[r]))
      : 0,
  );
  if (shifts.every((shift) => shift === 0)) return { state, exponents };
  const scaled = Object.entries(state).map(
    ([name, value]) =>
      [
        name,
        timesPowers(
          value,
          shifts.map((k) => -k),
        ),
      ] as const,
  );
  return { state: Object.fromEntries(scaled), exponents: exponents.map((exponent, r) => exponent + shifts[r]) };
}

/** Rows times `2^exponent`: 0 where that is too small for the dtype. */
function timesPowers(value: Tensor, exponents: Float64Array): Tensor {
  const width = value.size / exponents.length;
  const data = new Float64Array(value.size);
  exponents.forEach((exponent, r) => {
    // In two steps, since 2^1074 is no number; products in float64, also for float32.
    const half = Math.trunc(exponent / 2);
    const [first, second] = [twoTo(half), twoTo(exponent - half)];
    for (let k = r * width; k < (r + 1) * width; k++) data[k] = value.data[k] * first * second;
  });
  return tensor(data, { shape: value.shape, dtype: value.dtype });
}

/** Gives rows, and a gradient that joins them, the same exponents: in each row those of the larger one. */
export function align({ state, exponents }: Rows, joining: Tensor): { rows: Rows; joining: Tensor } {
  const own = jointNorms(Object.values(state));
  const other = jointNorms([joining]);
  const common = exponents.map((exponent, r) => (other[r] === 0 ? exponent : own[r] === 0 ? 0 : Math.max(exponent, 0)));
  if (common.every((exponent, r) => exponent === exponents[r] && exponent === 0))
    return { rows: { state, exponents }, joining };
  // Rows of zeros stay as they are: 0 times an infinite power would be NaN.
  const ownShifts = exponents.map((exponent, r) => (own[r] === 0 ? 0 : exponent - common[r]));
  const joiningShifts = common.map((exponent, r) => (other[r] === 0 ? 0 : -exponent));
  const moved = Object.entries(state).map(([name, value]) => [name, timesPowers(value, ownShifts)] as const);
  return {
    rows: { state: Object.fromEntries(moved), exponents: common },
    joining: timesPowers(joining, joiningShifts),
  };
}

/** `log10` of the norm of each row of tensors side by side; -∞ for an exact zero. */
export function logNorms(tensors: readonly Tensor[], exponents: Float64Array): Float64Array {
  return jointNorms(tensors).map((norm, r) => Math.log10(norm) + exponents[r] * Math.log10(2));
}

function twoTo(exponent: number): number {
  if (Math.abs(exponent) > 1100) return exponent < 0 ? 0 : Number.POSITIVE_INFINITY;
  let value = 1;
  for (let k = 0; k < Math.abs(exponent); k++) value *= exponent < 0 ? 0.5 : 2;
  return value;
}

/** The local gradients `∂L/∂output_t` of a loss of a trajectory's outputs `[T, B, …]`, in the order of its steps. */
export function localGradients(
  fn: string,
  { steps }: Trajectory,
  reverse: boolean,
  loss: (output: Tensor) => Tensor,
): Tensor[] {
  checkFunction(fn, "loss", loss);
  const outputs = stack(steps.map((step) => step.output));
  const leaf = requireGrad(reverse ? flip(outputs, 0) : outputs);
  const value = loss(leaf);
  if (!Tensor.is(value) || value.size !== 1) {
    const got = Tensor.is(value) ? `shape ${formatShape(value.shape)}` : describe(value);
    throw new ShapeError(`${fn}: the loss must be a single number, got ${got}`);
  }
  const [found] =
    value.node === undefined ? [zeros(leaf.shape, { dtype: leaf.dtype })] : grad(value, [leaf], { unused: "zeros" });
  const ordered = reverse ? flip(found, 0) : found;
  return steps.map((_, t) => select(ordered, 0, t));
}

/** The name of the state that is also the output of a step, if one is. */
export function outputState({ output, after }: TrajectoryStep): string | undefined {
  return Object.keys(after).find((name) => after[name] === output);
}
