import { GRU, LSTM, RNN } from "@unroll/cells";
import { assign, flip, Generator, mul, randn, slice, sum, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";
import { logError, range } from "./oracles/cells.ts";
import type { FlowSeries } from "./series.ts";

const float64 = { dtype: "float64" } as const;
const seeded = (seed: number) => ({ ...float64, generator: new Generator(seed) });

/** One sample's curve. */
const sampleOf = ({ perSample }: FlowSeries, batch: number, sample: number, lags: number) =>
  range(lags).map((n) => perSample[n * batch + sample]);

const layers = [
  ["RNN", () => new RNN(3, 5, seeded(1))],
  ["LSTM", () => new LSTM(3, 5, seeded(1))],
  ["GRU", () => new GRU(3, 5, seeded(1))],
] as const;

describe("lengths", () => {
  const lengths = [4, 9, 0, 7];
  const batch = lengths.length;

  it.each(layers)("of an %s: each sample counts from its own end, and equals a run of its own", (_, make) => {
    const layer = make();
    const x = randn([10, batch, 3], seeded(2));
    const flow = gradientFlow(layer, x, { lengths });
    expect(flow.lags).toBe(9);
    lengths.forEach((length, sample) => {
      const curve = sampleOf(flow.joint, batch, sample, 9);
      if (length > 0) {
        const alone = gradientFlow(layer, slice(slice(x, 1, sample, sample + 1), 0, 0, length));
        expect(logError(curve.slice(0, length), alone.joint.perSample)).toBeLessThan(1e-12);
        for (const name of Object.keys(flow.states)) {
          const total = sampleOf(flow.states[name].total, batch, sample, length);
          expect(logError(total, alone.states[name].total.perSample)).toBeLessThan(1e-12);
        }
      }
      expect(curve.slice(length).every(Number.isNaN)).toBe(true);
    });
    expect(Array.from(flow.joint.invalid)).toEqual(new Array(9).fill(0));
    expect(Array.from(flow.joint.underflow)).toEqual(new Array(9).fill(0));
  });

  it("go with a loss too, which counts all samples in its mean", () => {
    const layer = new LSTM(3, 5, seeded(1));
    const x = randn([10, batch, 3], seeded(2));
    const flow = gradientFlow(layer, x, { lengths, loss: (output) => mul(sum(output), 1 / batch) });
    lengths.forEach((length, sample) => {
      if (length === 0) return;
      const alone = gradientFlow(layer, slice(slice(x, 1, sample, sample + 1), 0, 0, length), {
        loss: (output) => sum(output),
      });
      expect(logError(sampleOf(flow.joint, batch, sample, length), alone.joint.perSample)).toBeLessThan(1e-12);
    });
  });

  it("do not let what stands in the padding through", () => {
    const layer = new GRU(3, 5, seeded(1));
    const x = randn([10, batch, 3], seeded(2));
    const poisoned = x.data.slice();
    lengths.forEach((length, sample) => {
      for (let t = length; t < 10; t++)
        poisoned.fill(Number.NaN, (t * batch + sample) * 3, (t * batch + sample) * 3 + 3);
    });
    const padded = tensor(poisoned, { shape: x.shape, ...float64 });
    expect(gradientFlow(layer, padded, { lengths })).toEqual(gradientFlow(layer, x, { lengths }));
  });

  it("of the direction that reads backwards: lags go up in time", () => {
    const layer = new GRU(3, 5, { ...seeded(1), bidirectional: true });
    const x = randn([10, batch, 3], seeded(2));
    const flow = gradientFlow(layer, x, { lengths, reverse: true });
    const alone = new GRU(3, 5, seeded(1));
    for (const name of ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"] as const)
      assign(alone[name] as Tensor, layer[`${name}_reverse`] as Tensor);
    lengths.forEach((length, sample) => {
      if (length === 0) return;
      const own = slice(slice(x, 1, sample, sample + 1), 0, 0, length);
      const expected = gradientFlow(alone, flip(own, 0)).joint.perSample;
      expect(logError(sampleOf(flow.joint, batch, sample, length), expected)).toBeLessThan(1e-12);
    });
  });
});
