import { add, matmul, type Tensor } from "@unroll/tensor";

/** `x Wᵀ + b`: x `[B, I]`, W `[O, I]`, b `[O]` or none. */
export function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const product = matmul(x, weight, { transposeB: true });
  return bias === undefined ? product : add(product, bias);
}
