import type { Parameter } from "@unroll/autograd";
import { Module } from "@unroll/nn";
import { add, checkOptions, relu, type Tensor, tanh, zeros } from "@unroll/tensor";
import { affine } from "./affine.ts";
import type { Cell } from "./cell.ts";
import { checkWord } from "./checks.ts";
import { type CellOptions, cellOptions, cellParameters, describeCell, describeOptions } from "./parameters.ts";

/** The state of an {@link RNNCell}: `h` `[B, H]`. */
export type RNNState = { readonly h: Tensor };

/** Options of {@link RNNCell}. */
export interface RNNCellOptions extends CellOptions {
  /** `tanh` (default) or `relu`. */
  nonlinearity?: "tanh" | "relu";
}

/** The option names of {@link RNNCell}. */
export const rnnCellOptions: readonly string[] = [...cellOptions, "nonlinearity"];

/** The options that differ from PyTorch's defaults. */
export function describeRNN(options: RNNCellOptions): string[] {
  const { nonlinearity } = options;
  return [...describeOptions(options), ...(nonlinearity === "relu" ? ["nonlinearity: relu"] : [])];
}

/**
 * The simple recurrent cell: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)` (Elman, 1990; PyTorch's `RNNCell`).
 *
 * x `[B, I]`, h `[B, H]`; `weight_ih` `[H, I]`, `weight_hh` `[H, H]`, biases `[H]`.
 *
 * @example
 * ```ts
 * const cell = new RNNCell(3, 4);
 * const { output, state } = cell.step(zeros([2, 3]), cell.initialState(2));
 * output.shape; // [2, 4]
 * Object.keys(state); // ["h"]
 * ```
 * @throws {OptionError} when an option is unknown or has a wrong value, or a size is not a whole number >= 1
 */
export class RNNCell extends Module implements Cell<RNNState> {
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | undefined;
  bias_hh: Parameter | undefined;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly #parts: readonly string[];
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    super();
    checkOptions("RNNCell", options, rnnCellOptions);
    const { nonlinearity = "tanh" } = options;
    checkWord("RNNCell", "nonlinearity", nonlinearity, ["tanh", "relu"]);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.#parts = describeRNN(options);
    this.nonlinearity = nonlinearity;
    const { weight_ih, weight_hh, bias_ih, bias_hh } = cellParameters("RNNCell", 1, inputSize, hiddenSize, options);
    this.weight_ih = weight_ih;
    this.weight_hh = weight_hh;
    this.bias_ih = bias_ih;
    this.bias_hh = bias_hh;
  }

  /** One step: x `[B, I]` and a state of B rows give an output `[B, H]`, which is the new h, and the new state. */
  step(x: Tensor, { h }: RNNState): { output: Tensor; state: RNNState } {
    const z = add(affine(x, this.weight_ih, this.bias_ih), affine(h, this.weight_hh, this.bias_hh));
    const next = this.nonlinearity === "tanh" ? tanh(z) : relu(z);
    return { output: next, state: { h: next } };
  }

  /** Zeros. */
  initialState(batch: number): RNNState {
    return { h: zeros([batch, this.hiddenSize], { dtype: this.weight_hh.dtype }) };
  }

  /** The cell with the options that differ from PyTorch's defaults. */
  describe(): string {
    return describeCell("RNNCell", this, this.#parts);
  }
}
