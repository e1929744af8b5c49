import { checkOptions, checkTensor, relu, type Tensor, tanh } from "@unroll/tensor";
import { gates } from "./affine.ts";
import type { Cell } from "./cell.ts";
import { checkWord, partOf } from "./checks.ts";
import { GatedCell } from "./gated-cell.ts";
import { type CellOptions, cellOptions, checkCellOptions, describeOptions } from "./parameters.ts";

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

/** Throws unless the options have values of their kinds. */
export function checkRNNOptions(fn: string, options: RNNCellOptions): void {
  checkCellOptions(fn, options);
  const { nonlinearity = "tanh" } = options;
  checkWord(fn, "nonlinearity", nonlinearity, ["tanh", "relu"]);
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
export class RNNCell extends GatedCell implements Cell<RNNState> {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    checkOptions("RNNCell", options, rnnCellOptions);
    checkRNNOptions("RNNCell", options);
    super({ name: "RNNCell", gates: 1, parts: describeRNN(options) }, inputSize, hiddenSize, options);
    this.nonlinearity = options.nonlinearity ?? "tanh";
  }

  /** One step: x `[B, I]` and a state of B rows give an output `[B, H]`, which is the new h, and the new state. */
  step(x: Tensor, state: RNNState): { output: Tensor; state: RNNState } {
    checkTensor("RNNCell.step", x);
    const h = partOf("RNNCell.step", state, "h");
    const z = gates(x, h, this);
    const next = this.nonlinearity === "tanh" ? tanh(z) : relu(z);
    return { output: next, state: { h: next } };
  }

  /** Zeros. */
  initialState(batch: number): RNNState {
    return { h: this.zeroRows(batch) };
  }
}
