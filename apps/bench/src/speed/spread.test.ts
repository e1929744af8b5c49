import { describe, expect, it } from "vitest";
import { ratios, spreadOf } from "./spread.ts";

describe("spreadOf", () => {
  it("is the median and the deciles, whatever the order", () => {
    expect(spreadOf([5, 1, 9, 3, 7, 11, 2, 10, 6, 4, 8])).toEqual({ median: 6, p10: 2, p90: 10 });
    expect(spreadOf([1, 2])).toMatchObject({ median: 1.5 });
    expect(spreadOf([4])).toEqual({ median: 4, p10: 4, p90: 4 });
  });

  it("leaves the values as they are, and needs some", () => {
    const values = [3, 1, 2];
    spreadOf(values);
    expect(values).toEqual([3, 1, 2]);
    expect(() => spreadOf([])).toThrow();
  });
});

describe("ratios", () => {
  it("compares within rounds, so that a slow round changes nothing", () => {
    expect(ratios([8, 80, 8], [2, 20, 2])).toEqual([4, 4, 4]);
  });

  it("refuses samples of other rounds", () => {
    expect(() => ratios([1, 2], [1])).toThrow("expected samples of the same rounds, got 2 and 1");
  });
});
