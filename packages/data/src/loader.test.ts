import { DTypeError, Generator, manualSeed, OptionError, type Tensor, tensor } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { fromArray, fromTensors, map } from "./dataset.ts";
import { DataLoader, type DataLoaderOptions, type DataLoaderState } from "./loader.ts";
import { padSequences } from "./pad.ts";

const numbers = (count: number) => fromArray(Array.from({ length: count }, (_, i) => i));
const keep = (samples: number[]): number[] => samples;
const plain = (options: Partial<DataLoaderOptions<number, number[]>> = {}): DataLoader<number, number[]> =>
  new DataLoader({ dataset: numbers(10), batchSize: 3, collate: keep, ...options });
/** A position as it looks after a trip through a file. */
const saved = (state: DataLoaderState): DataLoaderState => JSON.parse(JSON.stringify(state)) as DataLoaderState;

describe("DataLoader", () => {
  it("batches in order", () => {
    expect([...plain()]).toEqual([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
    expect(plain().length).toBe(4);
    expect([...plain({ dropLast: true })]).toHaveLength(3);
    expect(plain({ dropLast: true }).length).toBe(3);
    expect([...plain({ batchSize: undefined })]).toHaveLength(10);
    expect([...plain({ dataset: numbers(0) })]).toEqual([]);
  });

  it("collates as PyTorch does unless told otherwise, with the types to match", () => {
    const loader = new DataLoader({
      dataset: fromTensors(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        tensor([5, 6]),
      ),
      batchSize: 2,
    });
    expectTypeOf(loader).toEqualTypeOf<DataLoader<[Tensor, Tensor], [Tensor, Tensor]>>();
    const [[x, y]] = [...loader];
    expect([x.toArray(), y.toArray()]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [5, 6],
    ]);
  });

  it("shuffles by seed: a new order in each epoch, each sample once", () => {
    const epochs = (seed: number): number[][] => {
      const loader = plain({ shuffle: true, generator: new Generator(seed) });
      return [1, 2, 3].map(() => [...loader].flat());
    };
    const [first, second] = epochs(1);
    expect(epochs(1)).toEqual(epochs(1));
    expect(epochs(2)).not.toEqual(epochs(1));
    expect(first).not.toEqual(second);
    for (const epoch of epochs(1)) expect(epoch.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("draws one number from its generator, when the first batch is asked for", () => {
    const generator = new Generator(1);
    const loader = plain({ shuffle: true, generator });
    expect(generator.state().counter).toBe(0);
    for (let epoch = 0; epoch < 3; epoch++) expect([...loader]).toHaveLength(4);
    expect(generator.state().counter).toBe(1);
    expect([...plain({ generator })]).toHaveLength(4);
    expect(generator.state().counter).toBe(1);
  });

  it("takes the default generator without one", () => {
    const run = (): number[][] => {
      manualSeed(5);
      return [...plain({ shuffle: true })];
    };
    expect(run()).toEqual(run());
  });

  it("begins the next epoch when an earlier one was left", () => {
    const loader = plain({ shuffle: true, generator: new Generator(1) });
    const twin = plain({ shuffle: true, generator: new Generator(1) });
    for (const _ of loader) break;
    expect([...twin]).toHaveLength(4);
    expect([...loader]).toEqual([...twin]);
  });
});

describe("length buckets", () => {
  const words = ["a", "bb", "ccc", "dddd", "e", "ff", "ggg", "hhhh", "i", "jjjjjjjj"];
  const dataset = map(fromArray(words), (word) => word);
  const loader = (options: Partial<DataLoaderOptions<string, string[]>> = {}): DataLoader<string, string[]> =>
    new DataLoader({
      dataset,
      batchSize: 2,
      collate: (samples) => samples,
      lengthBuckets: { lengthOf: (word) => word.length, boundaries: [1, 3] },
      ...options,
    });

  it("never mix lengths across a boundary, and lose no sample", () => {
    for (const shuffle of [false, true]) {
      const batches = [...loader({ shuffle, generator: new Generator(3) })];
      const bucket = (word: string): number => (word.length <= 1 ? 0 : word.length <= 3 ? 1 : 2);
      for (const batch of batches) expect(new Set(batch.map(bucket)).size).toBe(1);
      expect(batches.flat().sort()).toEqual(words.toSorted());
      expect(batches).toHaveLength(loader().length);
    }
    expect([...loader()]).toEqual([["bb", "ccc"], ["a", "e"], ["ff", "ggg"], ["dddd", "hhhh"], ["i"], ["jjjjjjjj"]]);
    expect([...loader({ dropLast: true })]).toHaveLength(loader({ dropLast: true }).length);
    expect(loader({ dropLast: true }).length).toBe(4);
  });

  it("spread unfilled batches over the epoch when shuffling", () => {
    const many = fromArray(Array.from({ length: 41 }, (_, i) => "x".repeat((i % 2) + 1)));
    const places = new Set<number>();
    const buckets = { lengthOf: (word: string) => word.length, boundaries: [1] };
    const all = loader({
      dataset: many,
      batchSize: 4,
      shuffle: true,
      generator: new Generator(1),
      lengthBuckets: buckets,
    });
    for (let epoch = 0; epoch < 20; epoch++) places.add([...all].findIndex((batch) => batch.length === 1));
    expect(places.size).toBeGreaterThan(3);
  });

  it("leave little to pad", () => {
    const batch = [...loader()].map((group) => padSequences(group.map((word) => tensor([...word].map(() => 1)))));
    expect(batch.map(({ lengths }) => lengths.toArray())).toEqual([[2, 3], [1, 1], [2, 3], [4, 4], [1], [8]]);
  });
});

describe("resuming", () => {
  it("hands out the same remaining batches and epochs, from any position, through JSON", () => {
    const settings = fc.record({
      batchSize: fc.integer({ min: 1, max: 6 }),
      shuffle: fc.boolean(),
      dropLast: fc.boolean(),
      lengthBuckets: fc.constantFrom(undefined, { lengthOf: (n: number) => n % 5, boundaries: [1, 3] }),
    });
    fc.assert(
      fc.property(settings, fc.nat({ max: 20 }), fc.nat({ max: 30 }), (options, count, stop) => {
        const make = (seed: number): DataLoader<number, number[]> =>
          plain({ dataset: numbers(count), generator: new Generator(seed), ...options });
        const run = (loader: DataLoader<number, number[]>, epochs: number, out: number[][]): number[][] => {
          for (let epoch = 0; epoch < epochs; epoch++) out.push(...loader);
          return out;
        };
        const whole = run(make(1), 4, []);
        const first = make(1);
        let state = first.state();
        let taken = 0;
        for (let epoch = 0; epoch < 3 && taken < stop; epoch++) {
          for (const batch of first) {
            expect(batch).toEqual(whole[taken]);
            state = first.state();
            if (++taken >= stop) break;
          }
          if (taken < stop) state = first.state();
        }
        const resumed = make(2);
        resumed.restore(saved(state));
        expect(run(resumed, 4 - state.epoch, [])).toEqual(whole.slice(taken));
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("draws nothing from the generator of the loader that resumes", () => {
    const first = plain({ shuffle: true, generator: new Generator(1) });
    for (const _ of first) break;
    const generator = new Generator(9);
    const second = plain({ shuffle: true, generator });
    second.restore(saved(first.state()));
    expect([...second]).toHaveLength(3);
    expect(generator.state().counter).toBe(0);
  });

  it("knows its position before the first batch", () => {
    const loader = plain({ shuffle: true, generator: new Generator(1) });
    const twin = plain({ shuffle: true, generator: new Generator(2) });
    twin.restore(saved(loader.state()));
    expect([...twin]).toEqual([...loader]);
  });

  it("refuses a state of other settings, or a damaged one", () => {
    const state = plain({ shuffle: true, generator: new Generator(1) }).state();
    expect(() => plain({ shuffle: true, batchSize: 4 }).restore(state)).toThrow('"batchSize":3');
    expect(() => plain({ shuffle: true, dataset: numbers(9) }).restore(state)).toThrow(OptionError);
    expect(() => plain().restore(state)).toThrow(OptionError);
    const own = (): DataLoader<number, number[]> => plain({ shuffle: true });
    for (const damage of [
      { version: 2 },
      { batch: 5 },
      { batch: -1 },
      { epoch: 0.5 },
      { seed: null },
      { seed: 0.5 },
      { settings: null },
      { extra: 1 },
    ])
      expect(() => own().restore({ ...state, ...damage } as never)).toThrow(OptionError);
    expect(() => own().restore(null as never)).toThrow(OptionError);
    const { settings } = state;
    const reordered = Object.fromEntries(Object.entries(settings).reverse()) as unknown as typeof settings;
    expect(() => own().restore({ ...state, settings: reordered })).not.toThrow();
  });
});

describe("bad options", () => {
  const one = (): number => 1;
  it.each([
    [{ batchSize: 0 }, "DataLoader: batchSize must be a whole number >= 1, got 0"],
    [{ batchSize: "3" }, 'got "3"'],
    [{ shuffle: 1 }, "shuffle must be true or false, got 1"],
    [{ dropLast: 0 }, "dropLast must be true or false, got 0"],
    [{ collate: 3 }, "collate must be a function, got 3"],
    [{ batchsize: 3 }, "did you mean batchSize"],
    [{ lengthBuckets: { lengthOf: 3, boundaries: [1] } }, "lengthOf must be a function"],
    [{ lengthBuckets: { lengthOf: one, boundaries: [] } }, "boundaries must be ascending lengths, got []"],
    [{ lengthBuckets: { lengthOf: one, boundaries: [3, 3] } }, "boundaries must be ascending lengths, got [3, 3]"],
    [{ lengthBuckets: { lengthOf: one, boundary: [3] } }, "unknown option boundary"],
  ])("%j", (options, message) => {
    expect(() => plain(options as never)).toThrow(message);
  });

  it("a dataset that is none, a length that is none", () => {
    expect(() => new DataLoader({ dataset: [1, 2] as never })).toThrow(DTypeError);
    expect(() => new DataLoader(undefined as never)).toThrow(OptionError);
    const lengthBuckets = { lengthOf: (): number => Number.NaN, boundaries: [1] };
    expect(() => plain({ lengthBuckets })).toThrow("lengthOf must return a length, got NaN for sample 0");
  });
});
