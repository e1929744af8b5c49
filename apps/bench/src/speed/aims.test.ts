import { describe, expect, it } from "vitest";
import { atLeast, atMost } from "./aims.ts";

const spread = (median: number) => ({ median, p10: 0, p90: 100 });

describe("aims", () => {
  it("are judged by the median, the aim itself included", () => {
    expect(atLeast(8, spread(8))).toEqual({ of: "ratio", bound: "least", value: 8, met: true });
    expect(atLeast(8, spread(7.99)).met).toBe(false);
    expect(atMost(1e-6, spread(1e-6))).toEqual({ of: "seconds", bound: "most", value: 1e-6, met: true });
    expect(atMost(1e-6, spread(1.1e-6)).met).toBe(false);
  });

  it("are not met by what is no number", () => {
    expect(atLeast(8, spread(Number.NaN)).met).toBe(false);
    expect(atMost(1, spread(Number.NaN)).met).toBe(false);
  });
});
