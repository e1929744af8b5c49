import { describe, expect, it } from "vitest";
import { erf, polynomial } from "./erf.ts";

describe("erf", () => {
  // Abramowitz and Stegun, table 7.1, and Wolfram's values to 16 digits.
  it.each([
    [0, 0],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [0.8, 0.7421009647076605],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
    [5, 0.9999999999984626],
    [7, 1],
    [Number.POSITIVE_INFINITY, 1],
  ])("of %s is %s, and of the negative its negative", (x, value) => {
    expect(Math.abs(erf(x) - value)).toBeLessThanOrEqual(1.2e-16);
    expect(erf(-x)).toBe(-erf(x));
  });

  it("passes NaN on and keeps the sign of 0", () => {
    expect(erf(Number.NaN)).toBeNaN();
    expect(erf(-0)).toBe(-0);
  });

  it("keeps its digits near 0", () => {
    for (const x of [1e-5, 1e-10, 1e-300]) {
      const expected = (2 / Math.sqrt(Math.PI)) * (x - (x * x * x) / 3);
      expect(Math.abs(erf(x) / expected - 1)).toBeLessThan(1e-15);
    }
  });

  it.each([0.84375, 1.25, 1 / 0.35, 6])("joins its two formulas at %s", (x) => {
    const step = x * Number.EPSILON;
    const jump = Math.abs(erf(x) - erf(x - step));
    expect(jump).toBeLessThanOrEqual(2 * Number.EPSILON);
  });

  it("rises", () => {
    let last = -1;
    for (let x = -5.5; x < 5.5; x += 0.01) {
      expect(erf(x)).toBeGreaterThan(last);
      last = erf(x);
    }
  });
});

describe("polynomial", () => {
  it("takes the lowest coefficient first", () => {
    expect(polynomial([1, 2, 3], 2)).toBe(17);
    expect(polynomial([], 2)).toBe(0);
  });
});
