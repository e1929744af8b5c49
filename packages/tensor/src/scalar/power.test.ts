import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { power } from "./power.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("power", () => {
  // The special cases of IEEE 754's pow.
  it.each([
    [nan, 0, 1],
    [1, nan, 1],
    [-1, nan, nan],
    [2, nan, nan],
    [nan, 2, nan],
    [-1, inf, 1],
    [-1, -inf, 1],
    [1, inf, 1],
    [0.5, inf, 0],
    [-0.5, -inf, inf],
    [-2, inf, inf],
    [0, -1, inf],
    [-0, -1, -inf],
    [-0, -2, inf],
    [-0, 3, -0],
    [0, -0.5, inf],
    [0, 0.25, 0],
    [inf, -1, 0],
    [inf, 0.5, inf],
    [-inf, 3, -inf],
    [-inf, 2, inf],
    [-inf, 0.5, inf],
    [-inf, -0.5, 0],
    [-8, 1 / 3, nan],
    [-2, 2001, -inf],
    [-2, 2000, inf],
    [-1, 3001, -1],
  ])("%s to the %s is %s", (x, y, expected) => {
    expect(power(x, y)).toBe(expected);
  });

  it("is exact for whole powers that a double holds", () => {
    for (let n = 0, product = 1n; n <= 1023; n++, product *= 2n) expect(power(2, n)).toBe(Number(product));
    for (let n = 0, product = 1n; n <= 22; n++, product *= 10n) expect(power(10, n)).toBe(Number(product));
    expect([power(-3, 3), power(-3, 4), power(7, 1), power(2, -3)]).toEqual([-27, 81, 7, 0.125]);
  });

  it("is as near as it says", () => {
    // Quarter powers, by products of the fourth root, which 80 factors carry to 1e-14.
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 1e5, noNaN: true }), fc.integer({ min: -80, max: 80 }), (x, quarters) => {
        const root = Math.sqrt(Math.sqrt(x));
        let product = 1;
        for (let k = 0; k < Math.abs(quarters); k++) product *= root;
        const expected = quarters < 0 ? 1 / product : product;
        expect(Math.abs(power(x, quarters / 4) / expected - 1)).toBeLessThan(1e-13);
      }),
      { seed: 6, numRuns: 1000 },
    );
  });
});
