import { checkOptions } from "@unroll/tensor";
import {
  checkGRUOptions,
  describeGRU,
  GRUCell,
  type GRUCellOptions,
  type GRUState,
  gruCellOptions,
} from "./gru-cell.ts";
import { Recurrent, type RecurrentOptions, recurrentOptions } from "./recurrent.ts";

/** Options of {@link GRU}. */
export interface GRUOptions extends GRUCellOptions, RecurrentOptions {}

const known = [...gruCellOptions, ...recurrentOptions];

/**
 * Gated recurrent layers (PyTorch's `nn.GRU`): see {@link GRUCell}.
 *
 * @example
 * ```ts
 * const layer = new GRU(3, 4, { numLayers: 2, bidirectional: true });
 * const { output, state } = layer.forward(zeros([5, 2, 3]));
 * output.shape; // [5, 2, 8]
 * state.h.shape; // [4, 2, 4]
 * ```
 * @throws {OptionError} when an option is unknown or has a wrong value, or a size is not a whole number >= 1
 */
export class GRU extends Recurrent<GRUState> {
  readonly #options: GRUOptions;

  constructor(inputSize: number, hiddenSize: number, options: GRUOptions = {}) {
    checkOptions("GRU", options, known);
    checkGRUOptions("GRU", options);
    const { numLayers, bidirectional, dropout, batchFirst, ...cell } = options;
    super("GRU", inputSize, hiddenSize, options, (size) => new GRUCell(size, hiddenSize, cell));
    this.#options = options;
  }

  protected override describeCell(): string[] {
    return describeGRU(this.#options);
  }
}
