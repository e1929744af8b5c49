import type { Parameter } from "@unroll/autograd";
import { Module } from "@unroll/nn";
import { describe, OptionError, type Tensor, zeros } from "@unroll/tensor";
import { checkSize } from "./checks.ts";
import { type CellOptions, cellParameters } from "./parameters.ts";

/** What a kind of cell is made of. */
interface Kind {
  readonly name: string;
  /** Blocks of H rows in each parameter: 1 for RNN, 4 for LSTM, 3 for GRU. */
  readonly gates: number;
  /** The options that differ from PyTorch's defaults, for {@link GatedCell.describe}. */
  readonly parts: readonly string[];
}

/** What RNN, LSTM and GRU cells share: sizes, PyTorch's four parameters, and zeros to start from. */
export abstract class GatedCell extends Module {
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | undefined;
  bias_hh: Parameter | undefined;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly #kind: Kind;

  constructor(kind: Kind, inputSize: number, hiddenSize: number, options: CellOptions) {
    super();
    checkSize(kind.name, "inputSize", inputSize);
    checkSize(kind.name, "hiddenSize", hiddenSize);
    const parameters = cellParameters(kind.gates, inputSize, hiddenSize, options);
    this.weight_ih = parameters.weight_ih;
    this.weight_hh = parameters.weight_hh;
    this.bias_ih = parameters.bias_ih;
    this.bias_hh = parameters.bias_hh;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.#kind = kind;
  }

  /** `[B, H]` of zeros in the parameters' dtype. */
  protected zeroRows(batch: number): Tensor {
    if (!Number.isInteger(batch) || batch < 0)
      throw new OptionError(
        `${this.#kind.name}.initialState: batch must be a whole number >= 0, got ${describe(batch)}`,
      );
    return zeros([batch, this.hiddenSize], { dtype: this.weight_hh.dtype });
  }

  /** The cell with the options that differ from PyTorch's defaults. */
  describe(): string {
    const { name, parts } = this.#kind;
    return `${name}(${[this.inputSize, this.hiddenSize, ...parts].join(", ")})`;
  }
}
