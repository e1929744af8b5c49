import { Generator, OptionError } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { fromArray, iterate } from "./dataset.ts";
import { randomSplit, sequentialSplit } from "./split.ts";

const numbers = (count: number) => fromArray(Array.from({ length: count }, (_, i) => i));

describe("splits", () => {
  it("share out every sample once, in an order that the seed decides", () => {
    const parts = (seed: number): number[][] =>
      randomSplit(numbers(10), [0.7, 0.3], { generator: new Generator(seed) }).map((part) => [...iterate(part)]);
    expect(parts(1).map((part) => part.length)).toEqual([7, 3]);
    expect(
      parts(1)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(parts(1)).toEqual(parts(1));
    expect(parts(1)).not.toEqual(parts(2));
  });

  it("cut series in order", () => {
    expect(sequentialSplit(numbers(5), [3, 2]).map((part) => [...iterate(part)])).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it("give what fractions leave over to the parts in turn, as PyTorch does", () => {
    const sizes = (count: number, fractions: number[]): number[] =>
      sequentialSplit(numbers(count), fractions).map(({ length }) => length);
    expect(sizes(10, [1 / 3, 1 / 3, 1 / 3])).toEqual([4, 3, 3]);
    expect(sizes(11, [0.5, 0.25, 0.25])).toEqual([6, 3, 2]);
    expect(sizes(100, [0.29, 0.71])).toEqual([29, 71]);
    expect(sizes(0, [0.9, 0.1])).toEqual([0, 0]);
    expect(sizes(1, [1])).toEqual([1]);
  });

  it("must add up", () => {
    for (const lengths of [[3, 3], [0.5, 0.4], [-1, 6], [2.5, 2.5], [], [Number.NaN]])
      expect(() => sequentialSplit(numbers(5), lengths)).toThrow(OptionError);
    expect(() => randomSplit(numbers(5), [3, 3])).toThrow(
      "randomSplit: expected counts that sum to 5 or fractions that sum to 1, got [3, 3]",
    );
  });
});
