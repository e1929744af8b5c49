import { grad, type Parameter, parameter } from "@unroll/autograd";
import { Module } from "@unroll/nn";
import { add, assign, Generator, matmul, mul, ones, randn, relu, type Tensor, tanh, zeros } from "@unroll/tensor";
import { expect, it } from "vitest";
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

  constructor(generator: Generator) {
    super();
    this.weight = parameter(randn([3, 6], { generator }));
    this.recurrent = parameter(mul(randn([6, 6], { generator }), 0.3));
  }

  step(x: Tensor, { h }: H): { output: Tensor; state: H } {
    let z = mul(matmul(x, this.weight), this.scale);
    for (let k = 0; k < this.steps; k++) z = add(z, matmul(mul(h, this.mask), this.recurrent));
    if (this.bias !== undefined) z = add(z, this.bias);
    const next = this.training ? tanh(z) : relu(z);
    return { output: next, state: { h: next } };
  }

  initialState(batch: number): H {
    return { h: zeros([batch, 6]) };
  }
}

/** Output and all gradients, as one list of numbers. */
function everything(cell: Moody, x: Tensor, compile: boolean): number[] {
  const { output } = unroll(cell, x, { compile, lengths: [5, 2, 4] });
  const parameters = cell.parameters();
  const gradients = grad(output, parameters, { gradOutputs: [ones(output.shape)], unused: "zeros" });
  return [output, ...gradients].flatMap(({ data }) => [...data]);
}

it("a cell that changes between calls gives after each change what its operations give, one by one", () => {
  const generator = new Generator(3);
  const cell = new Moody(generator);
  const x = randn([5, 3, 3], { generator });
  const seen = new Set<number>();
  const check = (change: string) => {
    expect(explain(cell, x), change).not.toContain("plain ops");
    const [compiled, plain] = [true, false].map((compile) => everything(cell, x, compile));
    expect(compiled.length, change).toBe(plain.length);
    compiled.forEach((value, i) => {
      expect(Math.abs(value - plain[i]), `${change}, ${i}`).toBeLessThan(2e-5 * (1 + Math.abs(plain[i])));
    });
    seen.add(plain.reduce((sum, value, i) => sum + value * (i + 1), 0));
  };
  const changes: Record<string, () => void> = {
    "as it was made": () => {},
    "a field": () => {
      cell.scale = 0.5;
    },
    "how often a loop runs": () => {
      cell.steps = 2;
    },
    "its mode": () => {
      cell.train(false);
    },
    "its mode, back": () => {
      cell.train(true);
      cell.scale = 0.25;
    },
    "a mask": () => {
      cell.mask = mul(ones([6]), 0.5);
    },
    "the values of a mask": () => {
      assign(cell.mask, [1, 0, 1, 0, 1, 0]);
    },
    "a parameter's values, as an optimizer writes them": () => {
      assign(
        cell.weight,
        cell.weight.data.map((value) => value * 0.9),
      );
    },
    "parameters loaded in place": () => {
      const state = new Moody(generator).stateDict();
      cell.loadStateDict(state);
    },
    "another parameter in its place": () => {
      cell.recurrent = parameter(randn([6, 6], { generator }));
    },
    "one more parameter": () => {
      cell.bias = parameter(randn([6], { generator }));
    },
    "a parameter that is shared": () => {
      const other = new Moody(generator);
      cell.recurrent = other.recurrent;
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    change();
    check(name);
    // Once more, now that the structure is known.
    check(`${name}, again`);
  }
  expect(seen.size).toBe(Object.keys(changes).length);
});
