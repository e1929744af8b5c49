import { grad, requireGrad } from "@unroll/autograd";
import { Dropout } from "@unroll/nn";
import { add, Generator, mul, ones, randn, sigmoid, slice, type Tensor, tanh, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import type { Cell } from "./cell.ts";
import { explain } from "./explain.ts";
import { kinds, type Named, randomState } from "./testing/kinds.ts";
import { type UnrollOptions, unroll } from "./unroll.ts";

/** Difference beside the largest value. */
function difference(got: Tensor, expected: Tensor): number {
  expect(got.shape).toEqual(expected.shape);
  const scale = Math.max(1e-3, ...Array.from(expected.data, Math.abs));
  return Math.max(...Array.from(expected.data, (value, i) => Math.abs(value - got.data[i]) / scale));
}

/** Outputs, states and all gradients of a cell over a sequence. */
function everything(
  cell: Cell<Named> & { parameters(): Tensor[] },
  x: Tensor,
  options: UnrollOptions<Named>,
): Tensor[] {
  const state = Object.fromEntries(
    Object.entries(randomState(cell.initialState(x.shape[1]), 5)).map(([name, value]) => [name, requireGrad(value)]),
  );
  const result = unroll(cell, x, { ...options, state });
  const values = [result.output, ...Object.values(result.state)];
  const generator = new Generator(6);
  return [
    ...values,
    ...grad(values, [x, ...Object.values(state), ...cell.parameters()], {
      gradOutputs: values.map(({ shape }) => randn([...shape], { generator })),
    }),
  ];
}

/** New sequences begin at a third of all steps, the first and the last among them. */
const reset = tensor(
  Array.from({ length: 7 }, (_, t) => Array.from({ length: 5 }, (_, b) => (2 * t + b) % 3 === 0)),
  { dtype: "bool" },
);

describe.each(kinds)("$name, compiled", (kind) => {
  const generator = new Generator(2);
  const x = requireGrad(randn([7, 5, 3], { generator }));

  it.each([
    { bias: true, options: {} },
    { bias: false, options: { reverse: true } },
    { bias: true, options: { lengths: [3, 7, 0, 1, 7] } },
    { bias: true, options: { lengths: [3, 7, 0, 1, 5], reverse: true } },
    { bias: true, options: { reset } },
    { bias: true, options: { reset, lengths: [3, 7, 0, 1, 5] } },
    { bias: false, options: { reset, reverse: true } },
    { bias: true, options: { reset, lengths: [3, 7, 0, 1, 5], reverse: true } },
  ])("gives what its operations give, one by one: bias $bias, $#", ({ bias, options }) => {
    const cell = kind.cell(3, 6, { bias, generator });
    const compiled = everything(cell, x, options);
    const plain = everything(cell, x, { ...options, compile: false });
    compiled.forEach((value, i) => {
      expect(difference(value, plain[i])).toBeLessThan(2e-5);
    });
  });

  it("is in fact compiled", () => {
    const text = explain(kind.cell(3, 6), x);
    expect(text).toMatch(/^before the loop\n {2}product \[3\]/);
  });
});

describe("a cell with a context", () => {
  it("has its masks sorted and cut with the batch, and its numbers read anew", () => {
    const x = randn([4, 3, 4], { generator: new Generator(9) });
    const run = (compile: boolean) => {
      const dropout = new Dropout(0.4, { generator: new Generator(8) });
      const cell: Cell<Named, { rows: Named; values: Named }> = {
        begin: (batch) => ({ rows: { mask: dropout.forward(ones([batch, 4])) }, values: { gain: sigmoid(ones([4])) } }),
        step: (x, { h }, { rows, values }) => {
          const next = tanh(add(x, mul(mul(h, rows.mask), values.gain)));
          return { output: slice(next, -1, 1, 3), state: { h: next } };
        },
        initialState: (batch) => ({ h: ones([batch, 4]) }),
      };
      return unroll(cell, x, { lengths: [2, 4, 1], compile });
    };
    expect(difference(run(true).output, run(false).output)).toBeLessThan(1e-6);
    expect(difference(run(true).state.h, run(false).state.h)).toBeLessThan(1e-6);
  });
});
