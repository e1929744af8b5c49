import { abs, eye, Generator, matmul, max, mean, min, reshape, slice, std, sub, type Tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import goldens from "./goldens/init.json" with { type: "json" };
import { fansOf, type Nonlinearity, nonlinearityGain } from "./init-options.ts";
import { identityInit, orthogonal } from "./init-orthogonal.ts";
import {
  kaimingNormal,
  kaimingUniform,
  normalInit,
  truncNormal,
  uniformInit,
  xavierNormal,
  xavierUniform,
} from "./init-random.ts";

const seeded = (seed = 1): { dtype: "float64"; generator: Generator } => ({
  dtype: "float64",
  generator: new Generator(seed),
});

/** How far `x xᵀ` is from the identity. */
function skew(x: Tensor): number {
  const product = matmul(x, x, { transposeB: true });
  return max(abs(sub(product, eye(x.shape[0], x.shape[0], { dtype: "float64" })))).item();
}

describe("gains and fans", () => {
  it.each(Object.entries(goldens.gains))("has PyTorch's gain for %s", (name, gain) => {
    expect(nonlinearityGain(name as Nonlinearity)).toBeCloseTo(gain, 14);
  });

  it.each(goldens.spreads)("has PyTorch's fans and spreads for $shape", ({ shape, fanIn, fanOut, ...spreads }) => {
    expect(fansOf("test", shape)).toEqual({ fanIn, fanOut });
    const own = {
      xavierUniform: xavierUniform(shape, { gain: 2, ...seeded() }),
      xavierNormal: xavierNormal(shape, { gain: 2, ...seeded() }),
      kaimingUniform: kaimingUniform(shape, { negativeSlope: Math.sqrt(5), ...seeded() }),
      kaimingNormal: kaimingNormal(shape, { mode: "fanOut", nonlinearity: "tanh", ...seeded() }),
    };
    for (const [name, values] of Object.entries(own)) {
      const expected = spreads[name as keyof typeof own];
      expect(values.shape).toEqual(shape);
      expect(Math.abs(std(values).item() / expected - 1)).toBeLessThan(0.03);
      expect(Math.abs(mean(values).item())).toBeLessThan(0.05 * expected);
    }
  });

  it("bounds uniform starts exactly", () => {
    const largest = (x: Tensor): number => max(abs(x)).item();
    const xavier = largest(xavierUniform([300, 100], seeded()));
    expect(xavier).toBeLessThanOrEqual(Math.sqrt(6 / 400));
    expect(xavier).toBeGreaterThan(0.999 * Math.sqrt(6 / 400));
    const kaiming = largest(kaimingUniform([300, 100], { nonlinearity: "relu", ...seeded() }));
    expect(kaiming).toBeLessThanOrEqual(Math.sqrt(6 / 100));
    expect(kaiming).toBeGreaterThan(0.999 * Math.sqrt(6 / 100));
  });
});

describe("orthogonal", () => {
  it.each([
    ["square", [40, 40], 1],
    ["wide", [7, 30], 1],
    ["four gates", [4 * 16, 16], 4],
    ["three wide gates", [3 * 5, 9], 3],
  ])("has orthonormal rows in each block: %s", (_, shape, gates) => {
    const x = orthogonal(shape, { gates, ...seeded() });
    const rows = shape[0] / gates;
    for (let gate = 0; gate < gates; gate++)
      expect(skew(slice(x, 0, gate * rows, (gate + 1) * rows))).toBeLessThan(1e-14);
  });

  it("has orthonormal columns when it is tall, as PyTorch's does", () => {
    const tall = orthogonal([30, 7], seeded());
    const gram = matmul(tall, tall, { transposeA: true });
    expect(max(abs(sub(gram, eye(7, 7, { dtype: "float64" })))).item()).toBeLessThan(1e-14);
  });

  it("puts gates side by side on request", () => {
    const x = orthogonal([16, 48], { gates: 3, gateDim: 1, ...seeded() });
    for (let gate = 0; gate < 3; gate++) expect(skew(slice(x, 1, gate * 16, (gate + 1) * 16))).toBeLessThan(1e-14);
  });

  it("stays orthogonal to rounding for nearly parallel vectors: 200 x 200, with gain", () => {
    const x = orthogonal([200, 200], { gain: 3, ...seeded(7) });
    const product = matmul(x, x, { transposeB: true });
    expect(Math.abs(product.data[0] - 9)).toBeLessThan(1e-13);
    expect(max(abs(sub(product, identityInit([200, 200], { gain: 9, dtype: "float64" })))).item()).toBeLessThan(1e-13);
  });

  it("is uniform: signs are even, and the first row's entries average 0", () => {
    const draws = Array.from({ length: 400 }, (_, seed) => orthogonal([2, 2], seeded(seed)).data);
    const determinants = draws.map(([a, b, c, d]) => Math.sign(a * d - b * c));
    const positive = determinants.filter((sign) => sign > 0).length;
    expect(Math.abs(positive - 200)).toBeLessThan(50);
    for (const at of [0, 1, 2, 3]) {
      const average = draws.reduce((total, values) => total + values[at], 0) / 400;
      expect(Math.abs(average)).toBeLessThan(0.15);
    }
  });

  it("counts further axes as columns", () => {
    expect(skew(reshape(orthogonal([3, 2, 4], seeded()), [3, 8]))).toBeLessThan(1e-14);
    expect(orthogonal([2, 2]).dtype).toBe("float32");
  });

  it.each<[string, () => unknown]>([
    ["orthogonal: expected a weight shape such as [out, in], got [3]", () => orthogonal([3])],
    ["orthogonal: 4 gates do not divide axis 0 of [6, 2]", () => orthogonal([6, 2], { gates: 4 })],
    ["orthogonal: gates must be a whole number >= 1, got 0", () => orthogonal([6, 2], { gates: 0 })],
    ["orthogonal: gateDim must be 0 or 1, got 2", () => orthogonal([6, 2], { gateDim: 2 as never })],
    ["orthogonal: gateDim 1 is for matrices, got [6, 2, 2]", () => orthogonal([6, 2, 2], { gateDim: 1 })],
    ["orthogonal: gain must be a finite number, got NaN", () => orthogonal([6, 2], { gain: Number.NaN })],
    ["identityInit: expected a shape [rows, columns], got [2, 2, 2]", () => identityInit([2, 2, 2])],
    ["xavierUniform: expected a weight shape such as [out, in], got 3", () => xavierUniform(3 as never)],
    ["xavierNormal: unknown option gian, did you mean gain?", () => xavierNormal([2, 2], { gian: 1 } as object)],
    [
      'kaimingNormal: mode must be "fanIn" or "fanOut", got fan_in',
      () => kaimingNormal([2, 2], { mode: "fan_in" as never }),
    ],
    ["nonlinearityGain: expected linear, sigmoid", () => kaimingUniform([2, 2], { nonlinearity: "swish" as never })],
    ["truncNormal: expected min < max, got 1 and 1", () => truncNormal([2], { min: 1, max: 1 })],
    [
      "truncNormal: nearly nothing of the distribution lies between 90 and 91",
      () => truncNormal([2], { min: 90, max: 91 }),
    ],
    ["truncNormal: std must be >= 0, got -1", () => truncNormal([2], { std: -1 })],
    ["uniformInit: expected min <= max, got 2 and 1", () => uniformInit([2], { min: 2, max: 1 })],
    [
      "uniformInit: max must be a finite number, got Infinity",
      () => uniformInit([2], { max: Number.POSITIVE_INFINITY }),
    ],
    ["normalInit: std must be >= 0, got -1", () => normalInit([2], { std: -1 })],
  ])("says %s", (message, call) => {
    expect(call).toThrow(message);
  });
});

describe("other starts", () => {
  it("identityInit has the gain on the diagonal", () => {
    expect(identityInit([2, 3], { gain: 0.5 }).toArray()).toEqual([
      [0.5, 0, 0],
      [0, 0.5, 0],
    ]);
  });

  it("uniformInit and normalInit have the moments that they are asked for", () => {
    const flat = uniformInit([20_000], { min: -1, max: 3, ...seeded() });
    expect([min(flat).item() >= -1, max(flat).item() < 3]).toEqual([true, true]);
    expect(Math.abs(mean(flat).item() - 1)).toBeLessThan(0.03);
    const normal = normalInit([20_000], { mean: 2, std: 0.5, ...seeded() });
    expect(Math.abs(mean(normal).item() - 2)).toBeLessThan(0.02);
    expect(Math.abs(std(normal).item() - 0.5)).toBeLessThan(0.02);
  });

  it("truncNormal stays within its bounds and has the moments of a truncated normal", () => {
    // Between -2 and 2 standard deviations the variance is 1 - 4 φ(2) / (2 Φ(2) - 1) = 0.7737413.
    const x = truncNormal([50_000], { std: 3, min: -6, max: 6, ...seeded() });
    expect([min(x).item() >= -6, max(x).item() <= 6]).toEqual([true, true]);
    expect(max(x).item()).toBeGreaterThan(5.9);
    expect(Math.abs(mean(x).item())).toBeLessThan(0.05);
    expect(Math.abs(std(x).item() - 3 * Math.sqrt(0.7737413))).toBeLessThan(0.02);
    const tail = truncNormal([1000], { min: 3, max: 4, ...seeded() });
    expect([min(tail).item() >= 3, max(tail).item() <= 4]).toEqual([true, true]);
    expect(mean(tail).item()).toBeCloseTo(3.283, 1);
  });
});
