import { noGrad } from "@unroll/autograd";
import { type Cell, GRU, LSTM, LSTMCell, RNN } from "@unroll/cells";
import {
  add,
  defaultGenerator,
  flip,
  Generator,
  manualSeed,
  mean,
  mul,
  ones,
  randn,
  select,
  slice,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";
import { gradients, logError, range, stepsOf } from "./oracles/cells.ts";

const float64 = { dtype: "float64" } as const;
const seeded = (seed: number) => ({ ...float64, generator: new Generator(seed) });

const layers = [
  ["RNN", () => new RNN(3, 5, seeded(1))],
  ["LSTM", () => new LSTM(3, 5, seeded(1))],
  ["GRU", () => new GRU(3, 5, seeded(1))],
] as const;

describe("a probe", () => {
  it.each(layers)("is the gradient of <u, s_T> in one backward pass, for every state of an %s", (_, make) => {
    const cell = make().cell() as Cell<Record<string, Tensor>>;
    const [steps, batch] = [20, 3];
    const x = randn([steps, batch, 3], seeded(2));
    const { steps: records } = stepsOf(cell, x);
    const names = Object.keys(records[0].state);
    const probe = Object.fromEntries(names.map((name, k) => [name, randn([5], seeded(20 + k))]));
    const loss = names
      .map((name) => sum(mul(records[steps - 1].state[name], probe[name])))
      .reduce((total, term) => add(total, term));
    const norms = (values: number[][]) =>
      values
        .reverse()
        .flatMap((value) => range(batch).map((b) => Math.log10(Math.hypot(...value.slice(b * 5, b * 5 + 5)))));
    const flow = gradientFlow(cell, x, { probe });
    expect(flow).toMatchObject({ source: "probe", lags: steps });
    expect(Object.keys(flow.states)).toEqual(names);
    for (const name of names) {
      const state = norms(
        gradients(
          loss,
          records.map((record) => record.state[name]),
        ),
      );
      const total = norms(
        gradients(
          loss,
          records.map((record) => record.value[name]),
        ),
      );
      expect(logError(flow.states[name].state.perSample, state)).toBeLessThan(1e-12);
      expect(logError(flow.states[name].total.perSample, total)).toBeLessThan(1e-12);
    }
  });

  it("is the loss that gives the same gradient", () => {
    const layer = new GRU(3, 5, seeded(1));
    const x = randn([15, 4, 3], seeded(2));
    const u = randn([5], seeded(3));
    const byProbe = gradientFlow(layer, x, { probe: { h: u } });
    const byLoss = gradientFlow(layer, x, { loss: (output) => sum(mul(select(output, 0, 14), u)), reduction: "sum" });
    expect(byLoss.source).toBe("loss");
    expect(logError(byLoss.joint.perSample, byProbe.joint.perSample)).toBeLessThan(1e-12);
  });

  it("is a unit vector over the whole state unless it is given", () => {
    const x = randn([6, 2, 3], seeded(2));
    for (const [, make] of layers) {
      const { joint } = gradientFlow(make(), x);
      for (const value of joint.perSample.subarray(0, 2)) expect(value).toBeCloseTo(0, 12);
    }
    const { states } = gradientFlow(new LSTM(3, 5, seeded(1)), x);
    for (const name of ["h", "c"]) expect(states[name].state.mean[0]).toBeLessThan(0);
  });

  it("of the output leaves out what is not the output", () => {
    const { states, joint } = gradientFlow(new LSTM(3, 5, seeded(1)), randn([6, 2, 3], seeded(2)), { probe: "output" });
    expect(states.h.state.mean[0]).toBeCloseTo(0, 12);
    expect(states.c.state.mean[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(Array.from(states.c.state.underflow)).toEqual([2, 0, 0, 0, 0, 0]);
    // The way through the output gate counts in the total.
    expect(states.c.total.mean[0]).toBeLessThan(0);
    expect(states.c.total.mean[0]).toBeGreaterThan(-3);
    expect(joint.mean[0]).toBeCloseTo(0, 12);
    expect(() => gradientFlow(new Doubled(), zeros([3, 1, 2], float64), { probe: "output" })).toThrow(
      'gradientFlow: no state is the output; use probe: "state" or vectors',
    );
  });

  it("comes from a generator of its own, or from the one that is given", () => {
    const layer = new RNN(3, 5, seeded(1));
    const x = randn([6, 2, 3], seeded(2));
    manualSeed(5);
    const before = defaultGenerator().state();
    const flow = gradientFlow(layer, x);
    expect(defaultGenerator().state()).toEqual(before);
    expect(gradientFlow(layer, x)).toEqual(flow);
    expect(gradientFlow(layer, x, { generator: new Generator(0) })).toEqual(flow);
    expect(gradientFlow(layer, x, { generator: new Generator(1) })).not.toEqual(flow);
  });
});

/** Its output is twice its state: no state is the output. */
class Doubled implements Cell<{ h: Tensor }> {
  step(x: Tensor, { h }: { h: Tensor }): { output: Tensor; state: { h: Tensor } } {
    const next = add(x, h);
    return { output: mul(next, 2), state: { h: next } };
  }
  initialState(batch: number): { h: Tensor } {
    return { h: zeros([batch, 2], float64) };
  }
}

describe("layers", () => {
  const x = randn([12, 2, 3], seeded(2));

  it("measures the last layer unless told otherwise", () => {
    const layer = new LSTM(3, 5, { ...seeded(1), numLayers: 2 });
    const last = gradientFlow(layer, x);
    expect(gradientFlow(layer, x, { layer: 1 })).toEqual(last);
    const below = gradientFlow(layer, x, { layer: 0 });
    expect(gradientFlow(layer.cell(0), x)).toEqual(below);
    expect(below.joint.mean).not.toEqual(last.joint.mean);
  });

  it("sends a loss down through the layers", () => {
    const layer = new RNN(3, 5, { ...seeded(1), numLayers: 2 });
    const weights = randn([12, 2, 5], seeded(3));
    const loss = (output: Tensor) => sum(mul(output, weights));
    const states: Tensor[] = [];
    const { output } = layer.forward(x, {
      onStep: (step) => {
        if (step.layer === 0) states.push(step.state.h);
      },
    });
    const expected = gradients(loss(output), states)
      .reverse()
      .flatMap((value) => [0, 5].map((at) => Math.log10(Math.hypot(...value.slice(at, at + 5)))));
    const flow = gradientFlow(layer, x, { loss, reduction: "sum", layer: 0 });
    expect(logError(flow.joint.perSample, expected)).toBeLessThan(1e-12);
  });

  it("of a bidirectional one, either direction", () => {
    const layer = new RNN(3, 5, { ...seeded(1), bidirectional: true });
    expect(gradientFlow(layer, x)).toEqual(gradientFlow(layer.cell(0), x));
    expect(gradientFlow(layer, x, { reverse: true })).toEqual(gradientFlow(layer.cell(0, true), flip(x, 0)));
    // With a loss on the whole output, each direction's lag 0 is where it ends.
    const weights = randn([12, 2, 10], seeded(3));
    const loss = (output: Tensor) => sum(mul(output, weights));
    const backwards = gradientFlow(layer, x, { loss, reduction: "sum", reverse: true });
    const own = flip(slice(weights, -1, 5, 10), 0);
    const alone = gradientFlow(layer.cell(0, true), flip(x, 0), {
      loss: (output) => sum(mul(output, own)),
      reduction: "sum",
    });
    expect(logError(backwards.joint.perSample, alone.joint.perSample)).toBeLessThan(1e-12);
  });

  it("takes a cell's sequence backwards too", () => {
    const cell = new LSTMCell(3, 5, seeded(1));
    expect(gradientFlow(cell, x, { reverse: true })).toEqual(gradientFlow(cell, flip(x, 0)));
  });

  it("takes batchFirst layers as they are", () => {
    const first = gradientFlow(new LSTM(3, 5, seeded(1)), x);
    const layer = new LSTM(3, 5, { ...seeded(1), batchFirst: true });
    expect(gradientFlow(layer, transpose(x, 0, 1))).toEqual(first);
    const loss = (output: Tensor) => mean(output);
    expect(gradientFlow(layer, transpose(x, 0, 1), { loss }).joint.mean).toEqual(
      gradientFlow(new LSTM(3, 5, seeded(1)), x, { loss }).joint.mean,
    );
  });

  it("starts from the state that is given", () => {
    const layer = new LSTM(3, 5, { ...seeded(1), numLayers: 2 });
    const state = { h: randn([2, 2, 5], seeded(3)), c: randn([2, 2, 5], seeded(4)) };
    const flow = gradientFlow(layer, x, { state, layer: 0 });
    const first = { h: select(state.h, 0, 0), c: select(state.c, 0, 0) };
    expect(flow).toEqual(gradientFlow(layer.cell(0), x, { state: first }));
    expect(flow.joint.mean).not.toEqual(gradientFlow(layer, x, { layer: 0 }).joint.mean);
  });
});

describe("a loss", () => {
  const x = randn([8, 4, 3], seeded(2));
  const weights = randn([8, 4, 5], seeded(3));

  it("that is a mean over samples gives the same norms as their sum", () => {
    const layer = new GRU(3, 5, seeded(1));
    const total = (output: Tensor) => sum(mul(output, weights));
    const summed = gradientFlow(layer, x, { loss: total, reduction: "sum" });
    const averaged = gradientFlow(layer, x, { loss: (output) => mul(total(output), 1 / 4), reduction: "mean" });
    expect(logError(averaged.joint.perSample, summed.joint.perSample)).toBeLessThan(1e-12);
    expect(gradientFlow(layer, x, { loss: (output) => mul(total(output), 1 / 4) })).toEqual(averaged);
    // Taken for a sum, a mean would make every norm B times smaller.
    const wrong = gradientFlow(layer, x, { loss: (output) => mul(total(output), 1 / 4), reduction: "sum" });
    expect(logError(wrong.joint.perSample, summed.joint.perSample)).toBeCloseTo(0.75, 12);
  });

  it("that is NaN for one sample is counted for that sample alone", () => {
    const broken = mul(weights, tensor([[[1], [Number.NaN], [1], [1]]], float64));
    const { joint, states } = gradientFlow(new LSTM(3, 5, seeded(1)), x, {
      loss: (output) => sum(mul(output, broken)),
    });
    expect(Array.from(joint.invalid)).toEqual(new Array(8).fill(1));
    expect(range(8).every((n) => Number.isNaN(joint.perSample[n * 4 + 1]))).toBe(true);
    expect(joint.mean.every(Number.isFinite)).toBe(true);
    expect(Array.from(states.h.total.invalid)).toEqual(new Array(8).fill(1));
  });
});

describe("what it leaves alone", () => {
  it("is the parameters' grad", () => {
    const layer = new LSTM(3, 5, seeded(1));
    const x = randn([6, 2, 3], seeded(2));
    gradientFlow(layer, x);
    gradientFlow(layer, x, { loss: (output) => sum(output) });
    const parameters = [layer.weight_ih_l0, layer.weight_hh_l0];
    expect(parameters.map((parameter) => parameter.grad)).toEqual([undefined, undefined]);
    const kept = ones(layer.weight_hh_l0.shape, float64);
    layer.weight_hh_l0.grad = kept;
    gradientFlow(layer, x);
    expect(layer.weight_hh_l0.grad).toBe(kept);
    expect(kept.data.every((value) => value === 1)).toBe(true);
  });

  it("works inside noGrad, where validation runs", () => {
    const layer = new LSTM(3, 5, seeded(1));
    const x = randn([6, 2, 3], seeded(2));
    expect(noGrad(() => gradientFlow(layer, x))).toEqual(gradientFlow(layer, x));
    const loss = (output: Tensor) => sum(output);
    expect(noGrad(() => gradientFlow(layer, x, { loss }))).toEqual(gradientFlow(layer, x, { loss }));
  });
});
