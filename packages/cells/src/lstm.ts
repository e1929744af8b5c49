import { checkOptions } from "@unroll/tensor";
import {
  checkLSTMOptions,
  describeLSTM,
  LSTMCell,
  type LSTMCellOptions,
  type LSTMState,
  lstmCellOptions,
} from "./lstm-cell.ts";
import { Recurrent, type RecurrentOptions, recurrentOptions } from "./recurrent.ts";

/** Options of {@link LSTM}. */
export interface LSTMOptions extends LSTMCellOptions, RecurrentOptions {}

const known = [...lstmCellOptions, ...recurrentOptions];

/**
 * Long short-term memory layers (PyTorch's `nn.LSTM`): see {@link LSTMCell}.
 *
 * @example
 * ```ts
 * const layer = new LSTM(3, 4, { numLayers: 2, bidirectional: true });
 * const { output, state } = layer.forward(zeros([5, 2, 3]));
 * output.shape; // [5, 2, 8]
 * state.h.shape; // [4, 2, 4]
 * ```
 * @throws {OptionError} when an option is unknown or has a wrong value, or a size is not a whole number >= 1
 */
export class LSTM extends Recurrent<LSTMState> {
  readonly #options: LSTMOptions;

  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    checkOptions("LSTM", options, known);
    checkLSTMOptions("LSTM", options);
    const { numLayers, bidirectional, dropout, batchFirst, ...cell } = options;
    super("LSTM", inputSize, hiddenSize, options, (size) => new LSTMCell(size, hiddenSize, cell));
    this.#options = options;
  }

  protected override describeCell(): string[] {
    return describeLSTM(this.#options);
  }
}
