import { type Parameter, parameter } from "@unroll/autograd";
import type { Cell } from "@unroll/cells";
import { Module } from "@unroll/nn";
import {
  add,
  concat,
  detach,
  type Generator,
  matmul,
  mul,
  sigmoid,
  slice,
  sub,
  type Tensor,
  tensor,
  transpose,
  uniform,
  zeros,
} from "@unroll/tensor";

/** A net of the paper, as Table 10 describes it. */
export interface Net97 {
  readonly inputs: number;
  readonly outputs: number;
  /** b, memory cell blocks, and s, cells in each. */
  readonly blocks: number;
  readonly size: number;
  /** Which units have a bias: all but the inputs, all hidden units, the gates, or none. */
  readonly bias: "all" | "hidden" | "gates" | "none";
  /** Where the biases of each block's input and output gates begin; random like the weights where left out. */
  readonly inputGateBias?: readonly number[];
  readonly outputGateBias?: readonly number[];
  /** Weights begin uniform in ± this. */
  readonly range: number;
}

/** The state: the squashed output y of all hidden units, `[B, U]`, and the cells' internal state s, `[B, b s]`. */
export type State97 = { readonly y: Tensor; readonly s: Tensor };

/** U: memory cells, input gates and output gates. */
export function hiddenUnits({ blocks, size }: Net97): number {
  return blocks * size + 2 * blocks;
}

/** How many weights a net has: U (in + U) between hidden units, out · cells to the outputs, and the biases. */
export function weightCount(net: Net97): number {
  const { inputs, outputs, blocks, size, bias } = net;
  const units = hiddenUnits(net);
  const biases = { all: units + outputs, hidden: units, gates: 2 * blocks, none: 0 }[bias];
  return units * (inputs + units) + outputs * blocks * size + biases;
}

/**
 * The memory cells of Hochreiter and Schmidhuber (1997), without a forget gate:
 *
 * ```
 * net = W_x x + W_y y + b          for cells c, input gates in and output gates out
 * s'  = s + σ(net_in) g(net_c)     g(x) = 4 σ(x) - 2, one input gate for the cells of a block
 * y'  = [σ(net_out) h(s'), σ(net_in), σ(net_out)]     h(x) = 2 σ(x) - 1
 * ```
 *
 * Cells and gates see all hidden units of the step before, gates included. The output is that of the cells, `[B, b s]`.
 * Cells are numbered so that cell k belongs to block k mod b.
 *
 * With the truncated gradient an error that has reached the net input of a cell or gate changes the weights into it and
 * goes no further back (the paper's section 4): only s carries errors through time, by a factor of exactly 1.
 */
export class Cell97 extends Module implements Cell<State97> {
  readonly weight_x: Parameter;
  readonly weight_y: Parameter;
  readonly bias: Parameter | undefined;
  readonly #net: Net97;
  readonly #truncated: boolean;
  readonly #units: number;
  readonly #cells: number;
  /** Zeros for the cells' biases, where only gates have one. */
  readonly #unbiased: Tensor | undefined;

  constructor(net: Net97, options: { readonly truncated: boolean; readonly generator: Generator }) {
    super();
    const { inputs, blocks, size, bias, range } = net;
    this.#net = net;
    this.#truncated = options.truncated;
    this.#units = hiddenUnits(net);
    this.#cells = blocks * size;
    const draw = (shape: readonly number[]): Tensor => uniformIn(range, shape, options.generator);
    this.weight_x = parameter(draw([this.#units, inputs]));
    this.weight_y = parameter(draw([this.#units, this.#units]));
    if (bias === "none") return;
    const onlyGates = bias === "gates";
    this.#unbiased = onlyGates ? zeros([this.#cells]) : undefined;
    const values = Float32Array.from(draw([onlyGates ? 2 * blocks : this.#units]).data);
    const gates = onlyGates ? 0 : this.#cells;
    for (let block = 0; block < blocks; block++) {
      values[gates + block] = net.inputGateBias?.[block] ?? values[gates + block];
      values[gates + blocks + block] = net.outputGateBias?.[block] ?? values[gates + blocks + block];
    }
    this.bias = parameter(tensor(values));
  }

  step(x: Tensor, { y, s }: State97): { output: Tensor; state: State97 } {
    const { blocks, size } = this.#net;
    const cells = this.#cells;
    const seen = this.#truncated ? detach(y) : y;
    const sums = add(matmul(x, transpose(this.weight_x, 0, 1)), matmul(seen, transpose(this.weight_y, 0, 1)));
    const net = this.bias === undefined ? sums : add(sums, this.#biases(this.bias));
    const input = sigmoid(slice(net, 1, cells, cells + blocks));
    const output = sigmoid(slice(net, 1, cells + blocks, cells + 2 * blocks));
    const each = (gate: Tensor): Tensor => (size === 1 ? gate : concat(new Array<Tensor>(size).fill(gate), 1));
    const nextS = add(s, mul(each(input), squash(slice(net, 1, 0, cells), 2)));
    const out = mul(each(output), squash(nextS, 1));
    return { output: out, state: { y: concat([out, input, output], 1), s: nextS } };
  }

  #biases(bias: Parameter): Tensor {
    return this.#unbiased === undefined ? bias : concat([this.#unbiased, bias], 0);
  }

  initialState(batch: number): State97 {
    return { y: zeros([batch, this.#units]), s: zeros([batch, this.#cells]) };
  }
}

/** A logistic function with range ± `bound`: the paper's g for 2, its h for 1. */
function squash(x: Tensor, bound: number): Tensor {
  return sub(mul(sigmoid(x), 2 * bound), bound);
}

/** Uniform in ± `range`. */
export function uniformIn(range: number, shape: readonly number[], generator: Generator): Tensor {
  return mul(sub(mul(uniform(shape, { generator }), 2), 1), range);
}
