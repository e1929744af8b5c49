import {
  checkBoolean,
  checkFunction,
  checkOptions,
  checkTensor,
  DTypeError,
  describe,
  reshape,
  ShapeError,
  stack,
  Tensor,
  tensor,
  zeros,
} from "@unroll/tensor";
import { grad } from "./grad.ts";
import { inputLeaf } from "./parameter.ts";
import { withRecording } from "./state.ts";

/** Options of {@link jacobian}. */
export interface JacobianOptions {
  /** Make the Jacobian differentiable itself, also with respect to what `x` was computed from (default false). */
  createGraph?: boolean;
}

/**
 * All partial derivatives `J[i, j] = ∂f(x)_i / ∂x_j`, by one backward pass per output.
 *
 * @param fn from a tensor of shape X to one of shape Y
 * @returns shape `[...Y, ...X]`, of x's dtype
 * @example
 * ```ts
 * jacobian((x) => mul(x, x), tensor([1, 2])).toArray(); // [[2, 0], [0, 4]]
 * ```
 * @throws {DTypeError} when x is not floating, or fn does not return a tensor
 * @throws {ShapeError} when fn returns no values
 */
export function jacobian(fn: (x: Tensor) => Tensor, x: Tensor, options: JacobianOptions = {}): Tensor {
  checkOptions("jacobian", options, ["createGraph"]);
  const createGraph = checkBoolean("jacobian", "createGraph", options.createGraph, false);
  checkFunction("jacobian", "fn", fn);
  checkTensor("jacobian", x);
  return withRecording("jacobian", true, () => {
    const input = createGraph && x.node !== undefined ? x : inputLeaf("jacobian", x);
    const output = fn(input);
    if (!Tensor.is(output)) throw new DTypeError(`jacobian: expected a function to a tensor, got ${describe(output)}`);
    const { size, shape, dtype } = output;
    if (size === 0) throw new ShapeError(`jacobian: the function returned no values, shape [${shape.join(", ")}]`);
    if (output.node === undefined) return zeros([...shape, ...x.shape], { dtype: x.dtype });
    const rows = Array.from({ length: size }, (_, i) => {
      const basis = new Array<number>(size).fill(0);
      basis[i] = 1;
      const gradOutputs = [tensor(basis, { shape, dtype })];
      return grad(output, [input], { gradOutputs, createGraph, retain: i + 1 < size, unused: "zeros" })[0];
    });
    return reshape(stack(rows), [...shape, ...x.shape]);
  });
}
