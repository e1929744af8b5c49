import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IndexError, ShapeError } from "./errors.ts";
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  formatShape,
  normalizeDim,
  sameShape,
  sizeOf,
  stridesOf,
} from "./shape.ts";

describe("shapes", () => {
  it("have a size, strides and a text", () => {
    expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3]), sizeOf([2, 0])]).toEqual([1, 3, 6, 0]);
    expect([stridesOf([]), stridesOf([5]), stridesOf([2, 3, 4])]).toEqual([[], [1], [12, 4, 1]]);
    expect([formatShape([]), formatShape([2, 3])]).toEqual(["[]", "[2, 3]"]);
  });

  it("are the same when all sizes are", () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
  });

  it("are copied when checked", () => {
    const shape = [2, 3];
    expect(checkShape("f", shape)).toEqual(shape);
    expect(checkShape("f", shape)).not.toBe(shape);
  });

  it.each([
    [undefined, "f: expected a shape such as [2, 3], got undefined"],
    [6, "f: expected a shape such as [2, 3], got number 6"],
    ["23", 'f: expected a shape such as [2, 3], got string "23"'],
    [[1.5], "f: sizes must be whole numbers >= 0, got [1.5]"],
    [["2"], "f: sizes must be whole numbers >= 0, got [2]"],
    [[Number.POSITIVE_INFINITY], "f: sizes must be whole numbers >= 0, got [Infinity]"],
  ])("%j is none", (shape, message) => {
    expect(() => checkShape("f", shape)).toThrow(new ShapeError(message));
  });
});

describe("normalizeDim", () => {
  it("counts from either end", () => {
    expect([0, 1, 2, -1, -2, -3].map((dim) => normalizeDim("f", dim, 3))).toEqual([0, 1, 2, 2, 1, 0]);
  });

  it.each([
    [3, 3, "f: no axis 3, expected one in [-3, 2]"],
    [-4, 3, "f: no axis -4, expected one in [-3, 2]"],
    [0.5, 3, "f: no axis 0.5, expected one in [-3, 2]"],
    [Number.NaN, 1, "f: no axis NaN, expected one in [-1, 0]"],
    [0, 0, "f: no axis 0, a scalar has none"],
    ["0" as never, 1, 'f: no axis string "0", expected one in [-1, 0]'],
  ])("refuses %s of rank %s", (dim, rank, message) => {
    expect(() => normalizeDim("f", dim, rank)).toThrow(new IndexError(message));
  });
});

/** NumPy's rule, written down once more: pad on the left with 1, then take what is not 1. */
function naive(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const at = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
  const sizes = Array.from({ length: rank }, (_, axis) => [at(a, axis), at(b, axis)]);
  if (sizes.some(([p, q]) => p !== q && p !== 1 && q !== 1)) return undefined;
  return sizes.map(([p, q]) => (p === 1 ? q : p));
}

describe("broadcasting shapes", () => {
  const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });

  it("follows NumPy's rule for two", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const expected = naive(a, b);
        if (expected === undefined) expect(() => broadcastShapes("f", [a, b])).toThrow(ShapeError);
        else expect(broadcastShapes("f", [a, b])).toEqual(expected);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("of three is broadcasting twice", () => {
    fc.assert(
      fc.property(shape, shape, shape, (a, b, c) => {
        const ab = naive(a, b);
        const expected = ab === undefined ? undefined : naive(ab, c);
        if (expected === undefined) expect(() => broadcastShapes("f", [a, b, c])).toThrow(ShapeError);
        else expect(broadcastShapes("f", [a, b, c])).toEqual(expected);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it("of none is a scalar", () => {
    expect(broadcastShapes("f", [])).toEqual([]);
  });

  it("names all shapes when they do not fit", () => {
    expect(() => broadcastShapes("add", [[2, 3], [2], [3]])).toThrow(
      new ShapeError("add: shapes do not broadcast, got [2, 3] and [2] and [3]"),
    );
  });

  it("has stride 0 along what is stretched", () => {
    expect(broadcastStrides([3, 1], [2, 3, 4])).toEqual([0, 1, 0]);
    expect(broadcastStrides([], [2, 3])).toEqual([0, 0]);
    expect(broadcastStrides([1, 3], [1, 3])).toEqual([3, 1]);
  });
});
