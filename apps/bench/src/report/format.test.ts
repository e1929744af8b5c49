import { describe, expect, it } from "vitest";
import type { FlowSummary } from "../gradflow/summary.ts";
import { count, duration, fixed, halfLifeText, listed, metricText, powerOfTen, significant } from "./format.ts";

describe("powerOfTen", () => {
  it("writes exponents raised", () => {
    expect([-12, -1, 0, 3].map(powerOfTen)).toEqual(["10⁻¹²", "10⁻¹", "1", "10³"]);
  });
});

describe("fixed", () => {
  it("has a true minus sign, and none before zero", () => {
    expect(fixed(-1.26, 1)).toBe("−1.3");
    expect(fixed(-0.04, 1)).toBe("0.0");
  });

  it("is a dash for no number", () => {
    expect([null, undefined, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => fixed(value, 2))).toEqual(
      new Array(4).fill("–"),
    );
  });
});

describe("significant", () => {
  it("keeps so many digits", () => {
    expect([0.12345, 1.2345, 12.345, 123.45, 0].map((value) => significant(value, 3))).toEqual([
      "0.123",
      "1.23",
      "12.3",
      "123",
      "0",
    ]);
  });

  it("turns to powers of ten where zeros would be counted", () => {
    expect(significant(1.234e-7, 3)).toBe("1.23 × 10⁻⁷");
    expect(significant(-2e9, 2)).toBe("−2.0 × 10⁹");
  });
});

describe("halfLifeText", () => {
  const flow = (halfLife: number | null, decayPerStep: number | null): FlowSummary => ({
    step: 0,
    logs: {},
    decayPerStep,
    halfLife,
    jointHalfLife: halfLife,
    r2: 1,
    exponential: true,
    horizon: 0,
  });

  it("tells what loses nothing from what could not be fitted", () => {
    expect(halfLifeText(flow(2.345, 0.7))).toBe("2.35");
    expect(halfLifeText(flow(null, 1.01))).toBe("∞");
    expect(halfLifeText(flow(null, null))).toBe("–");
  });
});

describe("metricText", () => {
  it("has more decimals below 1", () => {
    expect([0.18174, 3.2721, null].map(metricText)).toEqual(["0.1817", "3.272", "–"]);
  });
});

describe("words", () => {
  it("count one and many", () => {
    expect([0, 1, 2, 2000].map((value) => count(value, "run"))).toEqual(["0 runs", "1 run", "2 runs", "2,000 runs"]);
  });

  it("lists and counts time", () => {
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
    expect(listed(["a"])).toBe("a");
    expect([12.4, 60, 151.4, 7199, 11_100].map(duration)).toEqual([
      "12 s",
      "1 min 0 s",
      "2 min 31 s",
      "2 h 0 min",
      "3 h 5 min",
    ]);
  });
});
