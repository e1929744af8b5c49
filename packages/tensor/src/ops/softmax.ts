import { axisOf } from "../check.ts";
import type { TypedArray } from "../dtype.ts";
import { groupOf } from "../groups.ts";
import { apply, defineOp, type OpKernel, type OpRecord } from "../op.ts";
import { floatDType, shapeOfFirst } from "../rules.ts";
import type { Tensor } from "../tensor.ts";
import { cumsumKernel, rowKernel } from "../wasm/rows.ts";

/** The axis along which an op works. */
export interface DimAttrs {
  readonly dim: number;
}

/** Works on `n` values that lie `step` apart from `at` on. */
type Row = (y: TypedArray, x: TypedArray, at: number, step: number, n: number) => void;

function alongDim<Name extends string>(name: Name, row: Row, kernel?: OpKernel<DimAttrs>): OpRecord<Name, DimAttrs> {
  return defineOp<Name, DimAttrs>({
    name,
    dtype: floatDType,
    shape: shapeOfFirst,
    forward: (out, [x], { dim }) => {
      const { outer, n, inner } = groupOf(x.shape, dim);
      const data = x.data;
      for (let a = 0; a < outer; a++) for (let b = 0; b < inner; b++) row(out, data, a * n * inner + b, inner, n);
    },
    kernel,
  });
}

/** The largest of a row, by which exponentials are shifted so that they cannot overflow. */
function largest(x: TypedArray, at: number, step: number, n: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let k = 0, i = at; k < n; k++, i += step) best = Math.max(best, x[i]);
  return best;
}

export const softmaxOp: OpRecord<"softmax", DimAttrs> = /* @__PURE__ */ alongDim(
  "softmax",
  (y, x, at, step, n) => {
    const shift = largest(x, at, step, n);
    let total = 0;
    for (let k = 0, i = at; k < n; k++, i += step) {
      const e = Math.exp(x[i] - shift);
      y[i] = e;
      total += e;
    }
    for (let k = 0, i = at; k < n; k++, i += step) y[i] /= total;
  },
  /* @__PURE__ */ rowKernel("softmax"),
);

export const logSoftmaxOp: OpRecord<"logSoftmax", DimAttrs> = /* @__PURE__ */ alongDim(
  "logSoftmax",
  (y, x, at, step, n) => {
    const shift = largest(x, at, step, n);
    let total = 0;
    for (let k = 0, i = at; k < n; k++, i += step) total += Math.exp(x[i] - shift);
    const log = Math.log(total);
    // In two steps: shift + log would round away log beside a large shift.
    for (let k = 0, i = at; k < n; k++, i += step) y[i] = x[i] - shift - log;
  },
  /* @__PURE__ */ rowKernel("logSoftmax"),
);

export const cumsumOp: OpRecord<"cumsum", DimAttrs> = /* @__PURE__ */ alongDim(
  "cumsum",
  (y, x, at, step, n) => {
    let total = 0;
    for (let k = 0, i = at; k < n; k++, i += step) {
      total += x[i];
      y[i] = total;
    }
  },
  cumsumKernel,
);

/**
 * `e^x / Σ e^x` along `dim`, shifted so that it cannot overflow.
 *
 * @example
 * ```ts
 * softmax(tensor([1000, 1000]), 0).toArray(); // [0.5, 0.5]
 * ```
 * @throws {IndexError} when the axis does not exist
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function softmax(x: Tensor, dim: number): Tensor {
  return apply(softmaxOp, [x], { dim: axisOf("softmax", x, dim) });
}

/**
 * `x - log Σ e^x` along `dim`, without the digits lost by taking the logarithm of a softmax.
 *
 * @example
 * ```ts
 * logSoftmax(tensor([-1000, 0]), 0).toArray(); // [-1000, 0]
 * ```
 * @throws {IndexError} when the axis does not exist
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return apply(logSoftmaxOp, [x], { dim: axisOf("logSoftmax", x, dim) });
}

/**
 * Running sums along `dim`: `out[k] = x[0] + … + x[k]`.
 *
 * @example
 * ```ts
 * cumsum(tensor([1, 2, 3]), 0).toArray(); // [1, 3, 6]
 * ```
 * @throws {IndexError} when the axis does not exist
 * @throws {DTypeError} unless `x` is float32 or float64
 */
export function cumsum(x: Tensor, dim: number): Tensor {
  return apply(cumsumOp, [x], { dim: axisOf("cumsum", x, dim) });
}
