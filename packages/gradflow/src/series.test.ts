import { describe, expect, it } from "vitest";
import { seriesOf } from "./series.ts";

const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY];

describe("seriesOf", () => {
  it("averages logarithms, so that one exploding sample does not dominate", () => {
    const series = seriesOf([[-3, -3, -3, 9]]);
    expect(series.mean[0]).toBe(0);
    // The logarithm of the mean would be 8.4.
    expect(Math.log10((3e-3 + 1e9) / 4)).toBeGreaterThan(8);
  });

  it("gives the band where 10 % and 90 % of the samples lie", () => {
    const { p10, p90 } = seriesOf([[5, 1, 4, 2, 3, 10, 9, 8, 7, 6].map((value) => -value)]);
    // Between the nearest samples, in proportion, as NumPy does by default.
    expect(p10[0]).toBeCloseTo(-9.1, 12);
    expect(p90[0]).toBeCloseTo(-1.9, 12);
    const alone = seriesOf([[-2], [-4]]);
    expect([...alone.p10, ...alone.mean, ...alone.p90]).toEqual([-2, -4, -2, -4, -2, -4]);
  });

  it("counts exact zeros and invalid numbers apart, and leaves them out of the mean", () => {
    const series = seriesOf([
      [-1, -infinity, nan, infinity],
      [-2, -4, -infinity, undefined],
      [-infinity, -infinity, undefined, undefined],
      [nan, -infinity, undefined, undefined],
    ]);
    expect(Array.from(series.underflow)).toEqual([1, 1, 2, 1]);
    expect(Array.from(series.invalid)).toEqual([2, 0, 0, 1]);
    expect(Array.from(series.mean)).toEqual([-1, -3, -infinity, nan]);
    expect(Array.from(series.perSample.subarray(0, 8))).toEqual([-1, -infinity, nan, infinity, -2, -4, -infinity, nan]);
  });

  it("fits and measures the mean", () => {
    const series = seriesOf(Array.from({ length: 40 }, (_, n) => [-n / 10 - 1, -n / 10 + 1]));
    expect(series.fit?.slope).toBeCloseTo(-Math.LN10 / 10, 12);
    expect(series.horizon).toBe(29);
  });

  it("fits the mean only while every sample has a gradient", () => {
    // The second sample is lost at lag 16: from there on the mean is that of the first, three decades above.
    const series = seriesOf(Array.from({ length: 40 }, (_, n) => [-n / 10, n < 16 ? -n / 10 - 6 : -infinity]));
    expect(series.mean[20]).toBeGreaterThan(series.mean[15]);
    expect([series.fit?.from, series.fit?.to]).toEqual([2, 15]);
    expect(series.fit?.slope).toBeCloseTo(-Math.LN10 / 10, 12);
    expect(series.horizon).toBe(15);
  });
});
