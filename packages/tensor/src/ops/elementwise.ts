import { checkTensor } from "../check.ts";
import { checkHolds, type DType, type TypedArray } from "../dtype.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { floatDType, numericDType, shapeOfFirst } from "../rules.ts";
import { erf as scalarErf } from "../scalar/erf.ts";
import type { Tensor } from "../tensor.ts";
import { exactFrom } from "../wasm/chunk.ts";
import { mapKernel, type UnaryKernel, unaryKernel } from "../wasm/unary.ts";

/** The record of a one-input op; each brings its own literal loop, which V8 compiles by itself. */
export function unary<Name extends string>(
  name: Name,
  dtype: (name: string, inputs: readonly Tensor[]) => DType,
  loop: (y: TypedArray, x: TypedArray) => void,
  kernel?: UnaryKernel,
): OpRecord<Name> {
  return defineOp<Name>({
    name,
    dtype,
    shape: shapeOfFirst,
    forward: (out, [x]) => loop(out, x.data),
    ...(kernel === undefined ? {} : { kernel: unaryKernel(kernel) }),
  });
}

export const negOp: OpRecord<"neg"> = /* @__PURE__ */ unary(
  "neg",
  numericDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = -x[i];
  },
  "neg",
);

export const expOp: OpRecord<"exp"> = /* @__PURE__ */ unary(
  "exp",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.exp(x[i]);
  },
  "exp",
);

export const expm1Op: OpRecord<"expm1"> = /* @__PURE__ */ unary(
  "expm1",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.expm1(x[i]);
  },
  "expm1",
);

export const logOp: OpRecord<"log"> = /* @__PURE__ */ unary(
  "log",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.log(x[i]);
  },
  "log",
);

export const log1pOp: OpRecord<"log1p"> = /* @__PURE__ */ unary(
  "log1p",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.log1p(x[i]);
  },
  "log1p",
);

export const sqrtOp: OpRecord<"sqrt"> = /* @__PURE__ */ unary(
  "sqrt",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(x[i]);
  },
  "sqrt",
);

export const absOp: OpRecord<"abs"> = /* @__PURE__ */ unary(
  "abs",
  numericDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.abs(x[i]);
  },
  "abs",
);

export const signOp: OpRecord<"sign"> = /* @__PURE__ */ unary(
  "sign",
  numericDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.sign(x[i]);
  },
  "sign",
);

export const floorOp: OpRecord<"floor"> = /* @__PURE__ */ unary(
  "floor",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.floor(x[i]);
  },
  "floor",
);

export const roundOp: OpRecord<"round"> = /* @__PURE__ */ unary(
  "round",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = roundHalfToEven(x[i]);
  },
  "round",
);

export const sinOp: OpRecord<"sin"> = /* @__PURE__ */ unary("sin", floatDType, (y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.sin(x[i]);
});

export const cosOp: OpRecord<"cos"> = /* @__PURE__ */ unary("cos", floatDType, (y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.cos(x[i]);
});

export const erfOp: OpRecord<"erf"> = /* @__PURE__ */ unary(
  "erf",
  floatDType,
  (y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = scalarErf(x[i]);
  },
  "erf",
);

export const clampOp: OpRecord<"clamp", { min: number; max: number }> = /* @__PURE__ */ defineOp<
  "clamp",
  { min: number; max: number }
>({
  name: "clamp",
  dtype: numericDType,
  shape: shapeOfFirst,
  forward: (out, [x], { min, max }) => {
    const a = x.data;
    for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(a[i], min), max);
  },
  kernel: /* @__PURE__ */ mapKernel(exactFrom, (run, at, n, { min, max }) => run.clamp(at, at, n, min, max)),
});

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  // Not floor + 1, which makes 0 of what rounds to -0.
  if (rest > 0.5) return Math.ceil(x);
  return floor % 2 === 0 ? floor : Math.ceil(x);
}

/**
 * The negative, elementwise: `-x`.
 *
 * @example
 * ```ts
 * neg(tensor([1, -2])).toArray(); // [-1, 2]
 * ```
 * @throws {DTypeError} when `x` is bool
 */
export function neg(x: Tensor): Tensor {
  return apply(negOp, [x], undefined);
}

/**
 * The exponential, elementwise: `e^x`.
 *
 * @example
 * ```ts
 * exp(tensor([0, 1])).toArray(); // [1, 2.71828…]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function exp(x: Tensor): Tensor {
  return apply(expOp, [x], undefined);
}

/**
 * `e^x - 1`, elementwise, exact for small `x`.
 *
 * @example
 * ```ts
 * expm1(tensor(new Float64Array([1e-12]))).item(); // 1.0000000000005e-12
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function expm1(x: Tensor): Tensor {
  return apply(expm1Op, [x], undefined);
}

/**
 * The natural logarithm, elementwise; of 0 it is -∞, of a negative number NaN.
 *
 * @example
 * ```ts
 * log(tensor([1, 0, -1])).toArray(); // [0, -Infinity, NaN]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function log(x: Tensor): Tensor {
  return apply(logOp, [x], undefined);
}

/**
 * `log(1 + x)`, elementwise, exact for small `x`.
 *
 * @example
 * ```ts
 * log1p(tensor(new Float64Array([1e-12]))).item(); // 9.999999999995e-13
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function log1p(x: Tensor): Tensor {
  return apply(log1pOp, [x], undefined);
}

/**
 * The square root, elementwise; of a negative number NaN.
 *
 * @example
 * ```ts
 * sqrt(tensor([4, 2])).toArray(); // [2, 1.41421…]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function sqrt(x: Tensor): Tensor {
  return apply(sqrtOp, [x], undefined);
}

/**
 * The absolute value, elementwise: `|x|`. Its derivative at 0 is 0, as in PyTorch.
 *
 * @example
 * ```ts
 * abs(tensor([-2, 3])).toArray(); // [2, 3]
 * ```
 * @throws {DTypeError} when `x` is bool
 */
export function abs(x: Tensor): Tensor {
  return apply(absOp, [x], undefined);
}

/**
 * -1, 0 or 1 by the sign of each element; NaN stays NaN.
 *
 * @example
 * ```ts
 * sign(tensor([-2, 0, 3])).toArray(); // [-1, 0, 1]
 * ```
 * @throws {DTypeError} when `x` is bool
 */
export function sign(x: Tensor): Tensor {
  return apply(signOp, [x], undefined);
}

/**
 * The largest whole number not above each element.
 *
 * @example
 * ```ts
 * floor(tensor([1.7, -1.2])).toArray(); // [1, -2]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function floor(x: Tensor): Tensor {
  return apply(floorOp, [x], undefined);
}

/**
 * The nearest whole number, halves to the even one, as IEEE 754 and PyTorch round.
 *
 * @example
 * ```ts
 * round(tensor([0.5, 1.5, 2.5, -0.6])).toArray(); // [0, 2, 2, -1]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function round(x: Tensor): Tensor {
  return apply(roundOp, [x], undefined);
}

/**
 * The sine of radians, elementwise.
 *
 * @example
 * ```ts
 * sin(tensor([0, Math.PI / 2])).toArray(); // [0, 1]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function sin(x: Tensor): Tensor {
  return apply(sinOp, [x], undefined);
}

/**
 * The cosine of radians, elementwise.
 *
 * @example
 * ```ts
 * cos(tensor([0, Math.PI])).toArray(); // [1, -1]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function cos(x: Tensor): Tensor {
  return apply(cosOp, [x], undefined);
}

/**
 * The error function, elementwise: `2/sqrt(pi) ∫_0^x exp(-t²) dt`, to 1e-16 (FreeBSD's msun).
 *
 * @example
 * ```ts
 * erf(tensor([0, 1])).toArray(); // [0, 0.84270…]
 * ```
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function erf(x: Tensor): Tensor {
  return apply(erfOp, [x], undefined);
}

/**
 * Limits each element to `[min, max]`: `min(max(x, min), max)`; either end may be left out. NaN stays NaN.
 *
 * @example
 * ```ts
 * clamp(tensor([-2, 0.5, 3]), 0, 1).toArray(); // [0, 0.5, 1]
 * ```
 * @throws {DTypeError} when `x` is bool, or its dtype cannot hold a limit
 */
export function clamp(
  x: Tensor,
  min: number = Number.NEGATIVE_INFINITY,
  max: number = Number.POSITIVE_INFINITY,
): Tensor {
  checkTensor("clamp", x);
  if (min !== Number.NEGATIVE_INFINITY) checkHolds("clamp", x.dtype, min);
  if (max !== Number.POSITIVE_INFINITY) checkHolds("clamp", x.dtype, max);
  return apply(clampOp, [x], { min, max });
}
