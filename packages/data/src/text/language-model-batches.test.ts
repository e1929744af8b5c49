import { DTypeError, OptionError, tensor } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../errors.ts";
import { LanguageModelBatches, type LanguageModelBatchesState } from "./language-model-batches.ts";

const counting = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

describe("LanguageModelBatches", () => {
  it("cuts the text into streams that go on from batch to batch", () => {
    const batches = new LanguageModelBatches(counting(12), { batchSize: 2, length: 3 });
    expect([batches.length, batches.streamLength]).toEqual([2, 5]);
    const [a, b] = [...batches];
    expect(a.input.toArray()).toEqual([
      [0, 5],
      [1, 6],
      [2, 7],
    ]);
    expect(a.target.toArray()).toEqual([
      [1, 6],
      [2, 7],
      [3, 8],
    ]);
    expect(b.input.toArray()).toEqual([
      [3, 8],
      [4, 9],
    ]);
    expect(b.target.toArray()).toEqual([
      [4, 9],
      [5, 10],
    ]);
    expect([a.first, b.first, a.input.dtype, a.target.dtype]).toEqual([true, false, "int32", "int32"]);
  });

  it("covers each token once as input and its successor once as target, up to the remainder", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 7 }),
    );
    fc.assert(
      fc.property(sizes, ([count, batchSize, length]) => {
        fc.pre(count > batchSize);
        const batches = new LanguageModelBatches(counting(count), { batchSize, length });
        const all = [...batches];
        expect(all).toHaveLength(batches.length);
        const inputs = all.flatMap(({ input }) => Array.from(input.data)).sort((a, b) => a - b);
        const used = Math.floor((count - 1) / batchSize) * batchSize;
        expect(count - 1 - used).toBeLessThan(batchSize);
        expect(inputs).toEqual(Array.from(counting(used)));
        for (const { input, target } of all)
          expect(Array.from(target.data)).toEqual(Array.from(input.data, (id) => id + 1));
        for (let k = 1; k < all.length; k++) {
          const last = Array.from(all[k - 1].target.data.subarray(-batchSize));
          expect(Array.from(all[k].input.data.subarray(0, batchSize))).toEqual(last);
        }
      }),
      { seed: 1 },
    );
  });

  it("leaves out a short last batch when asked", () => {
    const batches = new LanguageModelBatches(counting(12), { batchSize: 2, length: 3, dropLast: true });
    expect([...batches].map(({ input }) => input.shape)).toEqual([[3, 2]]);
    expect(batches.length).toBe(1);
  });

  it("begins anew with each pass, also after one that was left", () => {
    const batches = new LanguageModelBatches(tensor(counting(12)), { batchSize: 2, length: 3 });
    for (const { first } of batches) {
      expect(first).toBe(true);
      break;
    }
    expect([...batches].map(({ first }) => first)).toEqual([true, false]);
    expect([...batches]).toHaveLength(2);
  });

  it("resumes at any batch, through JSON", () => {
    const make = (): LanguageModelBatches => new LanguageModelBatches(counting(50), { batchSize: 3, length: 4 });
    const values = (batches: Iterable<{ input: { data: ArrayLike<number> }; first: boolean }>): unknown[] =>
      [...batches].map(({ input, first }) => [Array.from(input.data), first]);
    const whole = values(make());
    for (let stop = 0; stop <= whole.length; stop++) {
      const first = make();
      let taken = 0;
      let state = first.state();
      if (stop > 0)
        for (const _ of first) {
          state = first.state();
          if (++taken === stop) break;
        }
      const second = make();
      second.restore(JSON.parse(JSON.stringify(state)) as LanguageModelBatchesState);
      expect(values(second)).toEqual(whole.slice(stop));
      expect(values(second)).toEqual(whole);
    }
  });

  it("refuses texts that are too short, and what are no ids", () => {
    const make =
      (count: number, dropLast = false) =>
      () =>
        new LanguageModelBatches(counting(count), { batchSize: 4, length: 5, dropLast });
    expect(make(4)).toThrow(DataError);
    expect(make(4)).toThrow("LanguageModelBatches: expected at least 5 tokens for 4 streams, got 4");
    expect(make(5)().length).toBe(1);
    expect(make(20, true)).toThrow("expected at least 21 tokens");
    expect(make(21, true)().length).toBe(1);
    expect(make(0)).toThrow(DataError);
    expect(() => new LanguageModelBatches(tensor([1, 2, 3]), { batchSize: 1, length: 1 })).toThrow(DTypeError);
  });

  it("refuses wrong options and states", () => {
    const make = (options: object) => () => new LanguageModelBatches(counting(20), options as never);
    expect(make({ batchSize: 2 })).toThrow("LanguageModelBatches: length must be a whole number >= 1, got undefined");
    expect(make({ batchSize: 0, length: 1 })).toThrow(OptionError);
    expect(make({ batchSize: 2, length: 2, bptt: 3 })).toThrow("unknown option bptt");
    const batches = make({ batchSize: 2, length: 2 })();
    const state = batches.state();
    expect(() => make({ batchSize: 2, length: 3 })().restore(state)).toThrow("with length 2, here it is 3");
    for (const damage of [{ version: 2 }, { batch: 6 }, { batch: -1 }, { settings: undefined }])
      expect(() => batches.restore({ ...state, ...damage } as never)).toThrow(OptionError);
  });
});
