import { add, addmm, matmul, type Tensor } from "@unroll/tensor";

/** `x Wᵀ + b`: x `[B, I]`, W `[O, I]`, b `[O]` or none. */
export function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? matmul(x, weight, { transposeB: true }) : addmm(bias, x, weight, { transposeB: true });
}

/** What the gates of a cell have in common. */
interface Weights {
  readonly weight_ih: Tensor;
  readonly weight_hh: Tensor;
  readonly bias_ih: Tensor | undefined;
  readonly bias_hh: Tensor | undefined;
}

/** `x W_ihᵀ + h W_hhᵀ + (b_ih + b_hh)`, the sum that input and state give to all gates: `[B, G H]`. */
export function gates(x: Tensor, h: Tensor, { weight_ih, weight_hh, bias_ih, bias_hh }: Weights): Tensor {
  const bias = bias_ih && bias_hh && add(bias_ih, bias_hh);
  return addmm(affine(x, weight_ih, bias), h, weight_hh, { transposeB: true });
}
