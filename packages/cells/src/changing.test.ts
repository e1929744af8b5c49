import { grad, noGrad, type Parameter, parameter } from "@unroll/autograd";
import { Module } from "@unroll/nn";
import { add, assign, Generator, matmul, mul, ones, randn, relu, type Tensor, tanh, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import type { Cell } from "./cell.ts";
import { explain } from "./explain.ts";
import { unroll } from "./unroll.ts";

type H = { h: Tensor };

/** A cell that reads whatever it can at every step: fields, its mode, a mask and parameters. */
class Moody extends Module implements Cell<H> {
  readonly weight: Parameter;
  recurrent: Parameter;
  scale = 1;
  steps = 1;
  mask: Tensor = ones([6]);
  bias: Parameter | undefined = undefined;
  readonly drawMask: () => void;
  readonly #masked: (h: Tensor) => Tensor;

  constructor(generator: Generator) {
    super();
    let closed = ones([6]);
    this.#masked = (h) => mul(mul(h, this.mask), closed);
    this.drawMask = () => {
      closed = randn([6], { generator });
    };
    this.weight = parameter(randn([3, 6], { generator }));
    this.recurrent = parameter(mul(randn([6, 6], { generator }), 0.3));
  }

  step(x: Tensor, { h }: H): { output: Tensor; state: H } {
    let z = mul(matmul(x, this.weight), this.scale);
    for (let k = 0; k < this.steps; k++) z = add(z, matmul(this.#masked(h), this.recurrent));
    if (this.bias !== undefined) z = add(z, this.bias);
    const next = this.training ? tanh(z) : relu(z);
    return { output: next, state: { h: next } };
  }

  initialState(batch: number): H {
    return { h: zeros([batch, 6]) };
  }
}

/** Output and all gradients, then the output again where nothing is recorded and weights stay packed between calls. */
function everything(cell: Moody, x: Tensor, compile: boolean): number[] {
  const options = { compile, lengths: [5, 2, 4] };
  const { output } = unroll(cell, x, options);
  const gradients = grad(output, cell.parameters(), { gradOutputs: [ones(output.shape)], unused: "zeros" });
  const alone = [0, 1, 2].map(() => noGrad(() => unroll(cell, x, options).output));
  return [output, ...gradients, ...alone].flatMap(({ data }) => [...data]);
}

const changes: readonly (readonly [string, (cell: Moody, generator: Generator) => void])[] = [
  [
    "a field is given another number",
    (cell) => {
      cell.scale = 0.5;
    },
  ],
  [
    "a loop in its step runs more often",
    (cell) => {
      cell.steps = 2;
    },
  ],
  ["it leaves training, and its step branches on that", (cell) => void cell.train(false)],
  [
    "a mask is replaced",
    (cell) => {
      cell.mask = mul(ones([6]), 0.5);
    },
  ],
  ["the values of a mask change", (cell) => void assign(cell.mask, [1, 0, 1, 0, 1, 0])],
  ["a mask that its step closes over is replaced", (cell) => cell.drawMask()],
  ["an optimizer writes a parameter", (cell) => void assign(cell.weight, mul(cell.weight, 0.9))],
  [
    "loadStateDict gives it other parameters",
    (cell, generator) => void cell.loadStateDict(new Moody(generator).stateDict()),
  ],
  [
    "another parameter takes the place of one",
    (cell, generator) => {
      cell.recurrent = parameter(randn([6, 6], { generator }));
    },
  ],
  [
    "it gets one more parameter",
    (cell, generator) => {
      cell.bias = parameter(randn([6], { generator }));
    },
  ],
  [
    "it shares the parameter of another cell",
    (cell, generator) => {
      cell.recurrent = new Moody(generator).recurrent;
    },
  ],
];

describe("a compiled cell gives what { compile: false } gives", () => {
  const check = (cell: Moody, x: Tensor): number => {
    expect(explain(cell, x)).not.toContain("plain ops");
    const [compiled, plain] = [true, false].map((compile) => everything(cell, x, compile));
    expect(compiled.length).toBe(plain.length);
    compiled.forEach((value, i) => {
      expect(Math.abs(value - plain[i])).toBeLessThan(2e-5 * (1 + Math.abs(plain[i])));
    });
    return plain.reduce((sum, value, i) => sum + value * (i + 1), 0);
  };

  it.each(changes)("after %s", (_, change) => {
    const generator = new Generator(3);
    const cell = new Moody(generator);
    const x = randn([5, 3, 3], { generator });
    const before = check(cell, x);
    change(cell, generator);
    const after = check(cell, x);
    // Once more, now that the structure is known.
    expect(check(cell, x)).toBe(after);
    expect(after).not.toBe(before);
  });

  it("after all of these changes to one cell, one after the other", () => {
    const generator = new Generator(4);
    const cell = new Moody(generator);
    const x = randn([5, 3, 3], { generator });
    const seen = new Set([check(cell, x)]);
    for (const [, change] of changes) {
      change(cell, generator);
      seen.add(check(cell, x));
    }
    expect(seen.size).toBe(1 + changes.length);
  });
});
