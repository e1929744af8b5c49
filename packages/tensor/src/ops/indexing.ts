import { axisOf } from "../check.ts";
import { describe } from "../describe.ts";
import { DTypeError, IndexError, OptionError, ShapeError } from "../errors.ts";
import { groupOf } from "../groups.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkOptions } from "../options.ts";
import { numericDType } from "../rules.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { indexRowsKernel } from "../wasm/move-rows.ts";
import { worthView } from "../wasm/rows-copy.ts";
import type { DimAttrs } from "./softmax.ts";

/** Checks the dtypes of (x, index) or (x, index, source), and gives x's. */
function indexedDType(name: string, [x, index, source]: readonly Tensor[]): Tensor["dtype"] {
  if (index.dtype !== "int32") throw new DTypeError(`${name}: the index must be int32, got ${index.dtype}; use cast`);
  return source === undefined ? x.dtype : numericDType(name, [x, source]);
}

function checkedIndex(name: string, at: number, size: number): number {
  if (at < 0 || at >= size) throw new IndexError(`${name}: index ${at} is outside of an axis with size ${size}`);
  return at;
}

/** An index must have x's rank, and fit into x beside `dim`. */
function checkIndexShape(name: string, x: Tensor, index: Tensor, dim: number): void {
  if (index.shape.length !== x.shape.length || index.shape.some((size, axis) => axis !== dim && size > x.shape[axis])) {
    throw new ShapeError(
      `${name}: an index of shape ${formatShape(index.shape)} does not fit into ${formatShape(x.shape)} beside axis ${dim}`,
    );
  }
}

/** Calls `visit(flat index position, flat x position)` for every element of an index along `dim`. */
function forEachIndexed(
  name: string,
  shape: Tensor["shape"],
  index: Tensor,
  dim: number,
  visit: (i: number, at: number) => void,
): void {
  const at = index.data;
  const rank = shape.length;
  const position = new Array<number>(rank).fill(0);
  for (let i = 0; i < at.length; i++) {
    let flat = 0;
    for (let axis = 0; axis < rank; axis++) {
      flat = flat * shape[axis] + (axis === dim ? checkedIndex(name, at[i], shape[dim]) : position[axis]);
    }
    visit(i, flat);
    for (let axis = rank - 1; axis >= 0; axis--) {
      if (++position[axis] < index.shape[axis]) break;
      position[axis] = 0;
    }
  }
}

export const gatherOp: OpRecord<"gather", DimAttrs> = /* @__PURE__ */ defineOp<"gather", DimAttrs>({
  name: "gather",
  dtype: indexedDType,
  shape: ([x, index], { dim }) => {
    checkIndexShape("gather", x, index, dim);
    return index.shape;
  },
  forward: (out, [x, index], { dim }) => {
    const data = x.data;
    forEachIndexed("gather", x.shape, index, dim, (i, at) => {
      out[i] = data[at];
    });
  },
});

export const scatterAddOp: OpRecord<"scatterAdd", DimAttrs> = /* @__PURE__ */ defineOp<"scatterAdd", DimAttrs>({
  name: "scatterAdd",
  dtype: indexedDType,
  shape: ([x, index, source], { dim }) => {
    checkIndexShape("scatterAdd", x, index, dim);
    if (!sameShape(index.shape, source.shape)) {
      throw new ShapeError(
        `scatterAdd: index ${formatShape(index.shape)} and source ${formatShape(source.shape)} differ`,
      );
    }
    return x.shape;
  },
  forward: (out, [x, index, source], { dim }) => {
    const values = source.data;
    out.set(x.data);
    forEachIndexed("scatterAdd", x.shape, index, dim, (i, at) => {
      out[at] += values[i];
    });
  },
});

export const indexSelectOp: OpRecord<"indexSelect", DimAttrs> = /* @__PURE__ */ defineOp<"indexSelect", DimAttrs>({
  name: "indexSelect",
  dtype: indexedDType,
  shape: ([x, index], { dim }) => {
    if (index.shape.length !== 1)
      throw new ShapeError(`indexSelect: expected one axis of indices, got ${formatShape(index.shape)}`);
    return x.shape.map((size, axis) => (axis === dim ? index.size : size));
  },
  forward: (out, [x, index], { dim }) => {
    const { outer, n, inner } = groupOf(x.shape, dim);
    const data = x.data;
    const at = index.data;
    let o = 0;
    for (let a = 0; a < outer; a++) {
      for (let k = 0; k < at.length; k++) {
        const i = (a * n + checkedIndex("indexSelect", at[k], n)) * inner;
        if (inner >= worthView) out.set(data.subarray(i, i + inner), o);
        else for (let b = 0; b < inner; b++) out[o + b] = data[i + b];
        o += inner;
      }
    }
  },
  kernel: indexRowsKernel,
});

export const indexAddOp: OpRecord<"indexAdd", DimAttrs> = /* @__PURE__ */ defineOp<"indexAdd", DimAttrs>({
  name: "indexAdd",
  dtype: indexedDType,
  shape: ([x, index, source], { dim }) => {
    const expected = x.shape.map((size, axis) => (axis === dim ? index.size : size));
    if (index.shape.length !== 1 || !sameShape(expected, source.shape)) {
      throw new ShapeError(`indexAdd: expected a source of ${formatShape(expected)}, got ${formatShape(source.shape)}`);
    }
    return x.shape;
  },
  forward: (out, [x, index, source], { dim }) => {
    const { outer, n, inner } = groupOf(x.shape, dim);
    const at = index.data;
    const values = source.data;
    out.set(x.data);
    let i = 0;
    for (let a = 0; a < outer; a++) {
      for (let k = 0; k < at.length; k++) {
        const o = (a * n + checkedIndex("indexAdd", at[k], n)) * inner;
        for (let b = 0; b < inner; b++) out[o + b] += values[i++];
      }
    }
  },
  kernel: indexRowsKernel,
});

export const oneHotOp: OpRecord<"oneHot", { classes: number; dtype: "float32" | "float64" | "int32" }> =
  /* @__PURE__ */ defineOp<"oneHot", { classes: number; dtype: "float32" | "float64" | "int32" }>({
    name: "oneHot",
    dtype: (_, [index], { dtype }) => {
      if (index.dtype !== "int32")
        throw new DTypeError(`oneHot: the index must be int32, got ${index.dtype}; use cast`);
      return dtype;
    },
    shape: ([index], { classes }) => [...index.shape, classes],
    forward: (out, [index], { classes }) => {
      const at = index.data;
      for (let i = 0; i < at.length; i++) out[i * classes + checkedIndex("oneHot", at[i], classes)] = 1;
    },
  });

/**
 * Picks values along `dim` by an index of the same rank (PyTorch's `gather`): for `dim` 1, `out[i][j] = x[i][index[i][j]]`.
 *
 * @example
 * ```ts
 * const best = tensor([[2], [0]], { dtype: "int32" });
 * gather(tensor([[1, 2, 3], [4, 5, 6]]), 1, best).toArray(); // [[3], [4]]
 * ```
 * @returns the shape of `index`
 * @throws {IndexError} when an index lies outside
 * @throws {ShapeError} when the index does not fit beside `dim`
 * @throws {DTypeError} unless the index is int32
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  return apply(gatherOp, [x, index], { dim: axisOf("gather", x, dim) });
}

/**
 * Adds `source` to `x` at the places that {@link gather} would read: for `dim` 0, `out[index[i][j]][j] += source[i][j]`. A
 * place that comes twice is added to twice.
 *
 * @example
 * ```ts
 * const at = tensor([0, 2, 0], { dtype: "int32" });
 * scatterAdd(zeros([3]), 0, at, tensor([1, 2, 3])).toArray(); // [4, 0, 2]
 * ```
 * @returns the shape of `x`
 * @throws {IndexError} when an index lies outside
 * @throws {ShapeError} when index and source differ, or do not fit beside `dim`
 * @throws {DTypeError} unless the index is int32, and `x` and `source` have one numeric dtype
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return apply(scatterAddOp, [x, index, source], { dim: axisOf("scatterAdd", x, dim) });
}

/**
 * Takes whole slices along `dim`: rows `index` of a `[V, E]` table are `[N, E]`, an embedding lookup.
 *
 * @example
 * ```ts
 * const table = tensor([[0, 0], [1, 1], [2, 2]]);
 * indexSelect(table, 0, tensor([2, 0], { dtype: "int32" })).toArray(); // [[2, 2], [0, 0]]
 * ```
 * @throws {IndexError} when an index lies outside
 * @throws {ShapeError} unless the index has one axis
 * @throws {DTypeError} unless the index is int32
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  return apply(indexSelectOp, [x, index], { dim: axisOf("indexSelect", x, dim) });
}

/**
 * Adds slices of `source` to the slices `index` of `x` along `dim`; an index that comes twice adds twice.
 *
 * @example
 * ```ts
 * const rows = tensor([1, 1], { dtype: "int32" });
 * indexAdd(zeros([2, 2]), 0, rows, tensor([[1, 2], [3, 4]])).toArray(); // [[0, 0], [4, 6]]
 * ```
 * @returns the shape of `x`
 * @throws {IndexError} when an index lies outside
 * @throws {ShapeError} unless `source` is `x` with `index.size` slices along `dim`
 * @throws {DTypeError} unless the index is int32, and `x` and `source` have one numeric dtype
 */
export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return apply(indexAddOp, [x, index, source], { dim: axisOf("indexAdd", x, dim) });
}

/** Options of {@link oneHot}. */
export interface OneHotOptions {
  /** float32 unless given. */
  dtype?: "float32" | "float64" | "int32";
}

/**
 * A new last axis of size `classes` with 1 at each index and 0 elsewhere.
 *
 * @example
 * ```ts
 * oneHot(tensor([0, 2], { dtype: "int32" }), 3).toArray(); // [[1, 0, 0], [0, 0, 1]]
 * ```
 * @throws {IndexError} when an index is not below `classes`
 * @throws {DTypeError} when the indices are not int32
 * @throws {OptionError} unless `classes` is a whole number >= 1
 */
export function oneHot(index: Tensor, classes: number, options?: OneHotOptions): Tensor {
  checkOptions("oneHot", options, ["dtype"]);
  if (!Number.isInteger(classes) || classes < 1)
    throw new OptionError(`oneHot: classes must be a whole number >= 1, got ${describe(classes)}`);
  const dtype = options?.dtype ?? "float32";
  if (dtype !== "float32" && dtype !== "float64" && dtype !== "int32")
    throw new DTypeError(`oneHot: expected float32, float64 or int32, got ${String(dtype)}`);
  return apply(oneHotOp, [index], { classes, dtype });
}
