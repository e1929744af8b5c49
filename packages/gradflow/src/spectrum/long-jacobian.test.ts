import { jacobian } from "@unroll/autograd";
import { type Cell, GRUCell, LSTMCell, RNNCell, unroll } from "@unroll/cells";
import { orthogonal } from "@unroll/nn";
import {
  concat,
  Generator,
  matmul,
  mul,
  randn,
  reshape,
  select,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "@unroll/tensor";
import { SingularValueDecomposition } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "../flow.ts";
import { LinearCell, matrix, tanhCell } from "../oracles/cells.ts";
import { jacobianSpectrum } from "./long-jacobian.ts";
import { matrixOf } from "./matrix.ts";
import { conditionLog10, effectiveRank } from "./numbers.ts";

const seeded = (seed: number) => ({ dtype: "float64" as const, generator: new Generator(seed) });

/** `h' = W_t h`: the weight of each step is its input. */
class VaryingCell implements Cell<{ h: Tensor }> {
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  step(x: Tensor, { h }: { h: Tensor }) {
    const next = select(matmul(h, select(x, 0, 0), { transposeB: true }), 0, 0);
    const output = reshape(next, [1, this.#width]);
    return { output, state: { h: output } };
  }

  initialState(batch: number) {
    return { h: zeros([batch, this.#width], { dtype: "float64" }) };
  }
}

describe("singular values of long products", () => {
  // J_t = V_t diag(σ) V_{t-1}ᵀ: the product of n has the singular values σ^n exactly.
  const sigma = [1.2, 1, 0.99, 0.5, 1e-3, 1e-6];
  const n = sigma.length;
  const steps = 400;
  const frames = Array.from({ length: steps + 1 }, (_, t) => orthogonal([n, n], seeded(100 + t)));
  const weights = Array.from({ length: steps }, (_, t) =>
    matmul(mul(frames[t + 1], tensor(sigma, { dtype: "float64" })), frames[t], { transposeB: true }),
  );
  const x = reshape(stack(weights), [steps, 1, n, n]);
  // The method differentiates a copy of the sample per state number, which this cell does not allow.
  const spectrum = jacobianSpectrum(new VaryingCell(n), x, { lags: [0, 1, 2, 10, 100, 400], method: "difference" });

  it("are exact over 400 steps and 2400 decades", () => {
    spectrum.lags.forEach((lag, at) => {
      sigma.forEach((value, i) => {
        const found = spectrum.mean[at * n + i];
        // Relative: what 10 to the difference is off 1. Central differences give each Jacobian 1e-12 of the largest value.
        expect(Math.abs(found - lag * Math.log10(value)) * Math.LN10).toBeLessThan(lag * 1e-6 + 1e-12);
      });
    });
    expect(spectrum.mean[5 * n + 5]).toBeCloseTo(-2400, 4);
  });

  it("give condition number and effective rank at each lag", () => {
    const at = spectrum.lags.indexOf(100);
    expect(spectrum.condition[at]).toBeCloseTo(100 * Math.log10(1.2e6), 4);
    expect(spectrum.effectiveRank[0]).toBeCloseTo(6, 9);
    expect(spectrum.effectiveRank[at]).toBeCloseTo(1, 5);
  });
});

describe.each([
  ["RNN", () => new RNNCell(3, 4, seeded(1))],
  ["LSTM", () => new LSTMCell(3, 4, seeded(1))],
  ["GRU", () => new GRUCell(3, 4, seeded(1))],
])("the long Jacobian of an %s", (_, make) => {
  const cell = make() as unknown as Cell<Record<string, Tensor>>;
  const x = randn([12, 2, 3], seeded(2));

  it("has the singular values of the whole product, by automatic differentiation across all steps", () => {
    const names = Object.keys(cell.initialState(1));
    const width = names.length * 4;
    const found = jacobianSpectrum(cell, x, { lags: [3, 12] });
    for (const b of [0, 1]) {
      const row = stack([select(x, 1, b)], 1);
      const whole = jacobian(
        (from) => {
          const state = Object.fromEntries(names.map((name, k) => [name, select(from, 0, k)]));
          const after = unroll(cell, row, { state, compile: false }).state;
          return concat(
            names.map((name) => after[name]),
            1,
          );
        },
        zeros([names.length, 1, 4], { dtype: "float64" }),
      );
      const dense = new SingularValueDecomposition(matrixOf(whole.data, width, width)).diagonal;
      for (let i = 0; i < width; i++) {
        const value = found.perSample[(1 * 2 + b) * width + i];
        // The dense decomposition knows a value only to 1e-16 of the largest.
        if (dense[i] < 1e-6 * dense[0]) continue;
        expect(Math.abs(value - Math.log10(dense[i])) * Math.LN10).toBeLessThan(1e-8);
      }
      expect(found.perSample[(2 + b) * width]).toBeLessThan(0);
    }
  });

  it("bounds every probe, and their mean square is the Frobenius norm", () => {
    const { perSample } = jacobianSpectrum(cell, x, { lags: [11] });
    const { joint } = gradientFlow(cell, x);
    for (const b of [0, 1])
      expect(joint.perSample[11 * 2 + b]).toBeLessThanOrEqual(perSample[b * (perSample.length / 2)] + 1e-9);
  });
});

describe("what exact zeros leave", () => {
  it("an LSTM that does not see h: half of the values are exact zeros, the others products of forget gates", () => {
    const cell = new LSTMCell(1, 3, { dtype: "float64", forgetBias: 1 });
    for (const weight of [cell.weight_ih, cell.weight_hh]) weight.data.fill(0);
    const { mean, underflow, condition } = jacobianSpectrum(cell, zeros([30, 1, 1], { dtype: "float64" }), {
      lags: [30],
    });
    // c is scaled by f^30, and h' = o tanh(c') makes √(1 + q²) of that.
    const forget = Math.log10(1 / (1 + Math.exp(-1)));
    for (const i of [0, 1, 2]) {
      expect(mean[i]).toBeGreaterThan(30 * forget);
      expect(mean[i]).toBeLessThan(30 * forget + Math.log10(Math.SQRT2));
    }
    expect(Array.from(mean.subarray(3))).toEqual([-Infinity, -Infinity, -Infinity]);
    expect(Array.from(underflow)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(condition[0]).toBe(Infinity);
  });

  it("a ReLU net whose units died", () => {
    const cell = tanhCell(
      matrix([
        [1, 0],
        [0, 1],
      ]),
      "relu",
    );
    const { mean } = jacobianSpectrum(cell, zeros([5, 1, 2], { dtype: "float64" }), {
      state: { h: tensor([[1, -1]], { dtype: "float64" }) },
      lags: [5],
    });
    expect(Array.from(mean)).toEqual([0, -Infinity]);
  });

  it("a NaN is counted as invalid", () => {
    const cell = new LinearCell(matrix([[Number.NaN]]));
    const { mean, invalid } = jacobianSpectrum(cell, zeros([3, 1, 1], { dtype: "float64" }), { lags: [0, 3] });
    expect(Array.from(mean)).toEqual([0, Number.NaN]);
    expect(Array.from(invalid)).toEqual([0, 1]);
  });
});

it("condition and effective rank of given spectra", () => {
  expect(conditionLog10(Float64Array.of(-900, -903.5))).toBeCloseTo(3.5, 12);
  expect(effectiveRank(Float64Array.of(-900, -900))).toBeCloseTo(2, 12);
  // p = 0.8, 0.2.
  const expected = Math.exp(-(0.8 * Math.log(0.8) + 0.2 * Math.log(0.2)));
  expect(effectiveRank(Float64Array.of(Math.log10(2), 0))).toBeCloseTo(expected, 12);
  expect(effectiveRank(Float64Array.of(-Infinity, -Infinity))).toBeNaN();
});
