import { grad, type Parameter, parameter } from "@unroll/autograd";
import { type Cell, GRUCell, LSTMCell, RNNCell, type StepRecord, unroll } from "@unroll/cells";
import { add, assign, matmul, mul, sigmoid, sub, type Tensor, tensor, zeros } from "@unroll/tensor";

/** The dtypes in which every oracle holds, with the relative error that rounding may cause. */
export const precisions: readonly (readonly ["float64" | "float32", number])[] = [
  ["float64", 1e-10],
  ["float32", 1e-4],
];

/** `h' = U h + x`: the Jacobian is U. */
export class LinearCell implements Cell<{ h: Tensor }> {
  readonly weight: Parameter;

  constructor(weight: Tensor) {
    this.weight = parameter(weight);
  }

  step(x: Tensor, { h }: { h: Tensor }): { output: Tensor; state: { h: Tensor } } {
    const next = add(x, matmul(h, this.weight, { transposeB: true }));
    return { output: next, state: { h: next } };
  }

  initialState(batch: number): { h: Tensor } {
    return { h: zeros([batch, this.weight.shape[0]], { dtype: this.weight.dtype }) };
  }
}

/** `h' = U h + B x`. */
export class StateSpace implements Cell<{ h: Tensor }> {
  constructor(
    readonly u: Tensor,
    readonly b: Tensor,
  ) {}

  step(x: Tensor, { h }: { h: Tensor }): { output: Tensor; state: { h: Tensor } } {
    const next = add(matmul(h, this.u, { transposeB: true }), matmul(x, this.b, { transposeB: true }));
    return { output: next, state: { h: next } };
  }

  initialState(batch: number): { h: Tensor } {
    return { h: zeros([batch, this.u.shape[0]], { dtype: this.u.dtype }) };
  }
}

/** The other gate convention, of Cho and Chung (2014): `h' = (1 - z) h + z n` with `z = sigmoid(x)` and n = 0. */
export class FlippedGateCell implements Cell<{ h: Tensor }> {
  readonly #hidden: number;
  readonly #dtype: "float64" | "float32";

  constructor(hidden: number, dtype: "float64" | "float32") {
    this.#hidden = hidden;
    this.#dtype = dtype;
  }

  step(x: Tensor, { h }: { h: Tensor }): { output: Tensor; state: { h: Tensor } } {
    const next = mul(sub(1, sigmoid(x)), h);
    return { output: next, state: { h: next } };
  }

  initialState(batch: number): { h: Tensor } {
    return { h: zeros([batch, this.#hidden], { dtype: this.#dtype }) };
  }
}

/** A tanh cell that has U as its recurrent weight and no bias; without input weights unless given. */
export function tanhCell(weight: Tensor, nonlinearity: "tanh" | "relu" = "tanh"): RNNCell {
  const hidden = weight.shape[0];
  const cell = new RNNCell(hidden, hidden, { bias: false, nonlinearity, dtype: floatOf(weight) });
  assign(cell.weight_ih, new Array<number>(hidden * hidden).fill(0));
  assign(cell.weight_hh, weight);
  return cell;
}

/** An LSTM whose gates do not see h: `weight_hh = 0`. */
export function blindLSTM(
  inputs: number,
  hidden: number,
  options: ConstructorParameters<typeof LSTMCell>[2],
): LSTMCell {
  const cell = new LSTMCell(inputs, hidden, options);
  assign(cell.weight_hh, zeros(cell.weight_hh.shape, { dtype: cell.weight_hh.dtype }));
  return cell;
}

/** A GRU whose gates do not see h: `weight_hh = 0`. */
export function blindGRU(inputs: number, hidden: number, options: ConstructorParameters<typeof GRUCell>[2]): GRUCell {
  const cell = new GRUCell(inputs, hidden, options);
  assign(cell.weight_hh, zeros(cell.weight_hh.shape, { dtype: cell.weight_hh.dtype }));
  return cell;
}

function floatOf(x: Tensor): "float64" | "float32" {
  return x.dtype === "float64" ? "float64" : "float32";
}

/** Runs a cell and gives its steps with the outputs. */
export function stepsOf<S extends { [K in keyof S]: Tensor }, C>(
  cell: Cell<S, C>,
  x: Tensor,
  state?: S,
): { steps: StepRecord<S>[]; output: Tensor } {
  const steps: StepRecord<S>[] = [];
  const { output } = unroll(cell, x, { state, onStep: (step) => steps.push(step) });
  return { steps, output };
}

/** `∂L/∂x` for several tensors, as arrays. */
export function gradients(loss: Tensor, of: readonly Tensor[]): number[][] {
  return grad(loss, of, { unused: "zeros" }).map((gradient) => Array.from(gradient.data));
}

/** A matrix from its rows. */
export function matrix(rows: readonly (readonly number[])[], dtype: "float64" | "float32" = "float64"): Tensor {
  return tensor(rows.flat(), { shape: [rows.length, rows[0].length], dtype });
}

/** `base^n` by multiplication. */
export function power(base: number, n: number): number {
  let value = 1;
  for (let k = 0; k < n; k++) value *= base;
  return value;
}

/** `10^x` for logarithms that a number can hold. */
export function fromLog10(x: number): number {
  return Math.exp(x * Math.LN10);
}

/** `0, 1, …, n - 1`. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/** The largest relative error; where 0 is expected, anything else is an infinite one. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length || actual.length === 0) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]) / Math.abs(expected[i]);
    // NaN counts as the worst.
    worst = error <= worst ? worst : Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}

/** The relative error of norms given as logarithms: `|10^(a - b) - 1|`, exact also at 1e-900. */
export function logError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const ratio = Array.from({ length: expected.length }, (_, i) => fromLog10(actual[i] - expected[i]));
  return actual.length === expected.length
    ? relativeError(
        ratio,
        ratio.map(() => 1),
      )
    : Number.POSITIVE_INFINITY;
}
