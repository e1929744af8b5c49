import { type BinaryLoop, broadcastBinary } from "../broadcast.ts";
import { DTypeError } from "../errors.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

function boolDType(name: string, inputs: readonly Tensor[]): "bool" {
  for (const { dtype } of inputs)
    if (dtype !== "bool") throw new DTypeError(`${name}: expected bool, got ${dtype}; use a comparison or cast`);
  return "bool";
}

function logical<Name extends string>(name: Name, loop: BinaryLoop): OpRecord<Name> {
  return defineOp<Name>({
    name,
    dtype: boolDType,
    shape: ([a, b]) => broadcastShapes(name, [a.shape, b.shape]),
    forward: (out, [a, b], _, output) => broadcastBinary(out, output.shape, a, b, loop),
  });
}

export const logicalAndOp: OpRecord<"logicalAnd"> = /* @__PURE__ */ logical(
  "logicalAnd",
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] & b[j];
  },
);

export const logicalOrOp: OpRecord<"logicalOr"> = /* @__PURE__ */ logical(
  "logicalOr",
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] | b[j];
  },
);

export const logicalXorOp: OpRecord<"logicalXor"> = /* @__PURE__ */ logical(
  "logicalXor",
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] ^ b[j];
  },
);

export const logicalNotOp: OpRecord<"logicalNot"> = /* @__PURE__ */ defineOp<"logicalNot">({
  name: "logicalNot",
  dtype: boolDType,
  shape: ([x]) => x.shape,
  forward: (out, [x]) => {
    const a = x.data;
    for (let i = 0; i < out.length; i++) out[i] = a[i] ^ 1;
  },
});

/**
 * Whether both hold, elementwise with broadcasting.
 *
 * @example
 * ```ts
 * logicalAnd(tensor([true, true]), tensor([true, false])).toArray(); // [true, false]
 * ```
 * @throws {DTypeError} unless both are bool
 * @throws {ShapeError} when the shapes do not broadcast
 */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  return apply(logicalAndOp, [a, b], undefined);
}

/**
 * Whether at least one holds, elementwise with broadcasting.
 *
 * @example
 * ```ts
 * logicalOr(tensor([false, true]), tensor([false, false])).toArray(); // [false, true]
 * ```
 * @throws {DTypeError} unless both are bool
 * @throws {ShapeError} when the shapes do not broadcast
 */
export function logicalOr(a: Tensor, b: Tensor): Tensor {
  return apply(logicalOrOp, [a, b], undefined);
}

/**
 * Whether exactly one holds, elementwise with broadcasting.
 *
 * @example
 * ```ts
 * logicalXor(tensor([true, true]), tensor([true, false])).toArray(); // [false, true]
 * ```
 * @throws {DTypeError} unless both are bool
 * @throws {ShapeError} when the shapes do not broadcast
 */
export function logicalXor(a: Tensor, b: Tensor): Tensor {
  return apply(logicalXorOp, [a, b], undefined);
}

/**
 * Whether it does not hold, elementwise.
 *
 * @example
 * ```ts
 * logicalNot(tensor([true, false])).toArray(); // [false, true]
 * ```
 * @throws {DTypeError} unless `x` is bool
 */
export function logicalNot(x: Tensor): Tensor {
  return apply(logicalNotOp, [x], undefined);
}
