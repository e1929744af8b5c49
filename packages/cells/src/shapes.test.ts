import { grad, requireGrad } from "@unroll/autograd";
import { Generator, randn, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { explain } from "./explain.ts";
import { type Heads, headsCell } from "./testing/heads.ts";
import { type UnrollOptions, unroll } from "./unroll.ts";

const cell = headsCell();

function everything(options: UnrollOptions<Heads>): Tensor[] {
  const own = new Generator(8);
  const x = requireGrad(randn([5, 4, 3, 2], { generator: own }));
  const initial = cell.initialState(4);
  const state = { heads: requireGrad(initial.heads), count: requireGrad(initial.count) };
  const { output, state: after } = unroll(cell, x, { ...options, state });
  const values = [output, after.heads, after.count];
  const gradOutputs = values.map(({ shape }) => randn([...shape], { generator: own }));
  return [...values, ...grad(values, [x, state.heads, state.count, ...cell.parameters], { gradOutputs })];
}

const reset = tensor(
  Array.from({ length: 5 }, (_, t) => Array.from({ length: 4 }, (_, b) => (t + b) % 3 === 0)),
  { dtype: "bool" },
);

describe("rows of any shape", () => {
  it.each<UnrollOptions<Heads>>([
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
