import { arange, cast, DTypeError, OptionError, ShapeError, slice, type Tensor, tensor } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { iterate } from "../dataset.ts";
import { DataError } from "../errors.ts";
import { MinMaxScaler } from "./min-max-scaler.ts";
import { slidingWindows } from "./sliding-windows.ts";
import { StandardScaler } from "./standard-scaler.ts";
import { walkForwardSplits } from "./walk-forward.ts";

const reload = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const expectClose = (actual: Tensor, expected: number[], digits: number): void => {
  expect(actual.size).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual.data[i]).toBeCloseTo(value, digits);
};

describe("slidingWindows", () => {
  it("are pieces of the series and what came after them", () => {
    const windows = [...iterate(slidingWindows(arange(6), { length: 3 }))];
    expect(windows.map(({ input }) => input.toArray())).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
    ]);
    expect(windows.map(({ target }) => target.toArray())).toEqual([[3], [4], [5]]);
  });

  it("keep features, share the values, step by stride", () => {
    const series = tensor([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
    ]);
    const windows = slidingWindows(series, { length: 2, horizon: 2, stride: 1 });
    expect(windows.length).toBe(2);
    expect(windows.get(1).target.toArray()).toEqual([
      [6, 7],
      [8, 9],
    ]);
    expect(windows.get(1).input.data.buffer).toBe(series.data.buffer);
    expect(slidingWindows(series, { length: 2, horizon: 0, stride: 3 }).get(1).input.toArray()).toEqual([
      [6, 7],
      [8, 9],
    ]);
    expect(slidingWindows(series, { length: 2, horizon: 0 }).get(0).target.shape).toEqual([0, 2]);
  });

  it("are as many as fit, and the last one ends in the series", () => {
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 40 }),
      length: fc.integer({ min: 1, max: 9 }),
      horizon: fc.nat({ max: 5 }),
      stride: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(sizes, ({ n, length, horizon, stride }) => {
        fc.pre(n >= length + horizon);
        const windows = slidingWindows(arange(n), { length, horizon, stride });
        const starts: number[] = [];
        for (let start = 0; start + length + horizon <= n; start += stride) starts.push(start);
        expect([...iterate(windows)].map(({ input }) => input.data[0])).toEqual(starts);
      }),
      { seed: 1 },
    );
  });

  it("refuse a series that is too short, and wrong options", () => {
    expect(() => slidingWindows(arange(5), { length: 4, horizon: 2 })).toThrow(DataError);
    expect(() => slidingWindows(arange(5), { length: 4, horizon: 2 })).toThrow(
      "expected at least 6 steps (length 4 and horizon 2), got 5",
    );
    expect(() => slidingWindows(tensor(1), { length: 1 })).toThrow(ShapeError);
    expect(() => slidingWindows([1, 2] as never, { length: 1 })).toThrow(DTypeError);
    expect(() => slidingWindows(arange(5), { length: 0 })).toThrow(OptionError);
    expect(() => slidingWindows(arange(5), { window: 2 } as never)).toThrow(OptionError);
    expect(() => slidingWindows(arange(5), { length: 2, stride: 0 })).toThrow("stride must be a whole number >= 1");
  });
});

describe("StandardScaler", () => {
  it("uses the mean and the population deviation of each feature", () => {
    // Mean 2.5 and variance 1.25; the second feature is constant.
    const scaler = StandardScaler.fit(
      tensor([
        [1, 7],
        [2, 7],
        [3, 7],
        [4, 7],
      ]),
    );
    expect(scaler.mean).toEqual([2.5, 7]);
    expect(scaler.scale[0]).toBeCloseTo(Math.sqrt(1.25), 14);
    expect(scaler.scale[1]).toBe(1);
    expectClose(scaler.transform(tensor([[2.5, 8]])), [0, 1], 6);
  });

  it("knows nothing of what comes after the training data", () => {
    const series = tensor([1, 3, 1000], { dtype: "float64" });
    const scaler = StandardScaler.fit(slice(series, 0, 0, 2));
    expect([scaler.mean, scaler.scale]).toEqual([[2], [1]]);
    expect(scaler.transform(series).toArray()).toEqual([-1, 1, 998]);
  });

  it("keeps its digits far from 0", () => {
    const scaler = StandardScaler.fit(tensor(Float64Array.from([1e9 + 1, 1e9 + 2, 1e9 + 3])));
    expect(scaler.scale[0]).toBeCloseTo(Math.sqrt(2 / 3), 6);
    expect(StandardScaler.fit(tensor(new Float64Array(7).fill(0.1))).scale).toEqual([1]);
  });

  it("refuses damaged JSON", () => {
    const json = StandardScaler.fit(tensor([1, 2])).toJSON();
    for (const damage of [
      { kind: "x" },
      { version: 2 },
      { mean: [] },
      { mean: [1, 2] },
      { scale: [0] },
      { scale: ["1"] },
    ])
      expect(() => StandardScaler.fromJSON({ ...json, ...damage } as never)).toThrow(DataError);
  });
});

describe("MinMaxScaler", () => {
  it("brings the extremes to the ends of the range", () => {
    const train = tensor([
      [2, 5],
      [4, 5],
    ]);
    expect(
      MinMaxScaler.fit(train)
        .transform(
          tensor([
            [3, 5],
            [6, 6],
          ]),
        )
        .toArray(),
    ).toEqual([
      [0.5, 0],
      [2, 1],
    ]);
    expect(
      MinMaxScaler.fit(tensor([2, 4]), { range: [-1, 1] })
        .transform(tensor([2, 3, 4]))
        .toArray(),
    ).toEqual([-1, 0, 1]);
    expect(() => MinMaxScaler.fit(train, { range: [1, 1] })).toThrow(OptionError);
  });

  it("refuses damaged JSON", () => {
    const json = MinMaxScaler.fit(tensor([1, 2])).toJSON();
    for (const damage of [{ kind: "x" }, { min: [3] }, { max: [] }, { min: [Number.NaN] }])
      expect(() => MinMaxScaler.fromJSON({ ...json, ...damage } as never)).toThrow(DataError);
    expect(() => MinMaxScaler.fromJSON({ ...json, range: [1, 0] })).toThrow(OptionError);
  });
});

describe.each([
  ["StandardScaler", StandardScaler],
  ["MinMaxScaler", MinMaxScaler],
] as const)("%s", (name, Scaler) => {
  it("is undone by inverse, also through JSON", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -5, max: 5 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(rows, (values) => {
        const x = tensor(values, { dtype: "float64" });
        const scaler = Scaler.fit(x);
        const scaled = scaler.transform(x);
        const again = Scaler.fromJSON(reload(scaler.toJSON()) as never);
        expectClose(again.inverse(scaled), values.flat(), 9);
        expect(Array.from(again.transform(x).data)).toEqual(Array.from(scaled.data));
      }),
      { seed: 1 },
    );
  });

  it("keeps the dtype, and scales whatever axes precede the features", () => {
    const scaler = Scaler.fit(tensor([[[1, 2]], [[3, 6]]]));
    const scaled = scaler.transform(tensor([[1, 2]]));
    expect([scaled.dtype, scaled.shape]).toEqual(["float32", [1, 2]]);
    expect(scaler.transform(cast(tensor([[1, 2]]), "float64")).dtype).toBe("float64");
  });

  it("refuses what it cannot fit or transform", () => {
    const fn = `${name}.fit`;
    expect(() => Scaler.fit(tensor([]))).toThrow(`${fn}: expected values to fit on, got shape [0]`);
    expect(() => Scaler.fit(tensor([1, Number.NaN]))).toThrow(`${fn}: expected finite values, got NaN at position 1`);
    expect(() => Scaler.fit(tensor([true]))).toThrow(DTypeError);
    expect(() => Scaler.fit(tensor(1))).toThrow(ShapeError);
    expect(() => Scaler.fit([1] as never)).toThrow(DTypeError);
    const scaler = Scaler.fit(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(() => scaler.transform(tensor([[1, 2, 3]]))).toThrow("expected 2 features on the last axis, got [1, 3]");
    expect(() => scaler.inverse(tensor([1, 2]))).toThrow(ShapeError);
  });
});

describe("walkForwardSplits", () => {
  // The examples of scikit-learn's documentation of TimeSeriesSplit.
  it("grow the training part by default", () => {
    expect(walkForwardSplits(6, { folds: 3 })).toEqual([
      { train: [0, 3], test: [3, 4] },
      { train: [0, 4], test: [4, 5] },
      { train: [0, 5], test: [5, 6] },
    ]);
  });

  it("fix the size of the test part, and leave a gap", () => {
    expect(walkForwardSplits(12, { folds: 3, testSize: 2 }).map(({ train, test }) => [train[1], test])).toEqual([
      [6, [6, 8]],
      [8, [8, 10]],
      [10, [10, 12]],
    ]);
    expect(walkForwardSplits(12, { folds: 3, testSize: 2, gap: 2 }).map(({ train }) => train)).toEqual([
      [0, 4],
      [0, 6],
      [0, 8],
    ]);
  });

  it("bound the training part when asked", () => {
    expect(walkForwardSplits(6, { folds: 2, maxTrainSize: 2 }).map(({ train }) => train)).toEqual([
      [0, 2],
      [2, 4],
    ]);
  });

  it("never test on the past", () => {
    const options = fc.record({
      folds: fc.integer({ min: 1, max: 6 }),
      gap: fc.nat({ max: 3 }),
      maxTrainSize: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 28, max: 60 }), options, (count, given) => {
        const splits = walkForwardSplits(count, given);
        expect(splits).toHaveLength(given.folds);
        expect(splits.at(-1)?.test[1]).toBe(count);
        for (const { train, test } of splits) {
          expect(train[1] - train[0]).toBeGreaterThan(0);
          expect(train[1] - train[0]).toBeLessThanOrEqual(given.maxTrainSize ?? count);
          expect(test[0] - train[1]).toBe(given.gap);
        }
      }),
      { seed: 1 },
    );
  });

  it("need enough steps", () => {
    expect(() => walkForwardSplits(6, { folds: 3, testSize: 2 })).toThrow(
      "expected more than 6 steps for 3 folds of 2 and a gap of 0, got 6",
    );
    expect(() => walkForwardSplits(2, { folds: 3 })).toThrow(OptionError);
    expect(() => walkForwardSplits(6, { splits: 3 } as never)).toThrow(OptionError);
  });
});
