import { describe, expect, it } from "vitest";
import { groupOf, normalizeDims, runsOf } from "./groups.ts";

describe("groups of axes", () => {
  it("split a shape into what lies before, within and after", () => {
    expect(groupOf([2, 3, 4], 1)).toEqual({ outer: 2, n: 3, inner: 4 });
    expect(groupOf([2, 3, 4], 0, 1)).toEqual({ outer: 1, n: 6, inner: 4 });
    expect(groupOf([2, 3, 4], 2)).toEqual({ outer: 6, n: 4, inner: 1 });
    expect(groupOf([], 0)).toEqual({ outer: 1, n: 1, inner: 1 });
  });

  it("are sorted and counted from the front", () => {
    expect(normalizeDims("f", undefined, 3)).toEqual([0, 1, 2]);
    expect(normalizeDims("f", -1, 3)).toEqual([2]);
    expect(normalizeDims("f", [2, -3], 3)).toEqual([0, 2]);
    expect(normalizeDims("f", [], 3)).toEqual([]);
    expect(normalizeDims("f", undefined, 0)).toEqual([]);
  });

  it("fall into runs of neighbours, the last run first", () => {
    expect(runsOf([0, 1, 3])).toEqual([
      [3, 3],
      [0, 1],
    ]);
    expect(runsOf([])).toEqual([]);
  });
});
