import type { Tensor } from "@unroll/tensor";

/** The parameters that RNN, LSTM and GRU cells have, in PyTorch's layout. */
export interface GatedWeights {
  readonly weight_ih: Tensor;
  readonly weight_hh: Tensor;
  readonly bias_ih: Tensor | undefined;
  readonly bias_hh: Tensor | undefined;
  readonly inputSize: number;
  readonly hiddenSize: number;
}

/** `W_ih x + b_ih` of every gate for one sample, summed in float64: `[G H]`. */
export function inputSums({ weight_ih, bias_ih, inputSize }: GatedWeights, x: ArrayLike<number>): Float64Array {
  return affine(weight_ih, bias_ih, inputSize, x);
}

/** `W_hh h + b_hh` of every gate for one sample, summed in float64: `[G H]`. */
export function stateSums({ weight_hh, bias_hh, hiddenSize }: GatedWeights, h: ArrayLike<number>): Float64Array {
  return affine(weight_hh, bias_hh, hiddenSize, h);
}

function affine(weight: Tensor, bias: Tensor | undefined, columns: number, x: ArrayLike<number>): Float64Array {
  const w = weight.data;
  const rows = weight.shape[0];
  const sums = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let total = bias === undefined ? 0 : bias.data[i];
    for (let j = 0; j < columns; j++) total += w[i * columns + j] * x[j];
    sums[i] = total;
  }
  return sums;
}

/** `1 / (1 + e^-x)` in float64. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
