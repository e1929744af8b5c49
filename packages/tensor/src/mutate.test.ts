import { describe, expect, it } from "vitest";
import {
  abstractOutput,
  assign,
  DTypeError,
  mutate,
  OptionError,
  ShapeError,
  slice,
  TracedValueError,
  tensor,
  withEvaluator,
  zeros,
} from "./index.ts";

/** What a caller without types might pass. */
function wrong(value: unknown): never {
  return value as never;
}

describe("mutate", () => {
  it("writes in place and raises the version by one", () => {
    const x = tensor([1, 2, 3]);
    const data = x.data;
    mutate(x, (values) => values.fill(4));
    expect(x.data).toBe(data);
    expect(x.toArray()).toEqual([4, 4, 4]);
    expect(x.storage.version).toBe(1);
  });

  it("raises the version even when writing fails halfway", () => {
    const x = tensor([1, 2]);
    expect(() =>
      mutate(x, (values) => {
        values[0] = 9;
        throw new RangeError("halfway");
      }),
    ).toThrow("halfway");
    expect([x.toArray(), x.storage.version]).toEqual([[9, 2], 1]);
  });

  it.each([
    [() => mutate(wrong([1]), () => {}), DTypeError, "mutate: expected a tensor, got an array; use tensor(values)"],
    [() => mutate(tensor([1]), wrong([1])), OptionError, "mutate: write must be a function, got an array"],
    [
      () =>
        mutate(
          withEvaluator(abstractOutput, () => zeros([2])),
          () => {},
        ),
      TracedValueError,
      "has no values",
    ],
  ])("refuses %s", (call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});

describe("assign", () => {
  it.each([
    ["a tensor", tensor([3, 4])],
    ["an array", [3, 4]],
    ["a typed array of another kind", Float64Array.of(3, 4)],
  ])("takes over the values of %s", (_, values) => {
    const x = tensor([1, 2]);
    assign(x, values);
    expect([x.toArray(), x.storage.version]).toEqual([[3, 4], 1]);
  });

  it("turns numbers into true and false for a mask", () => {
    const x = tensor([true, true, false]);
    assign(x, [0, 2, 1]);
    expect(Array.from(x.data)).toEqual([0, 1, 1]);
  });

  it("copies between overlapping views", () => {
    const x = tensor([1, 2, 3, 4]);
    assign(slice(x, 0, 1, 4), slice(x, 0, 0, 3));
    expect(x.toArray()).toEqual([1, 1, 2, 3]);
  });

  it.each([
    ["another shape", () => assign(zeros([2, 1]), zeros([2])), ShapeError, "assign: expected shape [2, 1], got [2]"],
    [
      "another dtype",
      () => assign(zeros([2]), zeros([2], { dtype: "float64" })),
      DTypeError,
      "assign: expected float32, got float64; use cast",
    ],
    [
      "another number of values",
      () => assign(zeros([2]), [1, 2, 3]),
      ShapeError,
      "assign: expected 2 values, got shape [3]",
    ],
    ["a number", () => assign(zeros([]), wrong(1)), ShapeError, "assign: expected 1 values, got shape []"],
    [
      "strings",
      () => assign(zeros([1]), wrong(["a"])),
      DTypeError,
      'assign: expected numbers or booleans, got string "a"',
    ],
    [
      "a string",
      () => assign(zeros([1]), wrong("a")),
      DTypeError,
      'assign: expected numbers or booleans, got string "a"',
    ],
    [
      "no tensor to write to",
      () => assign(wrong([1]), [1]),
      DTypeError,
      "assign: expected a tensor, got an array; use tensor(values)",
    ],
  ])("refuses %s", (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });

  it("leaves the tensor as it was when it refuses", () => {
    const x = tensor([1, 2], { dtype: "int32" });
    expect(() => assign(x, [3, 3e9])).toThrow("assign: int32 cannot hold the number 3000000000");
    expect([x.toArray(), x.storage.version]).toEqual([[1, 2], 0]);
  });
});
