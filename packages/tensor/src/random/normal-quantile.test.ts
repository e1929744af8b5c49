import { describe, expect, it } from "vitest";
import { erf } from "../scalar/erf.ts";
import { normalQuantile } from "./normal-quantile.ts";

describe("normalQuantile", () => {
  // From tables of the normal distribution, and from Python's statistics.NormalDist().inv_cdf.
  it.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.025, -1.959963984540054],
    [0.9, 1.2815515655446004],
    [0.1, -1.2815515655446004],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [0.925, 1.439531470938456],
    [0.07, -1.4757910281791702],
    [1e-10, -6.361340902404056],
    [1e-20, -9.262340089798405],
  ])("of %s is %s", (p, x) => {
    expect(Math.abs(normalQuantile(p) - x)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(x)));
  });

  it("undoes the distribution function", () => {
    for (let x = -4; x <= 4; x += 0.125) {
      const p = 0.5 * (1 + erf(x / Math.SQRT2));
      // An error e of p moves x by e / density, and 1 + erf has an error of 1e-16.
      const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
      expect(Math.abs(normalQuantile(p) - x)).toBeLessThanOrEqual(3e-16 / density + 1e-15);
    }
  });

  it("is odd about 1/2, and rises", () => {
    let last = Number.NEGATIVE_INFINITY;
    for (let k = 1; k < 1024; k++) {
      const x = normalQuantile(k / 1024);
      expect(normalQuantile(1 - k / 1024)).toBe(0 - x);
      expect(x).toBeGreaterThan(last);
      last = x;
    }
  });

  it("is finite at both ends of what a draw can be", () => {
    expect(normalQuantile(0.5 / 0x20000000000000)).toBeCloseTo(-8.2924, 3);
    expect(normalQuantile(1 - Number.EPSILON / 2)).toBeCloseTo(8.2095, 3);
  });
});
