import { type Parameter, parameter } from "@unroll/autograd";
import {
  add,
  cast,
  type DType,
  Generator,
  matmul,
  mul,
  randn,
  reshape,
  select,
  stack,
  type Tensor,
  tanh,
} from "@unroll/tensor";
import type { Cell } from "../cell.ts";

export interface Heads {
  /** `[B, 2, 3]`: two heads. */
  readonly heads: Tensor;
  /** `[B]`: one number. */
  readonly count: Tensor;
}

export interface HeadsCell extends Cell<Heads, { rows: { mask: Tensor } }> {
  readonly parameters: readonly Parameter[];
}

/**
 * A cell with heads of their own weights, a number, and a mask with as many axes as the heads; the same numbers in any dtype.
 *
 * @param shared whether the output is the state of the heads, or that in another shape
 */
export function headsCell(dtype: DType = "float32", shared: boolean = false): HeadsCell {
  const generator = new Generator(4);
  const weights = [0, 1].map(() => parameter(cast(mul(randn([3, 3], { generator }), 0.5), dtype)));
  const gain = parameter(cast(randn([2, 3], { generator }), dtype));
  const fixed = (shape: number[], seed: number) => cast(randn(shape, { generator: new Generator(seed) }), dtype);
  return {
    parameters: [...weights, gain],
    begin: (batch) => ({ rows: { mask: fixed([batch, 2, 3], 5) } }),
    // x is [B, 3, 2].
    step: (x, { heads, count }, { rows }) => {
      const parts = weights.map((w, k) => tanh(matmul(select(heads, 1, k), w)));
      const input = reshape(x, [x.shape[0], 2, 3]);
      const next = tanh(add(mul(stack(parts, 1), rows.mask), mul(input, gain)));
      const grown = add(mul(count, 0.5), select(select(next, 1, 0), 1, 2));
      return { output: shared ? next : reshape(next, [x.shape[0], 6, 1]), state: { heads: next, count: grown } };
    },
    initialState: (batch) => ({ heads: fixed([batch, 2, 3], 6), count: fixed([batch], 7) }),
  };
}
