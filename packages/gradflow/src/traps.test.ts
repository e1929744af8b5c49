import { detach, grad, requireGrad } from "@unroll/autograd";
import { LSTMCell, RNN, RNNCell, type StepRecord, unroll } from "@unroll/cells";
import { add, Generator, mean, mul, neg, randn, select, sum, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";
import { fromLog10, gradients, logError, range } from "./oracles/cells.ts";

const seeded = (seed: number) => ({ dtype: "float64", generator: new Generator(seed) }) as const;

describe("what is often measured instead", () => {
  it("is the norm of the batch's mean gradient, in which samples cancel", () => {
    const layer = new RNN(3, 4, { ...seeded(1), bias: false });
    const half = randn([10, 1, 3], seeded(2));
    // The second sample is the mirror image of the first, and so is its gradient.
    const x = tensor(
      range(10).flatMap((t) => [...select(half, 0, t).data, ...neg(select(half, 0, t)).data]),
      { shape: [10, 2, 3], dtype: "float64" },
    );
    const loss = (output: Tensor) => mean(mul(output, output));
    const flow = gradientFlow(layer, x, { loss });
    expect(flow.joint.perSample.every(Number.isFinite)).toBe(true);
    const states: Tensor[] = [];
    const { output } = layer.forward(x, { onStep: (step) => states.push(step.state.h) });
    for (const both of gradients(loss(output), states)) {
      const batchMean = range(4).map((i) => both[i] + both[4 + i]);
      expect(Math.hypot(...batchMean)).toBeLessThan(1e-15);
      expect(Math.hypot(...both.slice(0, 4))).toBeGreaterThan(1e-4);
    }
  });

  it("is a norm that depends on the size of the batch", () => {
    const layer = new RNN(3, 4, seeded(1));
    const x = randn([10, 1, 3], seeded(2));
    const loss = (output: Tensor) => mul(sum(output), 1 / output.shape[1]);
    const alone = gradientFlow(layer, x, { loss }).joint.mean;
    const copies = tensor(
      range(10).flatMap((t) => range(8).flatMap(() => [...select(x, 0, t).data])),
      { shape: [10, 8, 3], dtype: "float64" },
    );
    expect(logError(gradientFlow(layer, copies, { loss }).joint.mean, alone)).toBeLessThan(1e-12);
  });

  it("is the logarithm of the mean, which one exploding sample dominates", () => {
    const x = randn([30, 8, 3], seeded(2));
    const { joint } = gradientFlow(new RNN(3, 4, seeded(1)), x);
    const lag29 = Array.from(joint.perSample.subarray(29 * 8));
    const logOfMean = Math.log10(lag29.map(fromLog10).reduce((total, value) => total + value, 0) / 8);
    expect(joint.mean[29]).toBeCloseTo(lag29.reduce((total, value) => total + value, 0) / 8, 12);
    expect(logOfMean).toBeGreaterThan(joint.mean[29] + 0.01);
  });

  it("is the loss of every step at once: local losses hide that the signal vanishes", () => {
    const cell = new RNNCell(3, 4, seeded(1));
    const x = randn([60, 2, 3], seeded(2));
    const probe = gradientFlow(cell, x).joint;
    const local = gradientFlow(cell, x, { loss: (output) => sum(output), reduction: "sum" }).joint;
    expect(probe.fit?.factor).toBeLessThan(0.8);
    expect(local.fit?.factor).toBeGreaterThan(0.98);
  });

  it("is an LSTM's h alone: its gradient comes back through c", () => {
    const cell = new LSTMCell(3, 4, { ...seeded(1), forgetBias: 3 });
    const x = randn([20, 1, 3], seeded(2));
    const u = randn([4], seeded(3));
    const { states, joint } = gradientFlow(cell, x, { probe: { h: u, c: mul(u, 0) } });
    // The chain of ∂h'/∂h with every c held fixed.
    const steps: StepRecord<{ h: Tensor; c: Tensor }>[] = [];
    unroll(cell, x, { onStep: (step) => steps.push(step) });
    let delta: Tensor = add(mul(steps[19].value.h, 0), u);
    for (let t = 19; t > 0; t--) {
      const { h, c } = steps[t - 1].state;
      const [next] = gradientOfStep(cell, select(x, 0, t), h, c, delta);
      delta = next;
    }
    const alone = Math.log10(Math.hypot(...delta.data));
    expect(joint.mean[19]).toBeGreaterThan(-4);
    expect(alone).toBeLessThan(joint.mean[19] - 5);
    expect(alone).toBeLessThan(states.h.state.mean[19] - 5);
  });

  it("is autograd's gradient of c, which counts the way through h twice beside dh", () => {
    const { states, joint } = gradientFlow(new LSTMCell(3, 4, seeded(1)), randn([10, 2, 3], seeded(2)));
    const both = (c: Float64Array) =>
      Array.from(c, (value, i) => Math.log10(Math.hypot(fromLog10(value), fromLog10(states.h.state.perSample[i]))));
    expect(logError(joint.perSample, both(states.c.state.perSample))).toBeLessThan(1e-12);
    expect(logError(joint.perSample, both(states.c.total.perSample))).toBeGreaterThan(0.01);
  });
});

/** `(∂h'/∂h)ᵀ δ` with c held fixed. */
function gradientOfStep(cell: LSTMCell, x: Tensor, h: Tensor, c: Tensor, delta: Tensor): Tensor[] {
  const input = requireGrad(detach(h));
  const { output } = cell.step(x, { h: input, c: detach(c) });
  return grad(output, [input], { gradOutputs: [detach(delta)] });
}
