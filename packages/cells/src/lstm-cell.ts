import { add, checkOptions, checkTensor, chunk, mul, OptionError, sigmoid, type Tensor, tanh } from "@unroll/tensor";
import { gates } from "./affine.ts";
import type { Cell } from "./cell.ts";
import { partOf } from "./checks.ts";
import { GatedCell } from "./gated-cell.ts";
import { type CellOptions, cellOptions, checkCellOptions, describeOptions, setGateBias } from "./parameters.ts";

/** The state of an {@link LSTMCell}: `h` and `c`, each `[B, H]`. */
export type LSTMState = { readonly h: Tensor; readonly c: Tensor };

/** Options of {@link LSTMCell}. */
export interface LSTMCellOptions extends CellOptions {
  /** The forget gate's starting bias, as the sum of both biases; drawn like the others when left out. */
  forgetBias?: number | undefined;
}

/** The option names of {@link LSTMCell}. */
export const lstmCellOptions: readonly string[] = [...cellOptions, "forgetBias"];

/** The options that differ from PyTorch's defaults. */
export function describeLSTM(options: LSTMCellOptions): string[] {
  const { forgetBias } = options;
  return [...describeOptions(options), ...(forgetBias === undefined ? [] : [`forgetBias: ${forgetBias}`])];
}

/** Throws unless the options have values of their kinds that go together. */
export function checkLSTMOptions(fn: string, options: LSTMCellOptions): void {
  checkCellOptions(fn, options);
  const { forgetBias } = options;
  if (forgetBias === undefined) return;
  if (!Number.isFinite(forgetBias))
    throw new OptionError(`${fn}: forgetBias must be a finite number, got ${String(forgetBias)}`);
  if (options.bias === false) throw new OptionError(`${fn}: forgetBias needs a bias, but bias is false`);
}

/**
 * Long short-term memory with a forget gate (Hochreiter and Schmidhuber, 1997; Gers et al., 2000; PyTorch's `LSTMCell`):
 *
 * ```
 * [i, f, g, o] = W_ih x + b_ih + W_hh h + b_hh
 * c' = sigmoid(f) c + sigmoid(i) tanh(g)
 * h' = sigmoid(o) tanh(c')
 * ```
 *
 * x `[B, I]`, h and c `[B, H]`; `weight_ih` `[4H, I]`, `weight_hh` `[4H, H]`, biases `[4H]`, gates in the order i, f, g, o.
 *
 * @example
 * ```ts
 * const cell = new LSTMCell(3, 4);
 * const { output, state } = cell.step(zeros([2, 3]), cell.initialState(2));
 * output.shape; // [2, 4]
 * Object.keys(state); // ["h", "c"]
 * ```
 * @throws {OptionError} when an option is unknown or has a wrong value, or a size is not a whole number >= 1
 */
export class LSTMCell extends GatedCell implements Cell<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMCellOptions = {}) {
    checkOptions("LSTMCell", options, lstmCellOptions);
    checkLSTMOptions("LSTMCell", options);
    super({ name: "LSTMCell", gates: 4, parts: describeLSTM(options) }, inputSize, hiddenSize, options);
    if (options.forgetBias !== undefined) setGateBias(this, 1, hiddenSize, options.forgetBias);
  }

  /** One step: x `[B, I]` and a state of B rows give an output `[B, H]`, which is the new h, and the new state. */
  step(x: Tensor, state: LSTMState): { output: Tensor; state: LSTMState } {
    checkTensor("LSTMCell.step", x);
    const h = partOf("LSTMCell.step", state, "h");
    const c = partOf("LSTMCell.step", state, "c");
    const z = gates(x, h, this);
    const [i, f, g, o] = chunk(z, 4, -1);
    const nextC = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const nextH = mul(sigmoid(o), tanh(nextC));
    return { output: nextH, state: { h: nextH, c: nextC } };
  }

  /** Zeros. */
  initialState(batch: number): LSTMState {
    return { h: this.zeroRows(batch), c: this.zeroRows(batch) };
  }
}
