import { DTypeError, Generator, OptionError } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { type AddingVariant, addingChance, addingTask } from "./adding.ts";

interface Sequence {
  numbers: number[];
  markers: number[];
  y: number;
}

/** The sequences of a batch one by one, without padding. */
function sequences(variant: AddingVariant, length: number, batchSize: number, seed: number): Sequence[] {
  const { x, y, lengths } = addingTask({
    length,
    batchSize,
    variant,
    generator: new Generator(seed),
    dtype: "float64",
  });
  return Array.from(lengths.data, (steps, b) => {
    const channel = (c: number): number[] =>
      Array.from({ length: steps }, (_, t) => x.data[(t * batchSize + b) * 2 + c]);
    return { numbers: channel(0), markers: channel(1), y: y.data[b] };
  });
}

const marked = ({ markers }: Sequence): number[] => markers.flatMap((marker, t) => (marker === 1 ? [t] : []));

describe("addingTask", () => {
  it("has the shapes and dtypes that it says", () => {
    const { x, y, lengths } = addingTask({ length: 7, batchSize: 3, generator: new Generator(1) });
    expect([x.shape, y.shape, lengths.shape]).toEqual([[7, 3, 2], [3, 1], [3]]);
    expect([x.dtype, y.dtype, lengths.dtype]).toEqual(["float32", "float32", "int32"]);
    expect(lengths.toArray()).toEqual([7, 7, 7]);
  });

  it.each(["halves", "anywhere"] as const)("%s: two marked numbers from [0, 1) make the answer", (variant) => {
    for (const sequence of sequences(variant, 9, 500, 2)) {
      const [first, second, ...more] = marked(sequence);
      expect(more).toEqual([]);
      expect(sequence.y).toBe(sequence.numbers[first] + sequence.numbers[second]);
      expect(sequence.markers.reduce((a, b) => a + b)).toBe(2);
      expect(sequence.numbers.every((n) => n >= 0 && n < 1)).toBe(true);
    }
  });

  it("halves: one mark in each half, every step of it equally often", () => {
    const hits = new Array<number>(9).fill(0);
    for (const sequence of sequences("halves", 9, 6000, 3)) {
      const [first, second] = marked(sequence);
      expect(first).toBeLessThan(4);
      expect(second).toBeGreaterThanOrEqual(4);
      hits[first]++;
      hits[second]++;
    }
    // Four standard deviations of a count of 6000 draws.
    for (const [t, count] of hits.entries()) expect(Math.abs(count - (t < 4 ? 1500 : 1200))).toBeLessThan(4 * 34);
  });

  it("anywhere: every pair of steps equally often", () => {
    const hits = new Map<string, number>();
    for (const sequence of sequences("anywhere", 5, 10_000, 4)) {
      const key = marked(sequence).join();
      hits.set(key, (hits.get(key) ?? 0) + 1);
    }
    expect(hits.size).toBe(10);
    for (const count of hits.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * 30);
  });

  it("original: lengths, markers and target of the 1997 paper", () => {
    const seen = { lengths: new Set<number>(), first: new Set<number>(), zeroed: 0 };
    for (const sequence of sequences("original", 40, 1500, 5)) {
      const { numbers, markers, y } = sequence;
      seen.lengths.add(markers.length);
      expect([markers[0], markers.at(-1)]).toEqual([-1, -1]);
      const marks = marked(sequence);
      // A marked first step shows as -1 and counts as nothing.
      const zeroed = marks.length === 1;
      if (zeroed) {
        seen.zeroed++;
        expect(numbers[0]).toBe(0);
      } else expect(marks).toHaveLength(2);
      for (const t of marks) seen.first.add(t);
      // One mark among the first ten; the other among the first 19 unmarked, so within the first 20 steps.
      expect(zeroed || marks[0] < 10).toBe(true);
      expect(Math.max(...marks)).toBeLessThan(20);
      expect(y).toBeCloseTo(0.5 + marks.reduce((sum, t) => sum + numbers[t], 0) / 4, 15);
      expect(numbers.every((n) => n >= -1 && n < 1)).toBe(true);
      expect(markers.filter((marker) => marker === 0)).toHaveLength(markers.length - 2 - marks.length);
    }
    expect([...seen.lengths].sort()).toEqual([40, 41, 42, 43, 44]);
    expect(seen.first.size).toBe(19);
    // 1/10 + 9/10 / 19 = 0.1474 of 1500.
    expect(Math.abs(seen.zeroed - 221)).toBeLessThan(4 * 13.7);
  });

  it("original: pads shorter sequences with 0", () => {
    const { x, lengths } = addingTask({ length: 30, batchSize: 20, variant: "original", generator: new Generator(6) });
    expect(x.shape).toEqual([33, 20, 2]);
    for (const [b, steps] of Array.from(lengths.data).entries())
      for (let t = steps; t < 33; t++) expect([x.data[(t * 20 + b) * 2], x.data[(t * 20 + b) * 2 + 1]]).toEqual([0, 0]);
  });

  it("follows the seed, and goes on with the generator", () => {
    const generator = new Generator(7);
    const options = { length: 5, batchSize: 2 };
    const [first, second] = [addingTask({ ...options, generator }), addingTask({ ...options, generator })];
    expect(addingTask({ ...options, generator: new Generator(7) }).x.toArray()).toEqual(first.x.toArray());
    expect(second.x.toArray()).not.toEqual(first.x.toArray());
  });

  it("refuses wrong options", () => {
    expect(() => addingTask({ length: 1, batchSize: 1 })).toThrow(
      "addingTask: length must be a whole number >= 2, got 1",
    );
    expect(() => addingTask({ length: 10, batchSize: 1, variant: "original" })).toThrow(
      "length must be a whole number >= 11",
    );
    expect(() => addingTask({ length: 5, batchSize: 0 })).toThrow(OptionError);
    expect(() => addingTask({ length: 5, batchSize: 1, variant: "half" as never })).toThrow(
      'variant must be "halves" or "anywhere" or "original", got "half"',
    );
    expect(() => addingTask({ length: 5, batchSize: 1, dtype: "int32" as never })).toThrow(DTypeError);
    expect(() => addingTask({ length: 5, batchsize: 1 } as never)).toThrow("did you mean batchSize");
  });
});

describe("addingChance", () => {
  it("is 1/6 for sums of two uniform numbers", () => {
    expect(addingChance()).toBe(1 / 6);
    expect(addingChance({ variant: "anywhere", length: 50 })).toBe(1 / 6);
  });

  it.each([
    ["halves" as const, 20, 11],
    ["anywhere" as const, 20, 12],
    ["original" as const, 20, 13],
    ["original" as const, 41, 14],
  ])("%s, T = %i: is what always answering the mean costs, by 20,000 samples", (variant, length, seed) => {
    const count = 20_000;
    const y = sequences(variant, length, count, seed).map((sequence) => sequence.y);
    const mean = y.reduce((a, b) => a + b) / count;
    const expected = addingChance({ variant, length });
    const answer = variant === "original" ? 0.5 : 1;
    const squares = y.map((value) => (value - answer) * (value - answer));
    const error = squares.reduce((a, b) => a + b) / count;
    const spread = Math.sqrt(squares.reduce((a, b) => a + (b - error) * (b - error), 0) / count / count);
    // Four standard errors, which are about 0.9 percent of the value.
    expect(Math.abs(error - expected)).toBeLessThan(4 * spread);
    expect(spread).toBeLessThan(0.015 * expected);
    expect(Math.abs(mean - answer)).toBeLessThan(4 * Math.sqrt(expected / count));
  });

  it("asks for the length that the original needs", () => {
    expect(() => addingChance({ variant: "original" })).toThrow(OptionError);
    expect(() => addingChance({ steps: 3 } as never)).toThrow(OptionError);
  });
});
