import { describe, expect, it } from "vitest";
import { allocate, checkDType, checkHolds, type DType, isFloat } from "./dtype.ts";
import { DTypeError } from "./errors.ts";

const arrays: [DType, unknown, boolean][] = [
  ["float32", Float32Array, true],
  ["float64", Float64Array, true],
  ["int32", Int32Array, false],
  ["bool", Uint8Array, false],
];

describe.each(arrays)("%s", (dtype, array, floating) => {
  it("has an array of zeros, and is floating or not", () => {
    const values = allocate(dtype, 3);
    expect(values.constructor).toBe(array);
    expect(Array.from(values)).toEqual([0, 0, 0]);
    expect(isFloat(dtype)).toBe(floating);
    expect(checkDType("f", dtype)).toBe(dtype);
  });
});

describe("checkDType", () => {
  it.each([
    ["float16", "f: unknown dtype float16, expected float32, float64, int32 or bool"],
    ["toString", "f: unknown dtype toString, expected float32, float64, int32 or bool"],
    [undefined, "f: unknown dtype undefined, expected float32, float64, int32 or bool"],
    [32, "f: unknown dtype number 32, expected float32, float64, int32 or bool"],
  ])("refuses %s", (dtype, message) => {
    expect(() => checkDType("f", dtype)).toThrow(new DTypeError(message));
  });
});

describe("checkHolds", () => {
  it.each([
    ["float32", 0.1],
    ["float32", Number.NaN],
    ["float64", Number.POSITIVE_INFINITY],
    ["int32", -2147483648],
    ["int32", 2147483647],
    ["int32", -0],
    ["bool", 0],
    ["bool", 1],
  ] as const)("lets %s hold %s", (dtype, value) => {
    expect(() => checkHolds("f", dtype, value)).not.toThrow();
  });

  it.each([
    ["int32", 0.5, "f: int32 cannot hold the number 0.5; use float32"],
    ["int32", 2147483648, "f: int32 cannot hold the number 2147483648; use float32"],
    ["int32", Number.NaN, "f: int32 cannot hold the number NaN; use float32"],
    ["int32", Number.NEGATIVE_INFINITY, "f: int32 cannot hold the number -Infinity; use float32"],
    ["bool", 2, "f: bool cannot hold the number 2; use float32"],
    ["float32", "1", 'f: expected a number, got string "1"'],
    ["bool", true, "f: expected a number, got boolean true"],
  ] as const)("does not let %s hold %s", (dtype, value, message) => {
    expect(() => checkHolds("f", dtype, value)).toThrow(new DTypeError(message));
  });
});
