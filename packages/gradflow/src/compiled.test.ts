import { type Cell, GRU, LSTM, LSTMCell, RNN } from "@unroll/cells";
import { activeKernels, Generator, mul, randn, sum, type Tensor, useEngine } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { type GradientFlowOptions, gradientFlow } from "./flow.ts";
import type { Subject } from "./record.ts";
import type { FlowSeries } from "./series.ts";

const [steps, batch] = [60, 5];
const seeded = (seed: number) => ({ generator: new Generator(seed) });
const x = randn([steps, batch, 3], seeded(1));
const weights = randn([steps, batch, 14], seeded(2));
const layers = [RNN, LSTM, GRU].map((Layer) => new Layer(3, 7, { numLayers: 2, bidirectional: true, ...seeded(3) }));

function expectSame(got: FlowSeries, expected: FlowSeries): void {
  expected.perSample.forEach((value, i) => {
    if (Number.isFinite(value)) expect(got.perSample[i]).toBeCloseTo(value, 3);
    else expect(got.perSample[i]).toBe(value);
  });
  expect(got.underflow).toEqual(expected.underflow);
  expect(got.invalid).toEqual(expected.invalid);
}

describe.each(layers)("$constructor.name, by compiled loops", (layer) => {
  it.each<[string, GradientFlowOptions]>([
    ["a probe", {}],
    ["a probe of the output", { probe: "output" }],
    ["a probe of the layer below, backwards", { layer: 0, reverse: true }],
    ["a probe with lengths", { lengths: [60, 3, 0, 41, 60] }],
    ["a probe with lengths, backwards", { lengths: [60, 3, 0, 41, 60], reverse: true }],
    ["a loss", { loss: (output: Tensor) => sum(mul(output, weights)) }],
    [
      "a loss with lengths, below",
      { loss: (output) => sum(mul(output, weights)), lengths: [60, 3, 0, 41, 60], layer: 0 },
    ],
  ])("%s has the norms that plain ops give", (_, options) => {
    const subject = layer as unknown as Subject;
    const compiled = gradientFlow(subject, x, options);
    // This engine runs plain ops.
    const plain = useEngine("reference", () => gradientFlow(subject, x, options));
    expect(compiled.lags).toBe(plain.lags);
    expectSame(compiled.joint, plain.joint);
    for (const name of Object.keys(plain.states)) {
      expectSame(compiled.states[name].state, plain.states[name].state);
      expectSame(compiled.states[name].total, plain.states[name].total);
    }
  });
});

describe("the steps of a cell", () => {
  it.each([{}, { loss: (output: Tensor) => sum(output) }])("run by compiled loops: $loss", (options) => {
    const inner = new LSTMCell(3, 7, seeded(4));
    let calls = 0;
    const cell: Cell<Record<string, Tensor>> = {
      initialState: (size) => inner.initialState(size),
      step: (input, state) => {
        calls++;
        return inner.step(input, state as never);
      },
    };
    gradientFlow(cell, x, options);
    // Traced, and once more to see that it is pure; plain ops take every step.
    expect(calls).toBe(activeKernels("float32") === undefined ? steps : 2);
  });
});
