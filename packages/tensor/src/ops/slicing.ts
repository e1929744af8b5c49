import { axisOf, checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { checkHolds } from "../dtype.ts";
import { IndexError, OptionError, ShapeError } from "../errors.ts";
import { type Dims, groupOf, normalizeDims } from "../groups.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkWhole } from "../options.ts";
import { sameDType, shapeOfFirst } from "../rules.ts";
import { formatShape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** `start <= index < end` along `dim`, every `step`-th. */
export interface SliceAttrs {
  readonly dim: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export const sliceOp: OpRecord<"slice", SliceAttrs> = /* @__PURE__ */ defineOp<"slice", SliceAttrs>({
  name: "slice",
  dtype: sameDType,
  shape: ([x], { dim, start, end, step }) =>
    x.shape.map((size, axis) => (axis === dim ? Math.ceil((end - start) / step) : size)),
  view: ([x], { dim, start, step }) => {
    const { outer, inner } = groupOf(x.shape, dim);
    return outer === 1 && step === 1 ? start * inner : undefined;
  },
  forward: (out, [x], { dim, start, end, step }) => {
    const { outer, n, inner } = groupOf(x.shape, dim);
    const data = x.data;
    let o = 0;
    for (let a = 0; a < outer; a++) {
      if (step === 1) {
        for (let i = (a * n + start) * inner, stop = (a * n + end) * inner; i < stop; i++) out[o++] = data[i];
      } else {
        for (let at = start; at < end; at += step) {
          for (let i = (a * n + at) * inner, stop = i + inner; i < stop; i++) out[o++] = data[i];
        }
      }
    }
  },
});

export const selectOp: OpRecord<"select", { dim: number; index: number }> = /* @__PURE__ */ defineOp<
  "select",
  { dim: number; index: number }
>({
  name: "select",
  dtype: sameDType,
  shape: ([x], { dim }) => [...x.shape.slice(0, dim), ...x.shape.slice(dim + 1)],
  view: ([x], { dim, index }) => {
    const { outer, inner } = groupOf(x.shape, dim);
    return outer === 1 ? index * inner : undefined;
  },
  forward: (out, [x], { dim, index }) => {
    const { outer, n, inner } = groupOf(x.shape, dim);
    const data = x.data;
    let o = 0;
    for (let a = 0; a < outer; a++)
      for (let i = (a * n + index) * inner, stop = i + inner; i < stop; i++) out[o++] = data[i];
  },
});

export const flipOp: OpRecord<"flip", { dims: readonly number[] }> = /* @__PURE__ */ defineOp<
  "flip",
  { dims: readonly number[] }
>({
  name: "flip",
  dtype: sameDType,
  shape: shapeOfFirst,
  forward: (out, [x], { dims }) => {
    const strides = stridesOf(x.shape);
    const data = x.data;
    for (let o = 0; o < out.length; o++) {
      let i = o;
      for (const dim of dims) {
        const at = Math.floor(o / strides[dim]) % x.shape[dim];
        i += (x.shape[dim] - 1 - 2 * at) * strides[dim];
      }
      out[o] = data[i];
    }
  },
});

/** How many values to add before and after along one axis. */
export interface PadAttrs {
  readonly dim: number;
  readonly before: number;
  readonly after: number;
  readonly value: number;
}

export const padOp: OpRecord<"pad", PadAttrs> = /* @__PURE__ */ defineOp<"pad", PadAttrs>({
  name: "pad",
  dtype: sameDType,
  shape: ([x], { dim, before, after }) => x.shape.map((size, axis) => (axis === dim ? before + size + after : size)),
  forward: (out, [x], { dim, before, value }, { shape }) => {
    const { outer, n, inner } = groupOf(x.shape, dim);
    const data = x.data;
    if (value !== 0) out.fill(value);
    for (let a = 0, i = 0; a < outer; a++) {
      for (let o = (a * shape[dim] + before) * inner, stop = o + n * inner; o < stop; o++) out[o] = data[i++];
    }
  },
});

export const trilOp: OpRecord<"tril", { diagonal: number }> = /* @__PURE__ */ defineOp<"tril", { diagonal: number }>({
  name: "tril",
  dtype: sameDType,
  shape: ([x]) => {
    if (x.shape.length < 2) throw new ShapeError(`tril: expected matrices, got ${formatShape(x.shape)}`);
    return x.shape;
  },
  forward: (out, [x], { diagonal }) => {
    const [rows, columns] = x.shape.slice(-2);
    const data = x.data;
    for (let r = 0, i = 0; r < sizeOf(x.shape) / columns; r++) {
      for (let c = 0; c < columns; c++, i++) if (c <= (r % rows) + diagonal) out[i] = data[i];
    }
  },
});

/**
 * The part `start <= index < end` along `dim`, every `step`-th; negative positions count from the end, positions beyond it
 * are cut off. A slice of the first axis shares its values with `x`.
 *
 * @example
 * ```ts
 * slice(arange(6), 0, 1, -1).toArray(); // [1, 2, 3, 4]
 * slice(arange(6), 0, 0, 6, 2).toArray(); // [0, 2, 4]
 * ```
 * @throws {IndexError} when the axis does not exist, or a position is not whole
 * @throws {OptionError} when `step` is not a whole number >= 1
 */
export function slice(
  x: Tensor,
  dim: number,
  start: number = 0,
  end: number = Number.POSITIVE_INFINITY,
  step: number = 1,
): Tensor {
  const axis = axisOf("slice", x, dim);
  if (!Number.isInteger(step) || step < 1)
    throw new OptionError(`slice: step must be a whole number >= 1, got ${describe(step)}`);
  const size = x.shape[axis];
  const from = clampPosition(start, size);
  return apply(sliceOp, [x], { dim: axis, start: from, end: Math.max(from, clampPosition(end, size)), step });
}

function clampPosition(position: number, size: number): number {
  if (!Number.isInteger(position) && position !== Number.POSITIVE_INFINITY && position !== Number.NEGATIVE_INFINITY)
    throw new IndexError(`slice: positions must be whole numbers, got ${describe(position)}`);
  return Math.min(Math.max(position < 0 ? position + size : position, 0), size);
}

/**
 * The slice at `index` along `dim`, which disappears: `select(x, 0, t)` of `[T, B, I]` is `[B, I]`, without a copy.
 *
 * @example
 * ```ts
 * select(tensor([[1, 2], [3, 4]]), 1, -1).toArray(); // [2, 4]
 * ```
 * @throws {IndexError} when axis or index lie outside
 */
export function select(x: Tensor, dim: number, index: number): Tensor {
  const axis = axisOf("select", x, dim);
  const size = x.shape[axis];
  if (!Number.isInteger(index)) throw new IndexError(`select: expected a whole index, got ${describe(index)}`);
  if (index < -size || index >= size)
    throw new IndexError(`select: index ${index} is outside of axis ${dim} with size ${size}`);
  return apply(selectOp, [x], { dim: axis, index: index < 0 ? index + size : index });
}

/**
 * Reverses the order along `dim` (one axis, several, or all).
 *
 * @example
 * ```ts
 * flip(tensor([[1, 2], [3, 4]]), 1).toArray(); // [[2, 1], [4, 3]]
 * ```
 * @throws {IndexError} when an axis does not exist
 */
export function flip(x: Tensor, dim?: Dims): Tensor {
  checkTensor("flip", x);
  return apply(flipOp, [x], { dims: normalizeDims("flip", dim, x.shape.length) });
}

/**
 * Adds `before` and `after` values along one axis.
 *
 * @example
 * ```ts
 * pad(tensor([1, 2]), 0, 1, 2).toArray(); // [0, 1, 2, 0, 0]
 * ```
 * @throws {ShapeError} when a count is negative or not whole
 * @throws {IndexError} when the axis does not exist
 * @throws {DTypeError} when the dtype cannot hold `value`
 */
export function pad(x: Tensor, dim: number, before: number, after: number, value: number = 0): Tensor {
  const axis = axisOf("pad", x, dim);
  for (const count of [before, after]) {
    if (!Number.isInteger(count) || count < 0)
      throw new ShapeError(`pad: counts must be whole numbers >= 0, got ${describe(count)}`);
  }
  checkHolds("pad", x.dtype, value);
  return apply(padOp, [x], { dim: axis, before, after, value });
}

/**
 * Keeps the lower triangle of the last two axes, up to the given diagonal, and makes the rest 0.
 *
 * @example
 * ```ts
 * tril(ones([2, 3]), 1).toArray(); // [[1, 1, 0], [1, 1, 1]]
 * ```
 * @throws {ShapeError} for fewer than two axes
 * @throws {OptionError} unless `diagonal` is a whole number
 */
export function tril(x: Tensor, diagonal: number = 0): Tensor {
  return apply(trilOp, [x], { diagonal: checkWhole("tril", "diagonal", diagonal) });
}
