import { checkOptions } from "@unroll/tensor";
import { Recurrent, type RecurrentOptions, recurrentOptions } from "./recurrent.ts";
import {
  checkRNNOptions,
  describeRNN,
  RNNCell,
  type RNNCellOptions,
  type RNNState,
  rnnCellOptions,
} from "./rnn-cell.ts";

/** Options of {@link RNN}. */
export interface RNNOptions extends RNNCellOptions, RecurrentOptions {}

const known = [...rnnCellOptions, ...recurrentOptions];

/**
 * Simple recurrent layers (PyTorch's `nn.RNN`): see {@link RNNCell}.
 *
 * @example
 * ```ts
 * const layer = new RNN(3, 4, { numLayers: 2, bidirectional: true });
 * const { output, state } = layer.forward(zeros([5, 2, 3]));
 * output.shape; // [5, 2, 8]
 * state.h.shape; // [4, 2, 4]
 * ```
 * @throws {OptionError} when an option is unknown or has a wrong value, or a size is not a whole number >= 1
 */
export class RNN extends Recurrent<RNNState> {
  readonly #options: RNNOptions;

  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    checkOptions("RNN", options, known);
    checkRNNOptions("RNN", options);
    const { numLayers, bidirectional, dropout, batchFirst, ...cell } = options;
    super("RNN", inputSize, hiddenSize, options, (size) => new RNNCell(size, hiddenSize, cell));
    this.#options = options;
  }

  protected override describeCell(): string[] {
    return describeRNN(this.#options);
  }
}
