import { describe } from "./describe.ts";
import { DTypeError } from "./errors.ts";

/** `float32` (default), `float64` (gradient checks, oracles), `int32` (indices), `bool` (masks, one byte a value). */
export type DType = "float32" | "float64" | "int32" | "bool";

/** The array behind a tensor; `bool` lives in a `Uint8Array` of zeros and ones. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const constructors = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * A zero-filled array for `size` values of `dtype`.
 *
 * @example
 * ```ts
 * allocate("float64", 2); // Float64Array(2) [0, 0]
 * ```
 */
export function allocate(dtype: DType, size: number): TypedArray {
  return new constructors[dtype](size);
}

/**
 * Throws a {@link DTypeError} unless `dtype` can hold `value`: int32 and bool would change it without a word. Floating
 * dtypes round.
 */
export function checkHolds(fn: string, dtype: DType, value: unknown): void {
  if (typeof value !== "number") throw new DTypeError(`${fn}: expected a number, got ${describe(value)}`);
  if (isFloat(dtype) || (dtype === "int32" ? value === (value | 0) : value === 0 || value === 1)) return;
  throw new DTypeError(`${fn}: ${dtype} cannot hold the number ${value}; use float32`);
}

/**
 * Whether a dtype has fractions: float32 and float64 do.
 *
 * @example
 * ```ts
 * isFloat("int32"); // false
 * ```
 */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/**
 * Returns `dtype`, or throws a {@link DTypeError} that lists the known ones.
 *
 * @example
 * ```ts
 * checkDType("load", "float16"); // DTypeError: load: unknown dtype float16, expected float32, float64, int32 or bool
 * ```
 */
export function checkDType(fn: string, dtype: unknown): DType {
  if (typeof dtype === "string" && Object.hasOwn(constructors, dtype)) return dtype as DType;
  throw new DTypeError(
    `${fn}: unknown dtype ${typeof dtype === "string" ? dtype : describe(dtype)}, expected float32, float64, int32 or bool`,
  );
}
