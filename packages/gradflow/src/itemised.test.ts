import { detach, grad } from "@unroll/autograd";
import { type Cell, GRUCell, LSTMCell, RNNCell, unroll } from "@unroll/cells";
import { Generator, mul, OptionError, randn, select, slice, sum, type Tensor, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";
import { itemisedGradients, truncationKeeps } from "./itemised.ts";
import { LinearCell, matrix, power, stepsOf } from "./oracles/cells.ts";

const seeded = (seed: number) => ({ dtype: "float64" as const, generator: new Generator(seed) });

describe.each([
  ["RNN", () => new RNNCell(3, 4, seeded(1))],
  ["LSTM", () => new LSTMCell(3, 4, seeded(1))],
  ["GRU", () => new GRUCell(3, 4, seeded(1))],
])("itemised gradients of an %s", (_, make) => {
  const cell = make() as unknown as Cell<Record<string, Tensor>>;
  const [T, B] = [9, 2];
  const x = randn([T, B, 3], seeded(2));
  const weights = randn([T, B, 4], seeded(3));
  const loss = (output: Tensor) => sum(mul(output, weights));
  const items = itemisedGradients(cell, x, { loss });

  it("are what grad gives for each step's part of the loss alone", () => {
    for (const s of [0, 4, 8]) {
      const { steps, output } = stepsOf(cell, x);
      const part = sum(mul(select(output, 0, s), select(weights, 0, s)));
      const names = Object.keys(steps[0].state);
      for (let tau = 0; tau <= s; tau++) {
        const found = grad(
          part,
          names.map((name) => steps[tau].state[name]),
          { unused: "zeros" },
        );
        for (let b = 0; b < B; b++) {
          const norm = Math.hypot(...found.flatMap((value) => Array.from(slice(value, 0, b, b + 1).data)));
          expect(items.perSample[(tau * T + s) * B + b]).toBeCloseTo(Math.log10(norm), 11);
        }
      }
    }
    expect(items.perSample[(5 * T + 3) * B]).toBeNaN();
  });

  it("add up to the whole adjoint", () => {
    const { joint } = gradientFlow(cell, x, { loss, reduction: "sum" });
    for (let tau = 0; tau < T; tau++)
      for (let b = 0; b < B; b++)
        expect(items.total[tau * B + b]).toBeCloseTo(joint.perSample[(T - 1 - tau) * B + b], 11);
  });

  it("vanish across the cuts of truncated backpropagation", () => {
    const k = 3;
    const steps: { state: Record<string, Tensor> }[] = [];
    const outputs: Tensor[] = [];
    let state = cell.initialState(B);
    for (let from = 0; from < T; from += k) {
      const run = unroll(cell, slice(x, 0, from, from + k), { state, onStep: (step) => steps.push(step) });
      outputs.push(run.output);
      state = Object.fromEntries(Object.entries(run.state).map(([name, value]) => [name, detach(value)]));
    }
    for (let tau = 0; tau < T; tau++)
      for (let s = tau; s < T; s++) {
        const part = sum(mul(select(outputs[Math.floor(s / k)], 0, s % k), select(weights, 0, s)));
        const [found] = grad(part, [steps[tau].state.h], { unused: "zeros" });
        const zero = found.data.every((value) => value === 0);
        expect(zero).toBe(Math.floor(tau / k) !== Math.floor(s / k));
      }
    const kept = truncationKeeps(items, { chunk: k });
    for (const tau of [2, 5, 8]) {
      let share = 0;
      for (let b = 0; b < B; b++) {
        const at = (s: number) => Math.exp(Math.LN10 * items.perSample[(tau * T + s) * B + b]);
        let all = 0;
        for (let s = tau; s < T; s++) all += at(s);
        share += at(tau) / all / B;
      }
      expect(kept[tau]).toBeCloseTo(share, 12);
    }
  });
});

it("a window of k keeps (1 - w^(k+1)) / (1 - w^T), and the share of what has no gradient is 0", () => {
  const [w, T] = [0.4, 120];
  const items = itemisedGradients(new LinearCell(matrix([[w]])), zeros([40, 1, 1], { dtype: "float64" }), {
    loss: (o) => sum(o),
  });
  for (const k of [0, 1, 5, 39])
    expect(truncationKeeps(items, { window: k })[0]).toBeCloseTo((1 - power(w, k + 1)) / (1 - power(w, 40)), 13);
  // Only the last of many steps has a loss.
  const far = itemisedGradients(new LinearCell(matrix([[w]])), zeros([T, 1, 1], { dtype: "float64" }), {
    loss: (o) => sum(select(o, 0, T - 1)),
  });
  expect(far.perSample[T - 1]).toBeCloseTo((T - 1) * Math.log10(w), 9);
  expect(far.perSample[T - 2]).toBe(-Infinity);
  expect(truncationKeeps(far, { window: 10 })[0]).toBe(0);
});

it("refuses two truncations at once, or none", () => {
  const items = itemisedGradients(new LinearCell(matrix([[1]])), zeros([2, 1, 1], { dtype: "float64" }), {
    loss: (o) => sum(o),
  });
  const none = new OptionError("truncationKeeps: expected either window or chunk");
  expect(() => truncationKeeps(items, {})).toThrow(none);
  expect(() => truncationKeeps(items, { window: 1, chunk: 1 })).toThrow(none);
});
