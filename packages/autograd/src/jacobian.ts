import { reshape, ShapeError, stack, type Tensor, tensor, zeros } from "@unroll/tensor";
import { grad } from "./grad.ts";
import { requireGrad } from "./parameter.ts";
import { withRecording } from "./state.ts";

/**
 * All partial derivatives `J[i, j] = ∂f(x)_i / ∂x_j`, one backward pass per output.
 *
 * @param fn from a tensor of shape X to one of shape Y
 * @returns shape `[...Y, ...X]`
 * @example
 * ```ts
 * jacobian((x) => mul(x, x), tensor([1, 2])).toArray(); // [[2, 0], [0, 4]]
 * ```
 */
export function jacobian(
  fn: (x: Tensor) => Tensor,
  x: Tensor,
  { createGraph = false }: { createGraph?: boolean } = {},
): Tensor {
  return withRecording("jacobian", true, () => {
    const input = createGraph && x.node !== undefined ? x : requireGrad(x);
    const output = fn(input);
    if (output.size === 0)
      throw new ShapeError(`jacobian: the function returned no values, shape [${output.shape.join(", ")}]`);
    if (output.node === undefined) return zeros([...output.shape, ...x.shape], { dtype: x.dtype });
    const rows = Array.from({ length: output.size }, (_, i) => {
      const basis = new Array<number>(output.size).fill(0);
      basis[i] = 1;
      const gradOutputs = [tensor(basis, { shape: output.shape, dtype: output.dtype })];
      return grad(output, [input], { gradOutputs, createGraph, retain: true, unused: "zeros" })[0];
    });
    return reshape(stack(rows), [...output.shape, ...x.shape]);
  });
}
