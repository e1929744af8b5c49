import { backward, grad, type Parameter, parameter } from "@unroll/autograd";
import { gradcheck } from "@unroll/autograd/testing";
import { Dropout, Linear, Module, orthogonal, xavierUniform } from "@unroll/nn";
import {
  add,
  assign,
  chunk,
  Generator,
  matmul,
  mean,
  mul,
  ones,
  randn,
  select,
  sigmoid,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import type { Cell } from "./cell.ts";
import { unroll } from "./unroll.ts";

/** A cell of one gate, as a user would write it. */
class MinimalGate extends Module implements Cell<{ h: Tensor }> {
  readonly weight_ih: Parameter;
  readonly weight_hh: Parameter;
  readonly bias: Parameter;

  constructor(
    inputSize: number,
    readonly hiddenSize: number,
    { generator }: { generator?: Generator } = {},
  ) {
    super();
    this.weight_ih = parameter(xavierUniform([inputSize, 2 * hiddenSize], { generator }));
    this.weight_hh = parameter(orthogonal([hiddenSize, 2 * hiddenSize], { generator }));
    this.bias = parameter(zeros([2 * hiddenSize]));
  }

  step(x: Tensor, { h }: { h: Tensor }) {
    const [z, n] = chunk(add(add(matmul(x, this.weight_ih), matmul(h, this.weight_hh)), this.bias), 2, -1);
    const keep = sigmoid(z);
    const next = add(mul(keep, h), mul(sub(1, keep), tanh(n)));
    return { output: next, state: { h: next } };
  }

  initialState(batch: number) {
    return { h: zeros([batch, this.hiddenSize]) };
  }
}

describe("a user's own cell", () => {
  it("trains: the mean of a sequence is learned", () => {
    const generator = new Generator(1);
    const cell = new MinimalGate(1, 8, { generator });
    const head = new Linear(8, 1, { generator });
    const parameters = [...cell.parameters(), ...head.parameters()];
    expect(parameters).toHaveLength(5);
    const losses: number[] = [];
    for (let i = 0; i < 150; i++) {
      const x = randn([6, 16, 1], { generator });
      const { state } = unroll(cell, x);
      const error = sub(head.forward(state.h), mean(x, 0));
      const loss = mean(mul(error, error));
      losses.push(loss.item());
      backward(loss);
      for (const p of parameters) {
        const gradient = p.grad?.data ?? new Float32Array(p.size);
        assign(
          p,
          p.data.map((value, k) => value - 0.3 * gradient[k]),
        );
        p.grad = undefined;
      }
    }
    const average = (from: number) => losses.slice(from, from + 20).reduce((total, loss) => total + loss, 0) / 20;
    expect(average(130)).toBeLessThan(average(0) / 5);
  });

  it("saves and loads", () => {
    const [a, b] = [1, 2].map((seed) => new MinimalGate(2, 3, { generator: new Generator(seed) }));
    const x = randn([4, 2, 2], { generator: new Generator(3) });
    expect(Object.keys(a.stateDict())).toEqual(["weight_ih", "weight_hh", "bias"]);
    expect(unroll(a, x).output.toArray()).not.toEqual(unroll(b, x).output.toArray());
    b.loadStateDict(a.stateDict());
    expect(unroll(a, x).output.toArray()).toEqual(unroll(b, x).output.toArray());
  });
});

interface NoisyContext {
  readonly rows: { readonly mask: Tensor };
  readonly values: { readonly weight: Tensor };
}

/** A cell with a mask for each sample (variational dropout) and a weight that is derived once per sequence. */
class Noisy extends Module implements Cell<{ h: Tensor }, NoisyContext> {
  readonly angle: Parameter;
  readonly dropout: Dropout;
  begun = 0;
  readonly widths: number[] = [];
  readonly hiddenSize = 2;

  constructor(generator: Generator) {
    super();
    this.angle = parameter(randn([2, 2], { dtype: "float64", generator }));
    this.dropout = new Dropout(0.5, { generator });
  }

  begin(batch: number): NoisyContext {
    this.begun++;
    return {
      rows: { mask: this.dropout.forward(ones([batch, this.hiddenSize], { dtype: "float64" })) },
      values: { weight: tanh(this.angle) },
    };
  }

  step(x: Tensor, { h }: { h: Tensor }, { rows, values }: NoisyContext) {
    this.widths.push(rows.mask.shape[0]);
    const next = tanh(add(x, matmul(mul(h, rows.mask), values.weight)));
    return { output: next, state: { h: next } };
  }

  initialState(batch: number) {
    return { h: ones([batch, this.hiddenSize], { dtype: "float64" }) };
  }
}

describe("begin", () => {
  const lengths = [1, 3, 2];
  const x = randn([3, 3, 2], { dtype: "float64", generator: new Generator(4) });

  it.each([false, true])("gives rows that are sorted and cut with the batch, reverse %s", (reverse) => {
    const cell = new Noisy(new Generator(5));
    const { output } = unroll(cell, x, { lengths, reverse });
    expect(cell.begun).toBe(1);
    expect(cell.widths).toEqual(reverse ? [1, 2, 3] : [3, 2, 1]);
    // The mask of each sample, drawn again.
    const again = new Noisy(new Generator(5));
    const mask = again.begin(3).rows.mask;
    expect(new Set(mask.data)).toEqual(new Set([0, 2]));
    lengths.forEach((end, b) => {
      let h = ones([1, 2], { dtype: "float64" });
      const context = { rows: { mask: slice(mask, 0, b, b + 1) }, values: { weight: tanh(again.angle) } };
      for (let i = 0; i < end; i++) {
        const t = reverse ? end - 1 - i : i;
        h = again.step(slice(select(x, 0, t), 0, b, b + 1), { h }, context).output;
        expect(slice(select(output, 0, t), 0, b, b + 1).toArray()).toEqual(h.toArray());
      }
    });
  });

  it("is on the graph: its parameters get their gradient", () => {
    const cell = new Noisy(new Generator(6));
    cell.eval();
    const run = (input: Tensor) => unroll(cell, input, { lengths }).output;
    expect(gradcheck(run, [x, cell.angle])).toBeLessThan(1e-6);
    const [gradient] = grad(sum(run(x)), [cell.angle]);
    expect(gradient.data.every((value) => value !== 0)).toBe(true);
  });
});
