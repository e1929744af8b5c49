import { GRUCell, LSTMCell, RNNCell } from "@unroll/cells";
import { orthogonal } from "@unroll/nn";
import { Generator, mul, OptionError, randn, type Tensor, zeros } from "@unroll/tensor";
import { determinant, EigenvalueDecomposition } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "../flow.ts";
import { jacobiansOf } from "../jacobian/jacobian.ts";
import { LinearCell, matrix } from "../oracles/cells.ts";
import { follow } from "../trajectory.ts";
import { lyapunovSpectrum } from "./lyapunov.ts";
import { matrixOf } from "./matrix.ts";

const seeded = (seed: number) => ({ dtype: "float64" as const, generator: new Generator(seed) });
const rest = (steps: number, width: number) => zeros([steps, 1, width], { dtype: "float64" });

function spectrumOf(weight: Tensor, steps: number, options: object = {}) {
  return lyapunovSpectrum(new LinearCell(weight), rest(steps, weight.shape[0]), options);
}

describe("the Lyapunov spectrum of a linear net", () => {
  it("is the logarithm of the eigenvalues' moduli, to O(1/T)", () => {
    const weight = mul(randn([6, 6], seeded(3)), 0.5);
    const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(matrixOf(weight.data, 6, 6));
    const expected = realEigenvalues
      .map((re, i) => Math.log(Math.hypot(re, imaginaryEigenvalues[i])))
      .sort((a, b) => b - a);
    const { exponents, steps } = spectrumOf(weight, 3000, { warmup: 500 });
    expect(steps).toBe(2500);
    expected.forEach((value, i) => {
      expect(Math.abs(exponents[i] - value)).toBeLessThan(2e-3);
    });
  });

  it("is exact from the first step on for a triangular U and the identity to start from", () => {
    const weight = matrix([
      [0.9, 5, -2],
      [0, -0.4, 1],
      [0, 0, 0.1],
    ]);
    const { exponents } = spectrumOf(weight, 7, { start: "identity", warmup: 0 });
    [0.9, 0.4, 0.1].forEach((value, i) => {
      expect(exponents[i]).toBeCloseTo(Math.log(value), 14);
    });
  });

  it("of g Q is ln g for every direction, and of a cyclic shift 0", () => {
    const found = spectrumOf(orthogonal([8, 8], { ...seeded(1), gain: 0.8 }), 50).exponents;
    for (const value of found) expect(value).toBeCloseTo(Math.log(0.8), 13);
    const shift = matrix([
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]);
    for (const value of spectrumOf(shift, 50).exponents) expect(Math.abs(value)).toBeLessThan(1e-14);
  });
});

describe.each([
  ["RNN", () => new RNNCell(3, 5, seeded(1))],
  ["LSTM", () => new LSTMCell(3, 5, seeded(1))],
  ["GRU", () => new GRUCell(3, 5, seeded(1))],
  ["GRU with reset before", () => new GRUCell(3, 5, { ...seeded(1), resetAfter: false })],
])("the Lyapunov spectrum of an %s", (_, make) => {
  const cell = make() as never;
  const x = randn([40, 3, 3], seeded(2));

  it("adds up to the mean of ln |det J_t|, exactly at any length", () => {
    const { perSample, steps } = lyapunovSpectrum(cell, x, { warmup: 3 });
    const trajectory = follow("test", cell, x, {});
    const { width } = trajectory;
    for (let b = 0; b < 3; b++) {
      let total = 0;
      for (const step of trajectory.steps.slice(3))
        total += Math.log(
          Math.abs(determinant(matrixOf(jacobiansOf("test", trajectory, step).matrices[b], width, width))),
        );
      const sum = perSample.subarray(b * width, (b + 1) * width).reduce((a, value) => a + value, 0);
      expect(Math.abs(sum / (total / steps) - 1)).toBeLessThan(1e-12);
    }
  });

  it("has the rate of probe gradients as its largest exponent", () => {
    const long = randn([600, 2, 3], seeded(5));
    const { exponents, std, horizon } = lyapunovSpectrum(cell, long, { count: 1 });
    const { fit } = gradientFlow(cell, long).joint;
    expect(Math.abs((fit?.slope ?? 0) - exponents[0])).toBeLessThan(0.02);
    expect(horizon).toBeCloseTo(-1 / exponents[0], 12);
    expect(std[0]).toBeLessThan(0.1);
  });

  it("is the same by automatic differentiation, and in another direction to start from", () => {
    const closed = lyapunovSpectrum(cell, x, { count: 3, start: "identity" }).exponents;
    const auto = lyapunovSpectrum(cell, x, { count: 3, start: "identity", method: "autodiff" }).exponents;
    closed.forEach((value, i) => {
      expect(value).toBeCloseTo(auto[i], 12);
    });
  });
});

describe("lost directions", () => {
  it("an LSTM with U = 0 loses H of 2 H, and reports the rest", () => {
    const cell = new LSTMCell(2, 4, { ...seeded(1), forgetBias: 2 });
    for (const weight of [cell.weight_ih, cell.weight_hh]) weight.data.fill(0);
    const { exponents, lost, horizon } = lyapunovSpectrum(cell, randn([60, 2, 2], seeded(3)));
    expect(lost).toBe(4);
    expect(Array.from(exponents.subarray(4))).toEqual([-Infinity, -Infinity, -Infinity, -Infinity]);
    for (const value of exponents.subarray(0, 4)) expect(value).toBeCloseTo(-Math.log(1 + Math.exp(-2)), 2);
    expect(horizon).toBeCloseTo(1 / Math.log(1 + Math.exp(-2)), 0);
  });

  it("refuses counts and warm-ups that leave nothing", () => {
    const cell = new RNNCell(2, 3, seeded(1));
    const x = zeros([5, 1, 2], { dtype: "float64" });
    expect(() => lyapunovSpectrum(cell, x, { count: 4 })).toThrow(
      new OptionError("lyapunovSpectrum: expected count from 1 to 3, got 4"),
    );
    expect(() => lyapunovSpectrum(cell, x, { warmup: 5 })).toThrow(/expected warmup from 0 to 4, got 5/);
    expect(() => lyapunovSpectrum(cell, x, { start: "zero" as never })).toThrow(/start must be "random" or "identity"/);
  });
});
