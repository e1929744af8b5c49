import { describe, expect, it } from "vitest";
import { DTypeError, type NestedArray, OptionError, ShapeError, tensor } from "./index.ts";

/** What a caller without types might pass. */
function wrong(value: unknown): never {
  return value as never;
}

describe("tensor", () => {
  it.each([
    ["a number", 3, [], "float32", [3]],
    ["a boolean", true, [], "bool", [1]],
    [
      "nested arrays",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
      "float32",
      [1, 2, 3, 4, 5, 6],
    ],
    ["nested booleans", [[true], [false]], [2, 1], "bool", [1, 0]],
    ["no values", [], [0], "float32", []],
    ["rows without values", [[], []], [2, 0], "float32", []],
    ["a Float32Array", Float32Array.of(1, 2), [2], "float32", [1, 2]],
    ["a Float64Array", Float64Array.of(0.1), [1], "float64", [0.1]],
    ["an Int32Array", Int32Array.of(-1), [1], "int32", [-1]],
  ])("of %s", (_, values, shape, dtype, data) => {
    const x = tensor(values as NestedArray);
    expect([x.shape, x.dtype, Array.from(x.data)]).toEqual([shape, dtype, data]);
  });

  it("takes shape and dtype as options", () => {
    const x = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3], dtype: "float64" });
    expect([x.shape, x.dtype]).toEqual([[2, 3], "float64"]);
    expect(tensor(Uint8Array.of(3, 0), { dtype: "bool" }).toArray()).toEqual([true, false]);
    expect(tensor([1, 0, 2], { dtype: "bool" }).toArray()).toEqual([true, false, true]);
    expect(tensor([true, false], { dtype: "float32" }).toArray()).toEqual([1, 0]);
    expect(tensor(5, { shape: [1, 1] }).toArray()).toEqual([[5]]);
    expect(tensor([1.9, -1.9], { dtype: "int32" }).toArray()).toEqual([1, -1]);
  });

  it("copies values and shape", () => {
    const values = Float32Array.of(1, 2);
    const shape = [2, 1];
    const x = tensor(values, { shape });
    values[0] = 9;
    shape[0] = 9;
    expect([x.shape, x.toArray()]).toEqual([
      [2, 1],
      [[1], [2]],
    ]);
  });

  it.each([
    [
      "ragged rows",
      () => tensor([[1, 2], [3]]),
      ShapeError,
      "tensor: ragged arrays, expected 2 entries on axis 1, found 1",
    ],
    [
      "a number among rows",
      () => tensor([[1], wrong(2)]),
      ShapeError,
      "tensor: ragged arrays, expected 1 entries on axis 1, found number 2",
    ],
    [
      "a row among numbers",
      () => tensor([1, wrong([2])]),
      ShapeError,
      "tensor: ragged arrays, expected shape [2] but found a deeper array",
    ],
    ["a hole", () => tensor(wrong([1, undefined])), DTypeError, "tensor: expected numbers or booleans, got undefined"],
    ["strings", () => tensor(wrong(["1"])), DTypeError, 'tensor: expected numbers or booleans, got string "1"'],
    ["null", () => tensor(wrong(null)), DTypeError, "tensor: expected numbers or booleans, got null"],
    ["a tensor", () => tensor(wrong(tensor(1))), DTypeError, "tensor: expected numbers or booleans, got a tensor"],
    [
      "numbers and booleans",
      () => tensor([true, 2]),
      DTypeError,
      "tensor: numbers and booleans are mixed, got true and 2",
    ],
    ["too many values", () => tensor([1, 2, 3], { shape: [2] }), ShapeError, "tensor: [2] needs 2 values, got 3"],
    [
      "a negative size",
      () => tensor([1], { shape: [-1] }),
      ShapeError,
      "tensor: sizes must be whole numbers >= 0, got [-1]",
    ],
    [
      "a number as shape",
      () => tensor([1], { shape: wrong(1) }),
      ShapeError,
      "tensor: expected a shape such as [2, 3], got number 1",
    ],
    [
      "bytes of unknown meaning",
      () => tensor(new Uint8Array(2)),
      DTypeError,
      "tensor: say which dtype a Uint8Array holds",
    ],
    [
      "big integers",
      () => tensor(wrong(new BigInt64Array(2)), { dtype: "int32" }),
      DTypeError,
      "tensor: expected an array of numbers, got a BigInt64Array",
    ],
    [
      "no big integers",
      () => tensor(wrong(new BigInt64Array(0))),
      DTypeError,
      "tensor: expected an array of numbers, got a BigInt64Array",
    ],
    [
      "a DataView",
      () => tensor(wrong(new DataView(new ArrayBuffer(4)))),
      DTypeError,
      "tensor: expected an array of numbers, got a DataView",
    ],
    [
      "too large for int32",
      () => tensor([3e9], { dtype: "int32" }),
      DTypeError,
      "tensor: int32 cannot hold the number 3000000000",
    ],
    [
      "NaN for int32",
      () => tensor([Number.NaN], { dtype: "int32" }),
      DTypeError,
      "tensor: int32 cannot hold the number NaN",
    ],
    [
      "an unknown dtype",
      () => tensor([1], { dtype: wrong("f32") }),
      DTypeError,
      "tensor: unknown dtype f32, expected float32, float64, int32 or bool",
    ],
    [
      "an unknown option",
      () => tensor([1], wrong({ requiresGrad: true })),
      OptionError,
      "tensor: unknown option requiresGrad, did you mean",
    ],
    [
      "a dtype as options",
      () => tensor([1], wrong("float64")),
      OptionError,
      'tensor: options must be an object, got string "float64"',
    ],
  ])("refuses %s", (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
