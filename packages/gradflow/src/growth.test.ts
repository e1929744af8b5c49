import { type Cell, GRUCell, LSTMCell, RNNCell } from "@unroll/cells";
import { orthogonal } from "@unroll/nn";
import { add, Generator, matmul, randn, select, sum, type Tensor, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";
import { growthRatios } from "./growth.ts";
import { LinearCell, matrix } from "./oracles/cells.ts";

const seeded = (seed: number) => ({ dtype: "float64" as const, generator: new Generator(seed) });

describe("growth ratios", () => {
  it.each([0.7, 1, 1.3])("of g Q are g at every step, and Pascanu's ratio adds (g - 1)² per step, g = %f", (g) => {
    const cell = new LinearCell(orthogonal([6, 6], { ...seeded(1), gain: g }));
    const { ratio, pascanu, rate } = growthRatios(cell, zeros([900, 2, 6], { dtype: "float64" }));
    // 0.7^900 is 1e-139, 1.3^900 1e102.
    for (const value of ratio.perSample) expect(Math.abs(value - Math.log10(g))).toBeLessThan(1e-13);
    for (const value of pascanu) expect(Math.abs(value - 900 * (g - 1) * (g - 1))).toBeLessThan(1e-9);
    expect(rate).toBeCloseTo(Math.log(g), 12);
  });

  it.each([
    ["RNN", () => new RNNCell(3, 5, seeded(2))],
    ["LSTM", () => new LSTMCell(3, 5, seeded(2))],
    ["GRU", () => new GRUCell(3, 5, seeded(2))],
  ])("of a probe are the differences of gradientFlow's joint norms, for an %s", (_, make) => {
    const cell = make() as unknown as Cell<Record<string, Tensor>>;
    const x = randn([30, 3, 3], seeded(3));
    const { joint } = gradientFlow(cell, x);
    const { ratio } = growthRatios(cell, x);
    for (let n = 0; n < 29; n++)
      for (let b = 0; b < 3; b++)
        expect(ratio.perSample[n * 3 + b]).toBeCloseTo(
          joint.perSample[(n + 1) * 3 + b] - joint.perSample[n * 3 + b],
          11,
        );
  });

  it("leave a loss's local parts out", () => {
    // δ_t sums w^n; without its local 1 it is w times the one behind it.
    const cell = new LinearCell(matrix([[0.6]]));
    const { ratio } = growthRatios(cell, randn([20, 1, 1], seeded(4)), { loss: (output) => sum(output) });
    for (const value of ratio.perSample) expect(value).toBeCloseTo(Math.log10(0.6), 13);
    // A loss at the first and the last step alone: what arrives from the last is 1e-900 when the first joins.
    const ends = growthRatios(new LinearCell(matrix([[0.1]])), zeros([901, 1, 1], { dtype: "float64" }), {
      loss: (output) => add(sum(select(output, 0, 900)), sum(select(output, 0, 0))),
    });
    for (const value of ends.ratio.perSample) expect(value).toBeCloseTo(-1, 12);
  });

  it("count the way through an output that is no state", () => {
    class Readout implements Cell<{ h: Tensor }> {
      readonly inner = new LinearCell(
        matrix([
          [0.5, 0.2],
          [0, 0.4],
        ]),
      );
      step(x: Tensor, state: { h: Tensor }) {
        const { state: after } = this.inner.step(x, state);
        return { output: matmul(after.h, matrix([[1], [3]])), state: after };
      }
      initialState(batch: number) {
        return this.inner.initialState(batch);
      }
    }
    const x = randn([2, 1, 2], seeded(5));
    const { ratio } = growthRatios(new Readout(), x, { loss: (output) => sum(select(output, 0, 1)) });
    // δ_2 = 0: the loss reaches the states by the step that makes the output, and δ_1 = Uᵀ (1, 3).
    expect(ratio.perSample[0]).toBeNaN();
    const [a, b] = [0.5, 0.2 + 3 * 0.4];
    expect(ratio.perSample[1]).toBeCloseTo(Math.log10(Math.hypot(0.5 * a, 0.2 * a + 0.4 * b) / Math.hypot(a, b)), 13);
  });
});
