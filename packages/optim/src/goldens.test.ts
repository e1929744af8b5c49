import { backward, type Parameter, parameter } from "@unroll/autograd";
import {
  add,
  type DType,
  gather,
  indexSelect,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  sigmoid,
  sum,
  tanh,
  tensor,
  unsqueeze,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { Adagrad } from "./adagrad.ts";
import { Adam } from "./adam.ts";
import { AdamW } from "./adamw.ts";
import baseline from "./goldens/baseline.json" with { type: "json" };
import goldens from "./goldens/optimizers.json" with { type: "json" };
import tied from "./goldens/tied.json" with { type: "json" };
import { RMSprop } from "./rmsprop.ts";
import { SGD } from "./sgd.ts";

interface AnyOptimizer {
  step(): void;
  zeroGrad(): void;
}

const optimizers = { SGD, Adam, AdamW, RMSprop, Adagrad } as unknown as Record<
  string,
  new (
    parameters: Parameter[],
    options: object,
  ) => AnyOptimizer
>;

/** The largest error of `actual`, relative to the largest expected value of the row or 1e-2. */
function worst(actual: ArrayLike<number>, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((most, value, i) => {
    const error = Math.abs(actual[i] - value) / Math.max(Math.abs(value), 1e-2);
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error);
  }, 0);
}

describe("updates against PyTorch over 20 steps of given gradients", () => {
  const shapes = [[3], [2, 2]];

  function run(dtype: DType, make: (parameters: Parameter[]) => AnyOptimizer, steps: number): Parameter[] {
    const parameters = goldens.start.map((data, i) => parameter(tensor(data, { shape: shapes[i], dtype })));
    const optimizer = make(parameters);
    for (const gradients of goldens.gradients.slice(0, steps)) {
      gradients.forEach((data, i) => {
        parameters[i].grad = data === null ? undefined : tensor(data, { shape: shapes[i], dtype });
      });
      optimizer.step();
    }
    return parameters;
  }

  it.each(goldens.cases.map((golden) => [golden.optimizer, JSON.stringify(golden.options), golden] as const))(
    "%s %s",
    (name, _, golden) => {
      for (const [steps, expected] of Object.entries(golden.after)) {
        for (const [dtype, tolerance] of [
          ["float64", 1e-12],
          ["float32", 1e-4],
        ] as const) {
          const parameters = run(dtype, (all) => new optimizers[name](all, golden.options), Number(steps));
          parameters.forEach(({ data }, i) => {
            expect(worst(data, expected[i])).toBeLessThan(tolerance);
          });
        }
      }
    },
  );

  it("AdamW with groups of their own options", () => {
    const parameters = run(
      "float64",
      ([a, b]) =>
        new AdamW([{ params: [a] }, { params: [b], lr: 0.01, weightDecay: 0 }], { lr: 0.1, weightDecay: 0.2 }),
      20,
    );
    parameters.forEach(({ data }, i) => {
      expect(worst(data, goldens.groups[i])).toBeLessThan(1e-12);
    });
  });
});

describe("PyTorch's optim_baseline.h: a small network over 1001 steps", () => {
  it.each(baseline.configs.map((config) => [config.name, config] as const))("%s", (_, config) => {
    const make = ({ shape, data }: { shape: number[]; data: number[] }): Parameter =>
      parameter(tensor(data, { shape, dtype: "float64" }));
    const { W1, b1, W2, b2 } = baseline.start;
    const [w1, c1, w2, c2] = [W1, b1, W2, b2].map(make);
    const input = tensor(baseline.input, { dtype: "float64" });
    const optimizer = new optimizers[config.optimizer]([w1, c1, w2, c2], config.options);
    const snapshots: number[][] = [];
    for (let step = 1; step <= baseline.steps[baseline.steps.length - 1]; step++) {
      optimizer.zeroGrad();
      const hidden = sigmoid(add(matmul(input, w1, { transposeB: true }), c1));
      backward(sum(sigmoid(add(matmul(hidden, w2, { transposeB: true }), c2))));
      optimizer.step();
      if (baseline.steps.includes(step)) snapshots.push([w1.data[0], w1.data[1], c1.data[0], w2.data[0], c2.data[0]]);
    }
    for (const [i, expected] of config.after.entries()) expect(worst(snapshots[i], expected)).toBeLessThan(1e-9);
  });

  it("tells the two places of Adam's epsilon apart", () => {
    const options = baseline.configs.filter(({ optimizer }) => optimizer === "Adam").map((config) => config.options);
    expect(options.map((option) => option.epsPlacement)).toEqual(["keras", "keras", "keras"]);
    const gradient = tensor([1e-8], { dtype: "float64" });
    const moved = (["torch", "keras"] as const).map((epsPlacement) => {
      const p = parameter(tensor([0], { dtype: "float64" }));
      p.grad = gradient;
      new Adam([p], { lr: 1, epsPlacement }).step();
      return p.item();
    });
    expect(moved[0]).toBeCloseTo(-0.5, 10);
    expect(moved[1]).toBeCloseTo(-1 / (1 + 1 / Math.sqrt(0.001)), 10);
  });
});

describe("tied, unused and sometimes unused parameters", () => {
  it("behave as in PyTorch over three AdamW steps with weight decay", () => {
    const parameters = Object.fromEntries(
      Object.entries(tied.start).map(([name, { shape, data }]) => [
        name,
        parameter(tensor(data, { shape, dtype: "float64" })),
      ]),
    );
    const index = tensor(tied.index, { dtype: "int32" });
    const target = unsqueeze(tensor(tied.target, { dtype: "int32" }), 1);
    const optimizer = new AdamW(Object.values(parameters), tied.options);
    for (const [step, expected] of tied.after.entries()) {
      optimizer.zeroGrad();
      const embedded = tanh(indexSelect(parameters.tied, 0, index));
      const hidden = step === 1 ? embedded : mul(embedded, parameters.sometimes);
      const logits = matmul(hidden, parameters.tied, { transposeB: true });
      backward(neg(mean(gather(logSoftmax(logits, 1), 1, target))));
      optimizer.step();
      for (const [name, values] of Object.entries(expected))
        expect(worst(parameters[name].data, values)).toBeLessThan(1e-12);
    }
    expect([...parameters.unused.data]).toEqual(tied.start.unused.data);
    expect(tied.after[1].sometimes).toEqual(tied.after[0].sometimes);
  });
});
