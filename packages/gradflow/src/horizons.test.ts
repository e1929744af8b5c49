import { RNN } from "@unroll/cells";
import { Generator, OptionError, randn } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { fitExponential, horizonOf } from "./fit.ts";
import { gradientFlow } from "./flow.ts";
import { horizonNumbers } from "./horizons.ts";
import { studentQuantile } from "./student.ts";

const curve = (log10: (n: number) => number, lags = 101) => {
  const mean = Float64Array.from({ length: lags }, (_, n) => log10(n));
  return { mean, fit: fitExponential(mean), horizon: horizonOf(mean) };
};
const decaying = (slope: number) => curve((n) => (n * slope) / Math.LN10);

it.each([
  [0.975, 1, 12.7062047364],
  [0.975, 2, 4.30265272975],
  [0.975, 3, 3.18244630528],
  [0.975, 4, 2.7764451052],
  [0.975, 9, 2.26215716274],
  [0.975, 30, 2.0422724563],
  [0.995, 4, 4.60409487142],
  [0.95, 5, 2.01504837333],
])("Student's quantile %f with %i degrees of freedom is %f", (p, freedom, printed) => {
  expect(studentQuantile(p, freedom)).toBeCloseTo(printed, 9);
});

describe("horizon numbers", () => {
  it("average slopes, and carry their interval over to the half-life", () => {
    const found = horizonNumbers([-0.1, -0.12, -0.14, -0.11, -0.13].map(decaying));
    // Mean -0.12, standard deviation 0.0158114, t = 2.776445.
    const reach = (2.7764451052 * 0.015811388300841896) / Math.sqrt(5);
    expect(found.slope.mean).toBeCloseTo(-0.12, 12);
    expect(found.slope.low).toBeCloseTo(-0.12 - reach, 9);
    expect(found.halfLife.mean).toBeCloseTo(Math.LN2 / 0.12, 10);
    expect(found.halfLife.low).toBeCloseTo(Math.LN2 / (0.12 + reach), 8);
    expect(found.halfLife.high).toBeCloseTo(Math.LN2 / (0.12 - reach), 7);
    expect(found.timeConstant.mean).toBeCloseTo(1 / 0.12, 10);
    // ln 1000 = 6.9078: 69, 57, 49, 62 and 53 steps.
    expect(found.horizon.mean).toBeCloseTo((69 + 57 + 49 + 62 + 53) / 5, 12);
    expect(found.exponential).toBe(true);
    expect(found.summary).toBe("half-life 5.8 steps (95 %: 5.0 to 6.9, 5 seeds), horizon 58 steps, R² 1.00");
  });

  it("contain the true slope as often as they say", () => {
    let inside = 0;
    const draws = randn([2000, 4], { dtype: "float64", generator: new Generator(1) }).data;
    for (let k = 0; k < 2000; k++) {
      const fit = fitExponential(decaying(-0.1).mean);
      const seeds = [0, 1, 2, 3].map((i) => ({
        ...decaying(-0.1),
        fit: fit && { ...fit, slope: -0.1 + 0.02 * draws[4 * k + i] },
      }));
      const { slope } = horizonNumbers(seeds, { confidence: 0.9 });
      inside += Number(slope.low <= -0.1 && -0.1 <= slope.high);
    }
    // 0.9 within four standard errors of 2000 trials.
    expect(Math.abs(inside / 2000 - 0.9)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / 2000));
  });

  it("say that a curve is not exponential", () => {
    const found = horizonNumbers([
      curve((n) => -1.5 * Math.log10(1 + n * n)),
      curve((n) => -Math.log10(1 + n * n * n)),
    ]);
    expect(found.exponential).toBe(false);
    expect(found.r2).toBeLessThan(0.9);
    expect(found.summary).toMatch(/^not exponential: R² 0\.\d\d \(2 seeds\), horizon/);
  });

  it("have no interval for one seed, and no numbers without a curve", () => {
    const one = horizonNumbers([decaying(-0.1)]);
    expect(one.halfLife).toEqual({ mean: expect.closeTo(Math.LN2 / 0.1, 10), low: Number.NaN, high: Number.NaN });
    expect(one.summary).toBe("half-life 6.9 steps (1 seed), horizon 69 steps, R² 1.00");
    const none = horizonNumbers([curve(() => Number.NaN)]);
    expect([none.fitted, none.exponential, none.summary]).toEqual([0, false, "no curve to fit (1 seed)"]);
  });

  it("take another epsilon, and real series", () => {
    expect(horizonNumbers([decaying(-0.1)], { epsilon: 0.5 }).horizon.mean).toBe(6);
    const x = randn([50, 2, 3], { generator: new Generator(1) });
    const flows = [1, 2].map((seed) => gradientFlow(new RNN(3, 8, { generator: new Generator(seed) }), x).joint);
    const { slope, seeds } = horizonNumbers(flows);
    expect(seeds).toBe(2);
    expect(slope.mean).toBeCloseTo(((flows[0].fit?.slope ?? 0) + (flows[1].fit?.slope ?? 0)) / 2, 12);
  });

  it("refuse no series at all", () => {
    expect(() => horizonNumbers([])).toThrow(OptionError);
    expect(() => horizonNumbers([decaying(-1)], { confidence: 1 })).toThrow(/confidence must lie between 0 and 1/);
  });
});
