import { DTypeError, ShapeError, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type Collated, defaultCollate } from "./collate.ts";

describe("defaultCollate", () => {
  it("stacks tensors, numbers, booleans and typed arrays", () => {
    expect(defaultCollate([tensor([1, 2]), tensor([3, 4])]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(defaultCollate([1, 2]).dtype).toBe("float32");
    expect(defaultCollate([true, false]).toArray()).toEqual([true, false]);
    expect(defaultCollate([new Int32Array([1]), new Int32Array([2])]).dtype).toBe("int32");
  });

  it("goes into tuples and plain objects, and lists the rest", () => {
    const date = new Date(0);
    const batch = defaultCollate([
      { pair: [1, "a"] as const, date },
      { pair: [2, "b"] as const, date },
    ]);
    expect(batch.pair[0].toArray()).toEqual([1, 2]);
    expect(batch.pair[1]).toEqual(["a", "b"]);
    expect(batch.date).toEqual([date, date]);
  });

  it("has types that say the same", () => {
    expectTypeOf<Collated<[Tensor, number, string]>>().toEqualTypeOf<[Tensor, Tensor, string[]]>();
    expectTypeOf<Collated<{ x: Tensor; done: boolean }>>().toEqualTypeOf<{ x: Tensor; done: Tensor }>();
    expect(defaultCollate(["a"])).toEqual(["a"]);
  });

  it("refuses samples that differ", () => {
    expect(() => defaultCollate([])).toThrow(ShapeError);
    expect(() => defaultCollate([tensor([1]), tensor([1, 2])])).toThrow("stack: shapes differ");
    expect(() => defaultCollate([[1], [1, 2]])).toThrow("pad sequences of unequal length with padSequences");
    expect(() => defaultCollate([{ x: 1 }, {}])).toThrow("sample lacks the key x");
    expect(() => defaultCollate<unknown>([{ x: 1 }, { x: "1" }])).toThrow(
      'defaultCollate: sample.x is a number in one sample and "1" in another',
    );
    expect(() => defaultCollate<unknown>([tensor([1]), 2])).toThrow(DTypeError);
  });
});
