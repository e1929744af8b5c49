import { describe, expect, it } from "vitest";
import { decimate } from "./decimate.ts";
import { compact, normText } from "./numbers.ts";
import { spread } from "./place-labels.ts";
import { extentOf, keptAt, spokenLag } from "./series.ts";

describe("a norm from its log10", () => {
  it.each([
    [-6.4943, "3.204e−7"],
    [0, "1.000"],
    [Math.log10(0.25), "0.2500"],
    [-900.5, "3.162e−901"],
    [-4.00000001, "1.000e−4"],
    [Number.NEGATIVE_INFINITY, "0"],
    [Number.NaN, "not finite"],
    [Number.POSITIVE_INFINITY, "not finite"],
  ])("%d is %s", (log10, text) => expect(normText(log10)).toBe(text));

  it("is short on axes", () => expect([0, 950, 2500, 3.2e9].map(compact)).toEqual(["0", "950", "2.5 k", "3.2 G"]));
});

describe("labels beside each other", () => {
  it("keep their order, a gap and the range", () => {
    const placed = spread([50, 52, 51, 199], 20, 0, 200);
    expect(placed[0]).toBeLessThan(placed[2]);
    expect(placed[2]).toBeLessThan(placed[1]);
    const down = placed.toSorted((a, b) => a - b);
    for (let k = 1; k < down.length; k++) expect(down[k] - down[k - 1]).toBeGreaterThanOrEqual(20);
    expect(Math.max(...placed)).toBeLessThanOrEqual(200);
  });

  it("stay where they want to be when there is room", () => expect(spread([10, 90], 20, 0, 100)).toEqual([10, 90]));
});

describe("fewer points of a line", () => {
  const x = Float64Array.from({ length: 5000 }, (_, k) => k);
  const y = x.map((k) => Math.sin(k / 300) + (k === 2345 ? 40 : 0));

  it("keep both ends, the order, and a peak of one point", () => {
    const chosen = decimate(x, y, x.length, 100);
    expect(chosen).toHaveLength(100);
    expect([chosen[0], chosen.at(-1)]).toEqual([0, 4999]);
    expect(chosen).toContain(2345);
    expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
  });

  it("are all of them when they are few", () => expect(decimate(x, y, 4, 100)).toEqual([0, 1, 2, 3]));
});

describe("series", () => {
  it("have an extent of what is finite", () => {
    expect(
      extentOf([
        [Number.NaN, 2],
        [Number.NEGATIVE_INFINITY, -3],
      ]),
    ).toEqual([-3, 2]);
    expect(extentOf([[Number.NaN]])).toBeUndefined();
  });

  it("speak of 50 steps, or of the last, unless a lag is chosen", () => {
    expect([spokenLag(null, 100), spokenLag(null, 20), spokenLag(7, 20), spokenLag(70, 20)]).toEqual([50, 20, 7, 20]);
  });

  it("are compared with their start", () => {
    const curve = { mean: Float32Array.of(1, -2), p10: new Float32Array(2), p90: new Float32Array(2) };
    expect(
      keptAt({ ...curve, zeros: new Uint8Array(2), invalid: new Uint8Array(2), fit: null, horizon: null }, 9),
    ).toBe(-3);
  });
});
