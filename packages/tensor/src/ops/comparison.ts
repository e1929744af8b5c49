import { type BinaryLoop, broadcastBinary, forEachRun } from "../broadcast.ts";
import { checkTensor } from "../check.ts";
import type { TypedArray } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { applyBinary, type Operand, scalar } from "../operands.ts";
import { checkBoolean, checkNumber, checkOptions } from "../options.ts";
import { comparisonDType, numericDType, sameDType, shapeOfFirst } from "../rules.ts";
import { broadcastShapes } from "../shape.ts";
import { Tensor } from "../tensor.ts";

function comparison<Name extends string>(name: Name, loop: BinaryLoop): OpRecord<Name> {
  return defineOp<Name>({
    name,
    dtype: comparisonDType,
    shape: ([a, b]) => broadcastShapes(name, [a.shape, b.shape]),
    forward: (out, [a, b], _, output) => broadcastBinary(out, output.shape, a, b, loop),
  });
}

function predicate<Name extends string>(name: Name, loop: (y: TypedArray, x: TypedArray) => void): OpRecord<Name> {
  return defineOp<Name>({
    name,
    dtype: (op, inputs) => {
      numericDType(op, inputs);
      return "bool";
    },
    shape: shapeOfFirst,
    forward: (out, [x]) => loop(out, x.data),
  });
}

export const equalOp: OpRecord<"equal"> = /* @__PURE__ */ comparison("equal", (out, o, n, a, i, da, b, j, db) => {
  for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] === b[j] ? 1 : 0;
});

export const notEqualOp: OpRecord<"notEqual"> = /* @__PURE__ */ comparison(
  "notEqual",
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] !== b[j] ? 1 : 0;
  },
);

export const lessOp: OpRecord<"less"> = /* @__PURE__ */ comparison("less", (out, o, n, a, i, da, b, j, db) => {
  for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] < b[j] ? 1 : 0;
});

export const lessEqualOp: OpRecord<"lessEqual"> = /* @__PURE__ */ comparison(
  "lessEqual",
  (out, o, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++, i += da, j += db) out[o + k] = a[i] <= b[j] ? 1 : 0;
  },
);

export const isNaNOp: OpRecord<"isNaN"> = /* @__PURE__ */ predicate("isNaN", (y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Number.isNaN(x[i]) ? 1 : 0;
});

export const isFiniteOp: OpRecord<"isFinite"> = /* @__PURE__ */ predicate("isFinite", (y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Number.isFinite(x[i]) ? 1 : 0;
});

export const whereOp: OpRecord<"where"> = /* @__PURE__ */ defineOp<"where">({
  name: "where",
  dtype: (name, [condition, a, b]) => {
    if (condition.dtype !== "bool") throw new DTypeError(`where: the condition must be bool, got ${condition.dtype}`);
    return sameDType(name, [a, b]);
  },
  shape: (inputs) =>
    broadcastShapes(
      "where",
      inputs.map((input) => input.shape),
    ),
  forward: (out, inputs, _, output) => {
    const [c, a, b] = inputs.map((input) => input.data);
    forEachRun(output.shape, inputs, (o, n, at, steps) => {
      let [i, j, l] = at;
      const [di, dj, dl] = steps;
      for (let k = 0; k < n; k++, i += di, j += dj, l += dl) out[o + k] = c[i] !== 0 ? a[j] : b[l];
    });
  },
});

/**
 * Whether `a == b`, elementwise with broadcasting, as bool; NaN equals nothing.
 *
 * @example
 * ```ts
 * equal(tensor([1, NaN]), tensor([1, NaN])).toArray(); // [true, false]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function equal(a: Operand, b: Operand): Tensor {
  return applyBinary(equalOp, a, b);
}

/**
 * Whether `a != b`, elementwise with broadcasting, as bool.
 *
 * @example
 * ```ts
 * notEqual(tensor([1, 2]), 2).toArray(); // [true, false]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function notEqual(a: Operand, b: Operand): Tensor {
  return applyBinary(notEqualOp, a, b);
}

/**
 * Whether `a < b`, elementwise with broadcasting, as bool.
 *
 * @example
 * ```ts
 * less(tensor([1, 2]), 2).toArray(); // [true, false]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function less(a: Operand, b: Operand): Tensor {
  return applyBinary(lessOp, a, b);
}

/**
 * Whether `a <= b`, elementwise with broadcasting, as bool.
 *
 * @example
 * ```ts
 * lessEqual(tensor([1, 2, 3]), 2).toArray(); // [true, true, false]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function lessEqual(a: Operand, b: Operand): Tensor {
  return applyBinary(lessEqualOp, a, b);
}

/**
 * Whether `a > b`, elementwise with broadcasting, as bool.
 *
 * @example
 * ```ts
 * greater(tensor([1, 2, 3]), 2).toArray(); // [false, false, true]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function greater(a: Operand, b: Operand): Tensor {
  return swapped("greater", lessOp, a, b);
}

/**
 * Whether `a >= b`, elementwise with broadcasting, as bool.
 *
 * @example
 * ```ts
 * greaterEqual(tensor([1, 2, 3]), 2).toArray(); // [false, true, true]
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function greaterEqual(a: Operand, b: Operand): Tensor {
  return swapped("greaterEqual", lessEqualOp, a, b);
}

/** Checks operands in the order and under the name of the call, since the op would name itself and turn them around. */
function swapped(fn: string, op: OpRecord, a: Operand, b: Operand): Tensor {
  for (const x of [a, b]) if (typeof x !== "number") checkTensor(fn, x);
  if (typeof a === "number" && typeof b === "number") return applyBinary(op, a, b, fn);
  if (typeof a === "number" || typeof b === "number") return applyBinary(op, b, a, fn);
  sameDType(fn, [a, b]);
  broadcastShapes(fn, [a.shape, b.shape]);
  return apply(op, [b, a], undefined);
}

/**
 * Which elements are NaN, as bool.
 *
 * @example
 * ```ts
 * isNaN(tensor([1, NaN])).toArray(); // [false, true]
 * ```
 * @throws {DTypeError} when `x` is bool
 */
export function isNaN(x: Tensor): Tensor {
  return apply(isNaNOp, [x], undefined);
}

/**
 * Which elements are neither NaN nor infinite, as bool.
 *
 * @example
 * ```ts
 * isFinite(tensor([1, NaN, Infinity])).toArray(); // [true, false, false]
 * ```
 * @throws {DTypeError} when `x` is bool
 */
export function isFinite(x: Tensor): Tensor {
  return apply(isFiniteOp, [x], undefined);
}

/**
 * Picks `a` where `condition` holds and `b` elsewhere, all three broadcast; what is not picked leaves no trace, not even NaN
 * in the gradient.
 *
 * @example
 * ```ts
 * where(tensor([true, false]), tensor([1, 2]), 0).toArray(); // [1, 0]
 * ```
 * @throws {DTypeError} unless `condition` is bool, and `a` and `b` have one dtype
 * @throws {ShapeError} when the shapes do not broadcast
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const dtype = Tensor.is(a) ? a.dtype : Tensor.is(b) ? b.dtype : "float32";
  const operand = (x: Operand) => (typeof x === "number" ? scalar("where", x, dtype) : x);
  return apply(whereOp, [condition, operand(a), operand(b)], undefined);
}

/** Options of {@link allClose}. */
export interface AllCloseOptions {
  /** The distance allowed, as a share of `|b|` (default 1e-5). */
  rtol?: number;
  /** The distance allowed beside that (default 1e-8). */
  atol?: number;
  /** Whether NaN is close to NaN (default false). */
  equalNaN?: boolean;
}

/**
 * Whether all elements are close: `|a - b| <= atol + rtol |b|`, NumPy's and PyTorch's rule. Reads values, so it cannot be
 * traced.
 *
 * @example
 * ```ts
 * allClose(tensor([1, 2]), tensor([1, 2.00001])); // true
 * allClose(tensor([1, 2]), tensor([1, 2.1]), { atol: 0.05 }); // false
 * ```
 * @throws {ShapeError} when the shapes do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function allClose(a: Tensor, b: Tensor, options: AllCloseOptions = {}): boolean {
  checkTensor("allClose", a);
  checkTensor("allClose", b);
  checkOptions("allClose", options, ["rtol", "atol", "equalNaN"]);
  const rtol = checkNumber("allClose", "rtol", options.rtol ?? 1e-5);
  const atol = checkNumber("allClose", "atol", options.atol ?? 1e-8);
  const equalNaN = checkBoolean("allClose", "equalNaN", options.equalNaN, false);
  sameDType("allClose", [a, b]);
  const [x, y] = [a.data, b.data];
  let close = true;
  forEachRun(broadcastShapes("allClose", [a.shape, b.shape]), [a, b], (_, n, at, steps) => {
    for (let k = 0, i = at[0], j = at[1]; k < n; k++, i += steps[0], j += steps[1]) {
      // An infinite b would make the bound infinite, and everything close to it.
      const same = x[i] === y[j] || (Number.isFinite(y[j]) && Math.abs(x[i] - y[j]) <= atol + rtol * Math.abs(y[j]));
      if (!same && !(equalNaN && Number.isNaN(x[i]) && Number.isNaN(y[j]))) close = false;
    }
  });
  return close;
}
