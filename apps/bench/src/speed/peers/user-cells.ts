import { type Parameter, parameter } from "@unroll/autograd";
import type { Cell } from "@unroll/cells";
import { LayerNorm, Module } from "@unroll/nn";
import { add, addmm, chunk, concat, matmul, mul, sigmoid, sub, type Tensor, tanh, tensor, zeros } from "@unroll/tensor";
import type { JobArray } from "./protocol.ts";

// Cells as a user would write them: plain ops, nothing that the compiler is told about.

type State = { readonly h: Tensor; readonly c: Tensor };
type Arrays = Readonly<Record<string, JobArray>>;

/** An LSTM's weights with one bias, and zeros to start from. */
abstract class OwnCell extends Module implements Cell<State> {
  readonly weight_ih: Parameter;
  readonly weight_hh: Parameter;
  readonly bias: Parameter;

  constructor(arrays: Arrays) {
    super();
    this.weight_ih = weightOf(arrays.weight_ih);
    this.weight_hh = weightOf(arrays.weight_hh);
    this.bias = biasOf(arrays);
  }

  protected affine(x: Tensor, h: Tensor): Tensor {
    return addmm(addmm(this.bias, x, this.weight_ih, { transposeB: true }), h, this.weight_hh, { transposeB: true });
  }

  abstract step(x: Tensor, state: State): { output: Tensor; state: State };

  initialState(batch: number): State {
    return zeroState(batch, this.weight_hh.shape[1]);
  }
}

/** An array as a parameter of its own. */
export function weightOf({ shape, data }: JobArray): Parameter {
  return parameter(tensorOf({ shape, data }));
}

/** Both biases as one. */
function biasOf({ bias_ih, bias_hh }: Arrays): Parameter {
  return parameter(add(tensorOf(bias_ih), tensorOf(bias_hh)));
}

/** An array as a tensor. */
export function tensorOf({ shape, data }: JobArray): Tensor {
  return tensor(data, { shape });
}

/** Gates also see the cell state (Gers and Schmidhuber, 2000). */
class Peephole extends OwnCell {
  readonly peephole_i: Parameter;
  readonly peephole_f: Parameter;
  readonly peephole_o: Parameter;

  constructor(arrays: Arrays) {
    super(arrays);
    const size = this.weight_hh.shape[1];
    const part = (k: number) => parameter(tensor(arrays.bias_ih.data.subarray(k * size, (k + 1) * size)));
    this.peephole_i = part(0);
    this.peephole_f = part(1);
    this.peephole_o = part(2);
  }

  step(x: Tensor, { h, c }: State) {
    const [i, f, g, o] = chunk(this.affine(x, h), 4, -1);
    const keep = mul(sigmoid(add(f, mul(this.peephole_f, c))), c);
    const next = add(keep, mul(sigmoid(add(i, mul(this.peephole_i, c))), tanh(g)));
    const output = mul(sigmoid(add(o, mul(this.peephole_o, next))), tanh(next));
    return { output, state: { h: output, c: next } };
  }
}

/** One gate forgets as much as it lets in (Greff et al., 2017): three blocks of weights. */
class Coupled extends OwnCell {
  step(x: Tensor, { h, c }: State) {
    const [f, g, o] = chunk(this.affine(x, h), 3, -1);
    const keep = sigmoid(f);
    const next = add(mul(keep, c), mul(sub(1, keep), tanh(g)));
    const output = mul(sigmoid(o), tanh(next));
    return { output, state: { h: output, c: next } };
  }
}

/** Both products and the cell state are normalised (Ba et al., 2016). */
class Normalised extends OwnCell {
  readonly input: LayerNorm;
  readonly recurrent: LayerNorm;
  readonly cell: LayerNorm;

  constructor(arrays: Arrays) {
    super(arrays);
    const [rows, size] = this.weight_hh.shape;
    this.input = new LayerNorm(rows);
    this.recurrent = new LayerNorm(rows, { bias: false });
    this.cell = new LayerNorm(size);
  }

  step(x: Tensor, { h, c }: State) {
    const fromInput = this.input.forward(matmul(x, this.weight_ih, { transposeB: true }));
    const fromState = this.recurrent.forward(matmul(h, this.weight_hh, { transposeB: true }));
    const [i, f, g, o] = chunk(add(add(fromInput, fromState), this.bias), 4, -1);
    const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const output = mul(sigmoid(o), tanh(this.cell.forward(next)));
    return { output, state: { h: output, c: next } };
  }
}

/** The LSTM with one product of [x, h]. */
class Concatenated extends Module implements Cell<State> {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #hiddenSize: number;

  constructor(arrays: Arrays) {
    super();
    this.weight = parameter(concat([tensorOf(arrays.weight_ih), tensorOf(arrays.weight_hh)], 1));
    this.bias = biasOf(arrays);
    this.#hiddenSize = arrays.weight_hh.shape[1];
  }

  step(x: Tensor, { h, c }: State) {
    const z = addmm(this.bias, concat([x, h], 1), this.weight, { transposeB: true });
    const [i, f, g, o] = chunk(z, 4, -1);
    const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const output = mul(sigmoid(o), tanh(next));
    return { output, state: { h: output, c: next } };
  }

  initialState(batch: number): State {
    return zeroState(batch, this.#hiddenSize);
  }
}

function zeroState(batch: number, hiddenSize: number): State {
  return { h: zeros([batch, hiddenSize]), c: zeros([batch, hiddenSize]) };
}

/** By name: the cell, made of the arrays of a job, and the blocks of rows in its weights. */
export const userCells = {
  peephole: { make: (arrays: Arrays) => new Peephole(arrays), gates: 4 },
  "coupled gate": { make: (arrays: Arrays) => new Coupled(arrays), gates: 3 },
  "layer-normalised": { make: (arrays: Arrays) => new Normalised(arrays), gates: 4 },
  "concat([x, h])": { make: (arrays: Arrays) => new Concatenated(arrays), gates: 4 },
} as const;

export type UserCell = keyof typeof userCells;
