import { type Cell, RNN, RNNCell } from "@unroll/cells";
import {
  assign,
  broadcastTo,
  Generator,
  mul,
  ones,
  randn,
  select,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";
import { LinearCell, matrix, range } from "./oracles/cells.ts";

const float64 = { dtype: "float64" } as const;
const seeded = (seed: number) => ({ ...float64, generator: new Generator(seed) });

describe("deep sequences", () => {
  it.each(["float64", "float32"] as const)("w = 0.5 loses 0.30103 per step, down to 1e-903, in %s", (dtype) => {
    const steps = 3001;
    const layer = new RNN(1, 1, { bias: false, dtype });
    assign(layer.weight_hh_l0, [0.5]);
    const { joint, states } = gradientFlow(layer, zeros([steps, 1, 1], { dtype }));
    for (let n = 0; n < steps; n++) {
      expect(joint.mean[n]).toBeCloseTo(-n * Math.LOG10E * Math.LN2, 10);
      expect(states.h.total.mean[n]).toBe(joint.mean[n]);
    }
    expect(joint.mean[3000]).toBeLessThan(-903);
    expect(joint.underflow.some((count) => count > 0)).toBe(false);
    expect(joint.fit?.slope).toBeCloseTo(-Math.LN2, 11);
    expect(joint.fit?.halfLife).toBeCloseTo(1, 11);
    expect(joint.fit?.to).toBe(3000);
    expect(joint.horizon).toBe(9);
  });

  it("explodes as far, up to 1e1204", () => {
    const { joint } = gradientFlow(new LinearCell(matrix([[4]], "float32")), zeros([2001, 1, 1]));
    expect(joint.mean[2000]).toBeCloseTo(2000 * Math.log10(4), 9);
    expect(joint.fit?.factor).toBeCloseTo(4, 9);
  });

  it("survives a step that loses 200 decades at once", () => {
    const { joint } = gradientFlow(new LinearCell(matrix([[1e-200]])), zeros([6, 1, 1], float64));
    for (let n = 0; n < 6; n++) expect(joint.mean[n]).toBeCloseTo(-200 * n, 9);
  });

  it("survives steps by what is the smallest number, or nearly the largest", () => {
    // Too small or large for one factor: 2^149 is no float32, 2^1074 no float64.
    for (const [dtype, exponent] of [
      ["float32", -149],
      ["float32", 127],
      ["float64", -1074],
      ["float64", 1023],
    ] as const) {
      const half = exponent < 0 ? 0.5 : 2;
      const w = range(Math.abs(exponent)).reduce((value) => value * half, 1);
      const { joint } = gradientFlow(new LinearCell(matrix([[w]], dtype)), zeros([5, 1, 1], { dtype }));
      for (let n = 0; n < 5; n++) expect(joint.mean[n]).toBeCloseTo(n * exponent * Math.log10(2), 9);
    }
  });

  it("keeps samples apart: one that vanishes and one that explodes", () => {
    const cell = new GateCell();
    const x = broadcastTo(tensor([[[0.01], [100], [1]]], float64), [500, 3, 1]);
    const { joint } = gradientFlow(cell, x);
    expect(Array.from(joint.perSample.subarray(499 * 3))).toEqual([
      expect.closeTo(-998, 8),
      expect.closeTo(998, 8),
      expect.closeTo(0, 8),
    ]);
    expect(joint.mean[499]).toBeCloseTo(0, 8);
  });

  it("a loss has one backward pass for all and underflows in float32 as training does", () => {
    const x = zeros([200, 1, 1]);
    const { joint } = gradientFlow(new LinearCell(matrix([[0.5]], "float32")), x, {
      loss: (output) => sum(select(output, 0, 199)),
    });
    // The smallest float32 is 2^-149.
    expect(joint.mean[149]).toBeCloseTo(149 * Math.log10(0.5), 10);
    expect(joint.mean[150]).toBe(Number.NEGATIVE_INFINITY);
    expect(Array.from(joint.underflow.subarray(148, 152))).toEqual([0, 0, 1, 1]);
    expect(joint.fit?.to).toBe(149);
  });
});

/** `h' = x h`: every sample and step has its own factor. */
class GateCell implements Cell<{ h: Tensor }> {
  step(x: Tensor, { h }: { h: Tensor }): { output: Tensor; state: { h: Tensor } } {
    const next = mul(x, h);
    return { output: next, state: { h: next } };
  }
  initialState(batch: number): { h: Tensor } {
    return { h: zeros([batch, 1], float64) };
  }
}

describe("what is counted as an exact zero", () => {
  it("is a dead unit: nothing comes back through a ReLU that is off", () => {
    const cell = new RNNCell(1, 1, { nonlinearity: "relu", bias: false, ...float64 });
    assign(cell.weight_ih, [1]);
    assign(cell.weight_hh, [0.5]);
    // The second sample's unit is off at the third of five steps.
    const x = tensor([1, 1, 1, 1, 1, -9, 1, 1, 1, 1], { shape: [5, 2, 1], ...float64 });
    const { joint } = gradientFlow(cell, x);
    expect(Array.from(joint.underflow)).toEqual([0, 0, 0, 1, 1]);
    expect(joint.perSample[3 * 2 + 1]).toBe(Number.NEGATIVE_INFINITY);
    // The mean goes on with the sample that is left.
    expect(joint.mean[4]).toBeCloseTo(4 * Math.log10(0.5), 12);
    expect(Array.from(joint.invalid)).toEqual([0, 0, 0, 0, 0]);
  });

  it("is a state that nothing led to", () => {
    const flow = gradientFlow(new EchoCell(), randn([4, 2, 1], seeded(2)));
    expect(flow.joint.mean).toEqual(Float64Array.from([0, ...new Array(3).fill(Number.NEGATIVE_INFINITY)]));
    expect(flow.states.h.total.mean).toEqual(flow.joint.mean);
  });

  it("keeps a state that is only passed on", () => {
    const flow = gradientFlow(new ConstantCell(), randn([4, 2, 1], seeded(2)));
    expect(flow.states.keep.state.mean).toEqual(new Float64Array(4).fill(flow.states.keep.state.mean[0]));
    expect(flow.states.last.state.underflow).toEqual(Int32Array.from([0, 2, 2, 2]));
  });
});

/** `h' = x`: it forgets everything. */
class EchoCell implements Cell<{ h: Tensor }> {
  step(x: Tensor): { output: Tensor; state: { h: Tensor } } {
    return { output: x, state: { h: x } };
  }
  initialState(batch: number): { h: Tensor } {
    return { h: zeros([batch, 1], float64) };
  }
}

/** One state goes through untouched, the other is the input. */
class ConstantCell implements Cell<{ keep: Tensor; last: Tensor }> {
  step(x: Tensor, { keep }: { keep: Tensor }): { output: Tensor; state: { keep: Tensor; last: Tensor } } {
    return { output: x, state: { keep, last: x } };
  }
  initialState(batch: number): { keep: Tensor; last: Tensor } {
    return { keep: ones([batch, 1], float64), last: zeros([batch, 1], float64) };
  }
}
