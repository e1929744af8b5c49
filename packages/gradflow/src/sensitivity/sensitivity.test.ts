import { grad, requireGrad } from "@unroll/autograd";
import { type Cell, GRUCell, LSTM, LSTMCell, RNNCell, unroll } from "@unroll/cells";
import { orthogonal } from "@unroll/nn";
import {
  add,
  Generator,
  matmul,
  mul,
  OptionError,
  randn,
  ShapeError,
  select,
  slice,
  sum,
  type Tensor,
  zeros,
} from "@unroll/tensor";
import { inverse as inverseOf } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { matrix, power, relativeError, StateSpace } from "../oracles/cells.ts";
import { matrixOf } from "../spectrum/matrix.ts";
import { connectivity } from "./connectivity.ts";
import { memoryCapacity } from "./memory-capacity.ts";
import { memoryKernel } from "./memory-kernel.ts";

const seeded = (seed: number) => ({ dtype: "float64" as const, generator: new Generator(seed) });

const frobenius = (x: Tensor) => Math.hypot(...x.data);

describe("a linear net", () => {
  const u = mul(orthogonal([4, 4], seeded(1)), 0.6);
  const b = randn([4, 2], seeded(2));
  const c = randn([3, 4], seeded(3));
  const cell = new StateSpace(u, b);
  const readout = (output: Tensor) => matmul(output, c, { transposeB: true });
  const x = randn([12, 2, 2], seeded(4));
  const kernel = (n: number) => {
    let product = b;
    for (let k = 0; k < n; k++) product = matmul(u, product);
    return matmul(c, product);
  };

  it("has the connectivity ‖C U^n B‖_F²", () => {
    const { series } = connectivity(cell, x, { readout, at: 9 });
    expect(series.perSample).toHaveLength(20);
    for (let n = 0; n < 10; n++)
      for (const s of [0, 1]) expect(series.perSample[n * 2 + s]).toBeCloseTo(2 * Math.log10(frobenius(kernel(n))), 12);
  });

  it("has the memory kernel C U^n B, from wherever one looks back", () => {
    const { kernels, shape, norms } = memoryKernel(cell, x, { readout, at: [11, 5], lags: 5 });
    expect(shape).toEqual([2, 6, 2, 3, 2]);
    for (const at of [0, 1])
      for (let n = 0; n < 6; n++)
        for (const s of [0, 1]) {
          const start = ((at * 6 + n) * 2 + s) * 6;
          const found = kernels.subarray(start, start + 6);
          found.forEach((value, k) => {
            expect(value).toBeCloseTo(kernel(n).data[k], 13);
          });
        }
    expect(norms.mean[3]).toBeCloseTo(Math.log10(frobenius(kernel(3))), 12);
    expect(norms.p10[3]).toBeCloseTo(norms.p90[3], 12);
  });

  it("keeps counting where 10^-1400 is left", () => {
    const { series, meanLag } = connectivity(
      new StateSpace(matrix([[0.01]]), matrix([[1]])),
      zeros([351, 1, 1], { dtype: "float64" }),
    );
    expect(series.mean[350]).toBeCloseTo(-1400, 8);
    // c_n = w^n with w = 1e-4: the mean lag is w / (1 - w).
    expect(relativeError([meanLag[0]], [1e-4 / (1 - 1e-4)])).toBeLessThan(1e-12);
  });
});

describe.each([
  ["RNN", () => new RNNCell(3, 4, seeded(5))],
  ["LSTM", () => new LSTMCell(3, 4, seeded(5))],
  ["GRU", () => new GRUCell(3, 4, seeded(5))],
])("the connectivity of an %s", (_, make) => {
  it("is what grad of the output gives for each input", () => {
    const cell = make() as unknown as Cell<Record<string, Tensor>>;
    const x = requireGrad(randn([8, 2, 3], seeded(6)));
    const { series } = connectivity(cell, x);
    const squares = new Float64Array(16);
    const { output } = unroll(cell, x, { compile: false });
    for (let p = 0; p < 4; p++) {
      const [found] = grad(sum(select(select(output, 0, 7), 1, p)), [x]);
      found.data.forEach((value, k) => {
        squares[Math.floor(k / 3)] += value * value;
      });
    }
    for (let n = 0; n < 8; n++)
      for (const b of [0, 1]) expect(series.perSample[n * 2 + b]).toBeCloseTo(Math.log10(squares[(7 - n) * 2 + b]), 11);
  });
});

it("connectivity of the second layer is measured from that layer's input", () => {
  const layer = new LSTM(3, 4, { ...seeded(7), numLayers: 2 });
  const x = randn([6, 1, 3], seeded(8));
  const below = unroll(layer.cell(0), x, { compile: false }).output;
  expect(connectivity(layer, x).series.mean).toEqual(connectivity(layer.cell(1), below).series.mean);
});

it("refuses integers, and readouts of another batch", () => {
  const cell = new RNNCell(2, 3, seeded(1));
  const x = zeros([4, 2, 2], { dtype: "float64" });
  expect(() => connectivity(cell, x, { readout: (output) => slice(output, 0, 0, 1) })).toThrow(ShapeError);
  expect(() => connectivity(cell, x, { at: 4 })).toThrow(
    new OptionError("connectivity: expected at from 0 to 3, got 4"),
  );
  expect(() => memoryKernel(cell, x, { at: [] })).toThrow(OptionError);
});

describe("memory capacity", () => {
  const noise = (steps: number, seed: number) => randn([steps, 1, 1], seeded(seed));

  it("of a delay line of N is N: all of the last N inputs, and nothing older", () => {
    const n = 6;
    const shift = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => Number(i === j + 1)));
    const first = Array.from({ length: n }, (_, i) => [Number(i === 0)]);
    const { perDelay, total, width } = memoryCapacity(new StateSpace(matrix(shift), matrix(first)), noise(6000, 1));
    expect(width).toBe(n);
    for (let k = 0; k < n; k++) expect(perDelay[k]).toBeCloseTo(1, 12);
    for (let k = n; k < perDelay.length; k++) expect(perDelay[k]).toBeLessThan(0.01);
    expect(total).toBeCloseTo(n, 1);
  });

  it.each([
    [2, 0.5],
    [3, 0.9],
    [4, 0.99],
  ])("of a linear reservoir is K_kᵀ Σ⁻¹ K_k by delay, at most N in all, seed %i, radius %f", (seed, radius) => {
    const u = mul(orthogonal([8, 8], seeded(seed)), radius);
    const b = randn([8, 1], seeded(seed + 10));
    const found = memoryCapacity(new StateSpace(u, b), noise(8000, seed + 20), { delays: 40 });
    const kernels = [b];
    for (let k = 0; k < 2000; k++) kernels.push(matmul(u, kernels[k]));
    let covariance = zeros([8, 8], { dtype: "float64" });
    for (const kernel of kernels) covariance = add(covariance, matmul(kernel, kernel, { transposeB: true }));
    const inverse = inverseOf(matrixOf(covariance.data, 8, 8));
    const exact = kernels.slice(0, 41).map((kernel) => {
      const column = matrixOf(kernel.data, 8, 1);
      return column.transpose().mmul(inverse).mmul(column).get(0, 0);
    });
    exact.forEach((value, k) => {
      expect(Math.abs(found.perDelay[k] - value)).toBeLessThan(0.03);
    });
    const sum = exact.reduce((total, value) => total + value, 0);
    expect(sum).toBeLessThan(8 + 1e-9);
    // With 4000 steps to judge by, forty delays of which each is good to 0.02.
    expect(Math.abs(found.total - sum)).toBeLessThan(0.5);
  });

  it("of a leaky unit is w^2k (1 - w²) by delay", () => {
    const w = 0.8;
    const { perDelay } = memoryCapacity(new StateSpace(matrix([[w]]), matrix([[1]])), noise(40_000, 5), { delays: 4 });
    for (let k = 0; k < 5; k++) expect(Math.abs(perDelay[k] - power(w, 2 * k) * (1 - w * w))).toBeLessThan(0.02);
  });

  it("needs one input and enough steps", () => {
    const cell = new RNNCell(1, 4, seeded(1));
    expect(() => memoryCapacity(cell, zeros([20, 1, 1], { dtype: "float64" }))).toThrow(
      new ShapeError("memoryCapacity: expected at least 28 steps for 4 states and 8 delays, got 20"),
    );
    expect(() => memoryCapacity(new RNNCell(2, 4, seeded(1)), zeros([90, 1, 2], { dtype: "float64" }))).toThrow(
      /one input/,
    );
  });
});
