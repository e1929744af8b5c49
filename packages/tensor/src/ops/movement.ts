import { forEachRun } from "../broadcast.ts";
import { axisOf, checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { ShapeError } from "../errors.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { sameDType } from "../rules.ts";
import {
  broadcastShapes,
  checkShape,
  formatShape,
  normalizeDim,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { permuteKernel } from "../wasm/move.ts";

/** The shape that an op was asked for. */
export interface ShapeAttrs {
  readonly shape: Shape;
}

export const reshapeOp: OpRecord<"reshape", ShapeAttrs> = /* @__PURE__ */ defineOp<"reshape", ShapeAttrs>({
  name: "reshape",
  dtype: sameDType,
  shape: ([x], { shape }) => {
    if (sizeOf(shape) !== x.size)
      throw new ShapeError(
        `reshape: ${formatShape(x.shape)} has ${x.size} values, ${formatShape(shape)} needs ${sizeOf(shape)}`,
      );
    return shape;
  },
  view: () => 0,
  forward: (out, [x]) => out.set(x.data),
});

export const permuteOp: OpRecord<"permute", { order: readonly number[] }> = /* @__PURE__ */ defineOp<
  "permute",
  { order: readonly number[] }
>({
  name: "permute",
  dtype: sameDType,
  shape: ([x], { order }) => order.map((axis) => x.shape[axis]),
  forward: (out, [x], { order }, { shape }) => {
    const own = stridesOf(x.shape);
    const strides = order.map((axis) => own[axis]);
    const data = x.data;
    const inner = shape.length - 1;
    if (inner < 0) {
      out[0] = data[0];
      return;
    }
    const index = new Array<number>(inner).fill(0);
    const length = shape[inner];
    const step = strides[inner];
    for (let o = 0, at = 0; o < out.length; o += length) {
      for (let k = 0, i = at; k < length; k++, i += step) out[o + k] = data[i];
      for (let axis = inner - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < shape[axis]) break;
        at -= strides[axis] * shape[axis];
        index[axis] = 0;
      }
    }
  },
  kernel: permuteKernel,
});

export const broadcastToOp: OpRecord<"broadcastTo", ShapeAttrs> = /* @__PURE__ */ defineOp<"broadcastTo", ShapeAttrs>({
  name: "broadcastTo",
  dtype: sameDType,
  shape: ([x], { shape }) => {
    if (!sameShape(broadcastShapes("broadcastTo", [x.shape, shape]), shape)) {
      throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} does not stretch to ${formatShape(shape)}`);
    }
    return shape;
  },
  view: ([x], { shape }) => (sameShape(x.shape, shape) ? 0 : undefined),
  forward: (out, inputs, { shape }) => {
    const data = inputs[0].data;
    forEachRun(shape, inputs, (o, n, [at], [step]) => {
      for (let k = 0, i = at; k < n; k++, i += step) out[o + k] = data[i];
    });
  },
});

/** The value itself, as a tensor of its own: a place where a gradient can be asked for. */
export const identityOp: OpRecord<"identity"> = /* @__PURE__ */ defineOp<"identity">({
  name: "identity",
  dtype: sameDType,
  shape: ([x]) => x.shape,
  view: () => 0,
  forward: (out, [x]) => out.set(x.data),
});

export const detachOp: OpRecord<"detach"> = /* @__PURE__ */ defineOp<"detach">({
  name: "detach",
  dtype: sameDType,
  shape: ([x]) => x.shape,
  view: () => 0,
  forward: (out, [x]) => out.set(x.data),
});

/**
 * The same values in another shape, without a copy. One size may be -1 and is worked out.
 *
 * @example
 * ```ts
 * reshape(arange(6), [2, -1]).shape; // [2, 3]
 * ```
 * @throws {ShapeError} when the number of values differs
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  checkTensor("reshape", x);
  const open = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  if (open < 0) return apply(reshapeOp, [x], { shape: checkShape("reshape", shape) });
  if (shape.includes(-1, open + 1)) throw new ShapeError(`reshape: only one size may be -1, got ${formatShape(shape)}`);
  const rest = sizeOf(
    checkShape(
      "reshape",
      shape.filter((_, axis) => axis !== open),
    ),
  );
  if (rest === 0 || x.size % rest !== 0)
    throw new ShapeError(`reshape: ${formatShape(x.shape)} does not divide into ${formatShape(shape)}`);
  return apply(reshapeOp, [x], { shape: shape.map((size, axis) => (axis === open ? x.size / rest : size)) });
}

/**
 * Rearranges axes: axis `i` of the result is axis `order[i]` of `x`.
 *
 * @example
 * ```ts
 * permute(zeros([2, 3, 4]), [2, 0, 1]).shape; // [4, 2, 3]
 * ```
 * @throws {ShapeError} unless `order` names each axis once
 */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  checkTensor("permute", x);
  if (!Array.isArray(order)) throw new ShapeError(`permute: expected an array of axes, got ${describe(order)}`);
  const axes = order.map((axis) => normalizeDim("permute", axis, x.shape.length));
  if (axes.length !== x.shape.length || new Set(axes).size !== axes.length) {
    throw new ShapeError(`permute: expected each of ${x.shape.length} axes once, got ${formatShape(order)}`);
  }
  return apply(permuteOp, [x], { order: axes });
}

/**
 * Exchanges two axes, by default the last two: matrix transposition. Matrix products take the option `transposeA` or
 * `transposeB` instead, which copies nothing.
 *
 * @example
 * ```ts
 * transpose(tensor([[1, 2], [3, 4]])).toArray(); // [[1, 3], [2, 4]]
 * ```
 * @throws {IndexError} when an axis does not exist
 */
export function transpose(x: Tensor, dim0: number = -2, dim1: number = -1): Tensor {
  const [a, b] = [axisOf("transpose", x, dim0), axisOf("transpose", x, dim1)];
  const order = x.shape.map((_, axis) => axis);
  [order[a], order[b]] = [order[b], order[a]];
  return apply(permuteOp, [x], { order });
}

/**
 * Drops an axis of size 1, or all of them when `dim` is left out.
 *
 * @example
 * ```ts
 * squeeze(zeros([1, 3, 1])).shape; // [3]
 * squeeze(zeros([1, 3, 1]), 0).shape; // [3, 1]
 * ```
 * @throws {ShapeError} when the size of the axis is not 1
 */
export function squeeze(x: Tensor, dim?: number): Tensor {
  checkTensor("squeeze", x);
  if (dim === undefined)
    return reshape(
      x,
      x.shape.filter((size) => size !== 1),
    );
  const at = normalizeDim("squeeze", dim, x.shape.length);
  if (x.shape[at] !== 1) throw new ShapeError(`squeeze: axis ${dim} has size ${x.shape[at]}, expected 1`);
  return reshape(
    x,
    x.shape.filter((_, axis) => axis !== at),
  );
}

/**
 * Inserts an axis of size 1, which is axis `dim` of the result.
 *
 * @example
 * ```ts
 * unsqueeze(zeros([2, 3]), 1).shape; // [2, 1, 3]
 * ```
 * @throws {IndexError} when the result has no such axis
 */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  checkTensor("unsqueeze", x);
  const at = normalizeDim("unsqueeze", dim, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/**
 * Stretches axes of size 1, and adds leading ones, to reach `shape`.
 *
 * @example
 * ```ts
 * broadcastTo(tensor([1, 2]), [2, 2]).toArray(); // [[1, 2], [1, 2]]
 * ```
 * @throws {ShapeError} when it does not fit
 */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  return apply(broadcastToOp, [x], { shape: checkShape("broadcastTo", shape) });
}

/**
 * The same values, cut off from the graph: no gradient flows back through it.
 *
 * @example
 * ```ts
 * detach(tensor([1, 2])).toArray(); // [1, 2]
 * ```
 */
export function detach(x: Tensor): Tensor {
  return apply(detachOp, [x], undefined);
}

/**
 * The same values as a node of their own in the graph, so that a gradient can be asked for at exactly this place.
 *
 * @example
 * ```ts
 * identity(tensor([1, 2])).toArray(); // [1, 2]
 * ```
 */
export function identity(x: Tensor): Tensor {
  return apply(identityOp, [x], undefined);
}
