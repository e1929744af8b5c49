import { backward, type Parameter, parameter, StaleTensorError } from "@unroll/autograd";
import { assign, Generator, mul, randn, type Shape, sum, Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { Adagrad } from "./adagrad.ts";
import { Adam } from "./adam.ts";
import { AdamW } from "./adamw.ts";
import { Optimizer, type Rule } from "./optimizer.ts";
import { RMSprop } from "./rmsprop.ts";
import { SGD } from "./sgd.ts";
import type { OptimizerStateDict } from "./state-dict.ts";

interface AnyOptimizer {
  step(): void;
  stateDict(): OptimizerStateDict;
  loadStateDict(dict: OptimizerStateDict): void;
}

type Make = (parameters: Parameter[]) => AnyOptimizer;

const kinds: [string, Make][] = [
  ["SGD", (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 })],
  ["Adam", (p) => new Adam(p, { lr: 0.1, amsgrad: true, weightDecay: 0.1 })],
  ["AdamW", (p) => new AdamW(p, { lr: 0.1, betas: [0.7, 0.9] })],
  ["RMSprop", (p) => new RMSprop(p, { lr: 0.1, centered: true, momentum: 0.5 })],
  ["Adagrad", (p) => new Adagrad(p, { lr: 0.1, lrDecay: 0.1, initialAccumulatorValue: 0.1 })],
];

function fresh(dtype: "float32" | "float64" = "float32"): Parameter[] {
  const generator = new Generator(1);
  return [[3], [2, 2]].map((shape) => parameter(randn(shape, { dtype, generator })));
}

/** One step with gradients that depend on the step alone; the second parameter rests in every other one. */
function advance(parameters: Parameter[], optimizer: AnyOptimizer, step: number): void {
  const generator = new Generator(100 + step);
  parameters.forEach((p, i) => {
    p.grad = i === 1 && step % 2 === 1 ? undefined : randn(p.shape, { dtype: p.dtype, generator });
  });
  optimizer.step();
}

/** Through JSON, as a checkpoint would go: tensors apart, the rest as text. */
function throughJSON(dict: OptimizerStateDict): OptimizerStateDict {
  const text = JSON.stringify(dict, (_, value) =>
    Tensor.is(value) ? { tensorValues: [...value.data], shape: value.shape, dtype: value.dtype } : value,
  );
  return JSON.parse(text, (_, value) =>
    typeof value === "object" && value !== null && "tensorValues" in value
      ? tensor(value.tensorValues as number[], { shape: value.shape as Shape, dtype: value.dtype })
      : value,
  ) as OptimizerStateDict;
}

describe.each(kinds)("the state of %s", (name, make) => {
  it.each(["float32", "float64"] as const)("resumes bit for bit in %s, through JSON", (dtype) => {
    const through = fresh(dtype);
    const whole = make(through);
    for (let step = 0; step < 9; step++) advance(through, whole, step);

    const before = fresh(dtype);
    const first = make(before);
    for (let step = 0; step < 4; step++) advance(before, first, step);
    const dict = throughJSON(first.stateDict());
    const after = before.map(({ data, shape }) => parameter(tensor(data, { shape })));
    const second = make(after);
    // A step that the load must make forgotten.
    advance(after, second, 50);
    after.forEach((p, i) => {
      assign(p, before[i]);
    });
    second.loadStateDict(dict);
    for (let step = 4; step < 9; step++) advance(after, second, step);
    expect(after.map((p) => p.data)).toEqual(through.map((p) => p.data));
    expect(second.stateDict()).toEqual(whole.stateDict());
  });

  it("is a copy", () => {
    const parameters = fresh();
    const optimizer = make(parameters);
    advance(parameters, optimizer, 0);
    const dict = optimizer.stateDict();
    const copy = throughJSON(dict);
    advance(parameters, optimizer, 2);
    expect(dict).toEqual(copy);
    optimizer.loadStateDict(dict);
    advance(parameters, optimizer, 3);
    expect(dict).toEqual(copy);
  });

  it("is refused whole when it does not fit", () => {
    const parameters = fresh();
    const optimizer = make(parameters);
    advance(parameters, optimizer, 0);
    const dict = optimizer.stateDict();
    const load = (change: object) => () => optimizer.loadStateDict({ ...dict, ...change });
    const entry = dict.state[0];
    const [key, value] = Object.entries(entry).find(([, kept]) => Tensor.is(kept)) as [string, Tensor];
    expect(load({ optimizer: "Other" })).toThrow(
      `${name}.loadStateDict: expected the state of ${name}, got that of Other`,
    );
    expect(load({ groups: [] })).toThrow(/expected 1 groups, got 0/);
    expect(load({ groups: [{ ...dict.groups[0], params: [0] }] })).toThrow(/expected 2 parameters in group 0, got 1/);
    expect(load({ groups: [{ ...dict.groups[0], beta: 1 }] })).toThrow(/group 0 has an unknown option beta/);
    expect(load({ groups: [{ ...dict.groups[0], lr: -1 }] })).toThrow(/lr must be a number >= 0, got -1/);
    expect(load({ state: { 7: entry } })).toThrow(/there is state for parameter 7, but no group has it/);
    expect(load({ state: { 0: { ...entry, extra: 1 } } })).toThrow(
      /the state of parameter 0 has an unknown entry extra/,
    );
    expect(load({ state: { 0: { ...entry, [key]: tensor([1]) } } })).toThrow(
      new RegExp(`expected ${key} of parameter 0 in shape \\[3\\], got \\[1\\]`),
    );
    expect(load({ state: { 0: { ...entry, [key]: tensor(new Float64Array(3)) } } })).toThrow(
      new RegExp(`expected ${key} of parameter 0 in float32, got float64`),
    );
    expect(load({ state: { 0: { ...entry, [key]: "x" } } })).toThrow(/expected a tensor as /);
    expect(() => optimizer.loadStateDict(undefined as never)).toThrow(/expected what stateDict\(\) gives/);
    expect(optimizer.stateDict()).toEqual(dict);
    expect(value.shape).toEqual([3]);
  });
});

describe("state entries", () => {
  it("must be there and of the right kind", () => {
    const p = parameter([1]);
    p.label = "head.weight";
    const optimizer = new Adam([p]);
    p.grad = tensor([1]);
    optimizer.step();
    const dict = optimizer.stateDict();
    const { expAvg: _, ...rest } = dict.state[0];
    expect(() => optimizer.loadStateDict({ ...dict, state: { 0: rest } })).toThrow(
      "Adam.loadStateDict: the state of head.weight lacks expAvg",
    );
    expect(() => optimizer.loadStateDict({ ...dict, state: { 0: { ...dict.state[0], step: tensor([1]) } } })).toThrow(
      "Adam.loadStateDict: expected a number as step of head.weight",
    );
  });
});

describe("an optimizer", () => {
  it("writes in place and raises versions, so that stale graphs are noticed", () => {
    const w = parameter([1, 2]);
    const data = w.data;
    const loss = sum(mul(w, w));
    backward(loss);
    new SGD([w], { lr: 0.25 }).step();
    expect(w.data).toBe(data);
    expect(w.toArray()).toEqual([0.5, 1]);
    expect(() => backward(loss)).toThrow(StaleTensorError);
  });

  it("skips parameters without a gradient: no decay, no momentum, no count", () => {
    for (const [, make] of kinds) {
      const [moved, rested] = fresh();
      const optimizer = make([moved, rested]);
      const before = rested.data.slice();
      moved.grad = tensor([1, 1, 1]);
      optimizer.step();
      expect(rested.data).toEqual(before);
      expect(Object.keys(optimizer.stateDict().state)).toEqual(["0"]);
    }
  });

  it("sets the learning rate of all groups, and schedules start from it", () => {
    const [a, b] = fresh();
    const optimizer = new SGD([{ params: [a], lr: 0.5 }, { params: [b] }], { lr: 0.1 });
    expect([optimizer.lr, optimizer.groups[1].lr]).toEqual([0.5, 0.1]);
    optimizer.lr = 0.2;
    expect(optimizer.groups.map(({ lr, baseLr }) => [lr, baseLr])).toEqual([
      [0.2, 0.2],
      [0.2, 0.2],
    ]);
    optimizer.groups[1].lr = 0.3;
    expect([optimizer.lr, optimizer.groups[1].lr]).toEqual([0.2, 0.3]);
    expect(() => {
      optimizer.lr = Number.NaN;
    }).toThrow("SGD: lr must be a number >= 0, got NaN");
  });

  it("takes any iterable, and options that are undefined as not given", () => {
    const optimizer = new Adam(new Set(fresh()).values(), { lr: undefined, eps: 0.1 });
    expect([optimizer.lr, optimizer.groups[0].eps, optimizer.groups[0].params.length]).toEqual([1e-3, 0.1, 2]);
  });

  it("forgets the gradients of its parameters", () => {
    const [a, b] = fresh();
    a.grad = tensor([1, 1, 1]);
    new SGD([{ params: [a] }, { params: [b] }]).zeroGrad();
    expect(a.grad).toBeUndefined();
  });

  it("does not make NaN of a constant gradient, whose variance is 0", () => {
    const w = parameter([1]);
    const optimizer = new RMSprop([w], { lr: 1e-3, centered: true, alpha: 0.5 });
    for (let step = 0; step < 200; step++) {
      w.grad = tensor([0.1]);
      optimizer.step();
    }
    expect(Number.isFinite(w.item())).toBe(true);
  });

  it("can be one's own: a rule and a constructor", () => {
    const rule: Rule<{ lr: number }> = {
      name: "SignSGD",
      defaults: { lr: 0.5 },
      check: () => {},
      stateKeys: [],
      start: () => ({}),
      update: (p, g, _, { lr }) => {
        for (let i = 0; i < p.length; i++) p[i] -= lr * Math.sign(g[i]);
      },
    };
    class SignSGD extends Optimizer<{ lr: number }> {
      constructor(parameters: Parameter[], options: { lr?: number } = {}) {
        super(rule, parameters, options);
      }
    }
    const w = parameter([1, 1]);
    w.grad = tensor([3, -4]);
    new SignSGD([w]).step();
    expect(w.toArray()).toEqual([0.5, 1.5]);
  });

  const w = parameter([1]);
  const named = parameter([1]);
  named.label = "layers.0.weight";
  it.each<[string, () => unknown]>([
    ["SGD: no parameters to optimize; does the model keep them in #private fields", () => new SGD([])],
    ["AdamW: no parameters to optimize", () => new AdamW([{ params: [] }])],
    [
      "SGD: expected an array of parameters, or of groups { params, lr, … }, got undefined",
      () => new SGD(undefined as never),
    ],
    ["SGD: expected parameters, or groups { params, lr, … }, got 3", () => new SGD([3] as never)],
    ["SGD: expected parameters, or groups { params, lr, … }", () => new SGD([w, { params: [named] }] as never)],
    ["SGD: expected parameters, or groups { params, lr, … }", () => new SGD([tensor([1])] as never)],
    ["SGD: a parameter of shape [1] is listed twice", () => new SGD([w, w])],
    ["SGD: layers.0.weight is listed twice", () => new SGD([{ params: [named] }, { params: [w, named] }])],
    ["SGD: unknown option momentun, did you mean momentum?", () => new SGD([w], { momentun: 1 } as object)],
    ["Adam: unknown option learningRate, did you mean ", () => new Adam([{ params: [w], learningRate: 1 } as never])],
    [
      "AdamW: unknown option weight_decay, did you mean weightDecay?",
      () => new AdamW([w], { weight_decay: 1 } as object),
    ],
    ["SGD: lr must be a number >= 0, got -1", () => new SGD([w], { lr: -1 })],
    ["SGD: momentum must be a number >= 0, got -1", () => new SGD([w], { momentum: -1 })],
    ["SGD: dampening must be a number, got NaN", () => new SGD([w], { dampening: Number.NaN })],
    ["SGD: nesterov needs momentum > 0 and dampening 0, got 0 and 0", () => new SGD([w], { nesterov: true })],
    ["Adam: betas[1] must be in [0, 1), got 1", () => new Adam([w], { betas: [0.9, 1] })],
    ["Adam: betas must be two numbers, got 0.9", () => new Adam([w], { betas: 0.9 as never })],
    ['Adam: epsPlacement must be "torch" or "keras", got tf', () => new Adam([w], { epsPlacement: "tf" as never })],
    ["AdamW: weightDecay must be a number >= 0, got -0.1", () => new AdamW([{ params: [w], weightDecay: -0.1 }])],
    ["RMSprop: alpha must be in [0, 1), got 1.5", () => new RMSprop([w], { alpha: 1.5 })],
    ["Adagrad: lrDecay must be a number >= 0, got -1", () => new Adagrad([w], { lrDecay: -1 })],
  ])("says %s", (message, call) => {
    expect(call).toThrow(message);
  });
});
