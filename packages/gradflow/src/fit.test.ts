import { OptionError } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { fitExponential, horizonOf } from "./fit.ts";

/** A curve over `lags` lags, in base-10 logarithms. */
const curve = (lags: number, log10: (n: number) => number) => Float64Array.from({ length: lags }, (_, n) => log10(n));

describe("fitExponential", () => {
  it("finds a decay with its half-life", () => {
    const fit = fitExponential(curve(100, (n) => n * Math.log10(0.5)));
    expect(fit?.slope).toBeCloseTo(-Math.LN2, 12);
    expect(fit?.factor).toBeCloseTo(0.5, 12);
    expect(fit?.halfLife).toBeCloseTo(1, 12);
    expect(fit?.r2).toBeCloseTo(1, 12);
    expect(fit?.exponential).toBe(true);
  });

  it("finds a growth, which has no half-life", () => {
    const fit = fitExponential(curve(50, (n) => -3 + n * Math.log10(1.5)));
    expect(fit?.factor).toBeCloseTo(1.5, 12);
    expect(fit?.halfLife).toBe(Number.POSITIVE_INFINITY);
    expect(fit?.exponential).toBe(true);
  });

  it("leaves out the first 5 % of lags, rounded up", () => {
    for (const [lags, from] of [
      [20, 1],
      [21, 2],
      [100, 5],
      [140, 7],
      [1000, 50],
    ]) {
      const fit = fitExponential(curve(lags, (n) => (n < from ? 40 : -n)));
      expect([fit?.from, fit?.to]).toEqual([from, lags - 1]);
      expect(fit?.slope).toBeCloseTo(-Math.LN10, 9);
    }
  });

  it("stops at the first exact zero or NaN, and takes nothing behind it", () => {
    for (const end of [Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY]) {
      const fit = fitExponential(curve(40, (n) => (n === 20 ? end : n > 20 ? 5 : -n)));
      expect([fit?.from, fit?.to]).toEqual([2, 19]);
      expect(fit?.factor).toBeCloseTo(0.1, 12);
    }
  });

  it("calls a flat line exponential with factor 1", () => {
    const fit = fitExponential(curve(200, (n) => -2 + (n % 3) * 1e-15));
    expect(fit).toMatchObject({ slope: 0, factor: 1, halfLife: Number.POSITIVE_INFINITY, r2: 1, exponential: true });
  });

  it("does not take a zigzag without a trend for a flat line", () => {
    // Symmetric about its middle: the slope is 0, and the line explains nothing.
    const fit = fitExponential(Float64Array.from([0, 1, -1, 1, -1, 1]));
    expect(fit?.slope).toBeCloseTo(0, 12);
    expect(fit?.r2).toBeLessThan(0.1);
    expect(fit?.exponential).toBe(false);
  });

  it("gives nothing for fewer than two points", () => {
    for (const log10 of [[], [0], [0, -1], [0, Number.NEGATIVE_INFINITY, -2], [Number.NaN, Number.NaN]])
      expect(fitExponential(Float64Array.from(log10))).toBeUndefined();
    expect(fitExponential(Float64Array.from([0, -1, -2]))?.factor).toBeCloseTo(0.1, 12);
  });

  it("finds that a power law is not exponential", () => {
    const law = (n: number) => -1.5 * Math.log10(1 + (2 * 0.25 * n) / 3);
    const fit = fitExponential(curve(2000, law));
    expect(fit?.r2).toBeLessThan(0.9);
    expect(fit?.exponential).toBe(false);
  });
});

describe("fitExponential and horizonOf refuse", () => {
  it.each([
    [5, "number 5"],
    [[0, -1, -2], "an array"],
    [undefined, "undefined"],
  ])("%j for a curve", (wrong, got) => {
    for (const measure of [fitExponential, horizonOf])
      expect(() => measure(wrong as unknown as Float64Array)).toThrow(
        new OptionError(`${measure.name}: log10 must be a Float64Array, got ${got}`),
      );
  });
});

describe("horizonOf", () => {
  it("is the largest lag with more than epsilon of the start", () => {
    const halves = curve(50, (n) => -7 + n * Math.log10(0.5));
    // 2^-9 is more than a thousandth, 2^-10 less.
    expect(horizonOf(halves)).toBe(9);
    expect(horizonOf(halves, 0.2)).toBe(2);
    expect(horizonOf(curve(50, () => -4))).toBe(49);
    expect(horizonOf(Float64Array.from([0, -5, -6]))).toBe(0);
  });

  it("finds the last such lag of a curve that comes back", () => {
    expect(horizonOf(Float64Array.from([0, -4, -1, -9]))).toBe(2);
  });

  it("starts at the first point that is not an exact zero", () => {
    expect(horizonOf(Float64Array.from([Number.NEGATIVE_INFINITY, -2, -4, -6]))).toBe(2);
    expect(horizonOf(Float64Array.from([Number.NEGATIVE_INFINITY, Number.NaN]))).toBeUndefined();
    expect(horizonOf(new Float64Array(0))).toBeUndefined();
  });

  it("refuses an epsilon that no share can exceed", () => {
    for (const epsilon of [0, 1, -1, Number.NaN])
      expect(() => horizonOf(new Float64Array(3), epsilon)).toThrow("horizonOf: epsilon must lie between 0 and 1, got");
  });
});
