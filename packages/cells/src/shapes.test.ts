import { grad, parameter, requireGrad } from "@unroll/autograd";
import { add, Generator, matmul, mul, randn, reshape, select, stack, type Tensor, tanh, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import type { Cell } from "./cell.ts";
import { explain } from "./explain.ts";
import { type UnrollOptions, unroll } from "./unroll.ts";

interface Memory {
  /** `[B, 2, 3]`: two heads. */
  readonly heads: Tensor;
  /** `[B]`: one number. */
  readonly count: Tensor;
}

const generator = new Generator(4);
const weights = [0, 1].map(() => parameter(mul(randn([3, 3], { generator }), 0.5)));
const gain = parameter(randn([2, 3], { generator }));

/** A cell with heads of their own weights, a number, and a mask with as many axes as the heads. */
const cell: Cell<Memory, { rows: { mask: Tensor } }> = {
  begin: (batch) => ({ rows: { mask: randn([batch, 2, 3], { generator: new Generator(5) }) } }),
  // x is [B, 3, 2].
  step: (x, { heads, count }, { rows }) => {
    const parts = weights.map((w, k) => tanh(matmul(select(heads, 1, k), w)));
    const input = reshape(x, [x.shape[0], 2, 3]);
    const next = tanh(add(mul(stack(parts, 1), rows.mask), mul(input, gain)));
    const grown = add(mul(count, 0.5), select(select(next, 1, 0), 1, 2));
    return { output: reshape(next, [x.shape[0], 6, 1]), state: { heads: next, count: grown } };
  },
  initialState: (batch) => ({
    heads: randn([batch, 2, 3], { generator: new Generator(6) }),
    count: randn([batch], { generator: new Generator(7) }),
  }),
};

function everything(options: UnrollOptions<Memory>): Tensor[] {
  const own = new Generator(8);
  const x = requireGrad(randn([5, 4, 3, 2], { generator: own }));
  const initial = cell.initialState(4);
  const state = { heads: requireGrad(initial.heads), count: requireGrad(initial.count) };
  const { output, state: after } = unroll(cell, x, { ...options, state });
  const values = [output, after.heads, after.count];
  const gradOutputs = values.map(({ shape }) => randn([...shape], { generator: own }));
  return [...values, ...grad(values, [x, state.heads, state.count, ...weights, gain], { gradOutputs })];
}

const reset = tensor(
  Array.from({ length: 5 }, (_, t) => Array.from({ length: 4 }, (_, b) => (t + b) % 3 === 0)),
  { dtype: "bool" },
);

describe("rows of any shape", () => {
  it.each<UnrollOptions<Memory>>([
    {},
    { reverse: true },
    { lengths: [3, 5, 0, 1] },
    { reset },
    { reset, lengths: [3, 5, 0, 1], reverse: true },
  ])("are compiled to the numbers of their operations: %o", (options) => {
    const [compiled, plain] = [true, false].map((compile) => everything({ ...options, compile }));
    compiled.forEach((value, i) => {
      expect(value.shape).toEqual(plain[i].shape);
      value.data.forEach((number, k) => {
        expect(Math.abs(number - plain[i].data[k])).toBeLessThan(1e-5 * (1 + Math.abs(plain[i].data[k])));
      });
    });
  });

  it("are in fact compiled", () => {
    expect(explain(cell, randn([5, 4, 3, 2]))).toMatch(/^in the loop\n.*product \[3\] x \[3, 3\]/s);
  });
});
