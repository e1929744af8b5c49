import { type BinaryLoop, broadcastBinary } from "../broadcast.ts";
import type { DType } from "../dtype.ts";
import { defineOp, type OpRecord } from "../op.ts";
import { applyBinary, type Operand } from "../operands.ts";
import { floatDType, numericDType } from "../rules.ts";
import { power } from "../scalar/power.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type BinaryKernel, binaryKernel } from "../wasm/binary.ts";

function binary<Name extends string>(
  name: Name,
  dtype: (name: string, inputs: readonly Tensor[]) => DType,
  loop: BinaryLoop,
  kernel?: BinaryKernel,
): OpRecord<Name> {
  return defineOp<Name>({
    name,
    dtype,
    shape: ([a, b]) => broadcastShapes(name, [a.shape, b.shape]),
    forward: (out, [a, b], _, output) => broadcastBinary(out, output.shape, a, b, loop),
    ...(kernel === undefined ? {} : { kernel: binaryKernel(kernel) }),
  });
}

export const addOp: OpRecord<"add"> = /* @__PURE__ */ binary(
  "add",
  numericDType,
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] + b[j];
  },
  "add",
);

export const subOp: OpRecord<"sub"> = /* @__PURE__ */ binary(
  "sub",
  numericDType,
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] - b[j];
  },
  "sub",
);

export const mulOp: OpRecord<"mul"> = /* @__PURE__ */ binary(
  "mul",
  numericDType,
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] * b[j];
  },
  "mul",
);

export const divOp: OpRecord<"div"> = /* @__PURE__ */ binary(
  "div",
  floatDType,
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] / b[j];
  },
  "div",
);

export const powOp: OpRecord<"pow"> = /* @__PURE__ */ binary("pow", floatDType, (out, o, n, a, i, da, b, j, db) => {
  for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = power(a[i], b[j]);
});

export const maximumOp: OpRecord<"maximum"> = /* @__PURE__ */ binary(
  "maximum",
  numericDType,
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = Math.max(a[i], b[j]);
  },
  "maximum",
);

export const minimumOp: OpRecord<"minimum"> = /* @__PURE__ */ binary(
  "minimum",
  numericDType,
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = Math.min(a[i], b[j]);
  },
  "minimum",
);

/**
 * Adds elementwise: `a + b`, with broadcasting.
 *
 * @example
 * ```ts
 * add(tensor([[1, 2], [3, 4]]), tensor([10, 20])).toArray(); // [[11, 22], [13, 24]]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ or are bool
 */
export function add(a: Operand, b: Operand): Tensor {
  return applyBinary(addOp, a, b);
}

/**
 * Subtracts elementwise: `a - b`, with broadcasting.
 *
 * @example
 * ```ts
 * sub(1, tensor([0.25, 0.5])).toArray(); // [0.75, 0.5]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ or are bool
 */
export function sub(a: Operand, b: Operand): Tensor {
  return applyBinary(subOp, a, b);
}

/**
 * Multiplies elementwise: `a * b`, with broadcasting.
 *
 * @example
 * ```ts
 * mul(tensor([[1], [2]]), tensor([3, 4])).toArray(); // [[3, 4], [6, 8]]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ or are bool
 */
export function mul(a: Operand, b: Operand): Tensor {
  return applyBinary(mulOp, a, b);
}

/**
 * Divides elementwise: `a / b`, with broadcasting; `x / 0` is infinite or NaN as in IEEE 754.
 *
 * @example
 * ```ts
 * div(tensor([1, -1, 0]), 0).toArray(); // [Infinity, -Infinity, NaN]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} unless both are float32 or both float64 (for whole numbers, `cast`, then `floor`)
 */
export function div(a: Operand, b: Operand): Tensor {
  return applyBinary(divOp, a, b);
}

/**
 * Raises elementwise: `a ^ b`, with broadcasting. Whole exponents up to 1024 are products; other values come from
 * `exp(b log a)`, whose relative error stays below 1e-13 for results between 1e-100 and 1e100.
 *
 * @example
 * ```ts
 * pow(tensor([1, 2, 3]), 2).toArray(); // [1, 4, 9]
 * ```
 * @throws {DTypeError} unless both are float32 or both float64
 */
export function pow(a: Operand, b: Operand): Tensor {
  return applyBinary(powOp, a, b);
}

/**
 * The larger of two, elementwise with broadcasting; NaN when either is NaN. Equal ones share the gradient.
 *
 * @example
 * ```ts
 * maximum(tensor([1, 5]), 3).toArray(); // [3, 5]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ or are bool
 */
export function maximum(a: Operand, b: Operand): Tensor {
  return applyBinary(maximumOp, a, b);
}

/**
 * The smaller of two, elementwise with broadcasting; NaN when either is NaN. Equal ones share the gradient.
 *
 * @example
 * ```ts
 * minimum(tensor([1, 5]), 3).toArray(); // [1, 3]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ or are bool
 */
export function minimum(a: Operand, b: Operand): Tensor {
  return applyBinary(minimumOp, a, b);
}
