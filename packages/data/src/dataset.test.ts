import { DTypeError, Generator, IndexError, OptionError, ShapeError, tensor } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dataset, fromArray, fromTensors, iterate, map } from "./dataset.ts";
import { concatDatasets, shuffled, skip, subset, take, windows } from "./subset.ts";

const letters = (): Dataset<string> => fromArray([..."abcdef"]);
const all = <T>(dataset: Dataset<T>): T[] => [...iterate(dataset)];

describe("datasets", () => {
  it("come from arrays, and see them change", () => {
    const values = [1, 2];
    const dataset = fromArray(values);
    values.push(3);
    expect(all(dataset)).toEqual([1, 2, 3]);
  });

  it("come from tensors with equally many rows", () => {
    const dataset = fromTensors(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([5, 6]),
    );
    const [x, y] = dataset.get(1);
    expect([dataset.length, x.toArray(), y.item()]).toEqual([2, [3, 4], 6]);
    expect(() => fromTensors(tensor([1, 2]), tensor([1]))).toThrow(
      "fromTensors: expected tensors with equally many rows, got [2] and [1]",
    );
    expect(() => fromTensors(tensor(1))).toThrow(ShapeError);
    expect(() => fromTensors()).toThrow("got none");
    expect(() => fromTensors([1] as never)).toThrow(DTypeError);
  });

  it("are mapped lazily, with the index", () => {
    let calls = 0;
    const dataset = map(letters(), (letter, index) => {
      calls++;
      return letter + index;
    });
    expect(calls).toBe(0);
    expect(dataset.get(2)).toBe("c2");
    expect(calls).toBe(1);
    expect(() => map(letters(), 3 as never)).toThrow("map: expected a function, got 3");
  });

  it("are taken, skipped, picked, joined and windowed", () => {
    expect(all(take(letters(), 2))).toEqual(["a", "b"]);
    expect(all(take(letters(), 99))).toHaveLength(6);
    expect(all(skip(letters(), 4))).toEqual(["e", "f"]);
    expect(all(skip(letters(), 99))).toEqual([]);
    expect(all(subset(letters(), [5, 0, 0]))).toEqual(["f", "a", "a"]);
    expect(all(concatDatasets([take(letters(), 1), take(letters(), 0), skip(letters(), 4)]))).toEqual(["a", "e", "f"]);
    expect(concatDatasets([]).length).toBe(0);
    expect(all(windows(letters(), { length: 3, stride: 2 })).map((w) => w.join(""))).toEqual(["abc", "cde"]);
    expect(windows(letters(), { length: 7 }).length).toBe(0);
  });

  it("are shuffled by seed, without loss", () => {
    const order = (seed: number): string => all(shuffled(letters(), { generator: new Generator(seed) })).join("");
    expect(order(1)).toBe(order(1));
    expect(order(1)).not.toBe(order(2));
    expect([...order(3)].sort().join("")).toBe("abcdef");
    const fixed = shuffled(letters(), { generator: new Generator(1) });
    expect(all(fixed)).toEqual(all(fixed));
  });

  it("compose like arrays do", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat({ max: 12 }), fc.nat({ max: 12 }), (values, a, b) => {
        const dataset = fromArray(values);
        expect(all(take(skip(dataset, a), b))).toEqual(values.slice(a, a + b));
        expect(all(concatDatasets([take(dataset, a), skip(dataset, a)]))).toEqual(values);
      }),
      { seed: 1 },
    );
  });

  it("refuse indices outside, and what is no dataset", () => {
    const pieces = [
      letters(),
      take(letters(), 6),
      subset(letters(), [0]),
      concatDatasets([letters()]),
      fromTensors(tensor([1])),
    ];
    for (const dataset of [...pieces, map(letters(), String), windows(letters(), { length: 2 })]) {
      for (const index of [-1, 6, 0.5, Number.NaN]) expect(() => dataset.get(index)).toThrow(IndexError);
    }
    expect(() => subset(letters(), [6])).toThrow("subset: expected an index in [0, 6), got 6");
    expect(() => take([1, 2] as never, 1)).toThrow(
      "take: expected a dataset with length and get, got [1, 2]; use fromArray",
    );
    expect(() => skip(undefined as never, 1)).toThrow(DTypeError);
    expect(() => take(letters(), -1)).toThrow(OptionError);
    expect(() => windows(letters(), { length: 0 })).toThrow("windows: length must be a whole number >= 1, got 0");
    expect(() => windows(letters(), { size: 1 } as never)).toThrow("unknown option size");
    expect(() => shuffled(letters(), { seed: 1 } as never)).toThrow(OptionError);
  });
});
