import { axisOf, checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { ShapeError } from "../errors.ts";
import { groupOf } from "../groups.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { sameDType } from "../rules.ts";
import { checkShape, formatShape, normalizeDim, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape } from "./movement.ts";
import { select, slice } from "./slicing.ts";
import type { DimAttrs } from "./softmax.ts";

export const concatOp: OpRecord<"concat", DimAttrs> = /* @__PURE__ */ defineOp<"concat", DimAttrs>({
  name: "concat",
  dtype: sameDType,
  shape: (inputs, { dim }) => {
    const first = inputs[0].shape;
    let total = 0;
    for (const { shape } of inputs) {
      if (shape.length !== first.length || shape.some((size, axis) => axis !== dim && size !== first[axis])) {
        throw new ShapeError(
          `concat: sizes differ beside axis ${dim}, got ${inputs.map((x) => formatShape(x.shape)).join(", ")}`,
        );
      }
      total += shape[dim];
    }
    return first.map((size, axis) => (axis === dim ? total : size));
  },
  forward: (out, inputs, { dim }, { shape }) => {
    const { outer, inner, n } = groupOf(shape, dim);
    let start = 0;
    for (const x of inputs) {
      const run = x.shape[dim] * inner;
      const data = x.data;
      for (let a = 0; a < outer; a++) copyRun(out, a * n * inner + start, data, a * run, run);
      start += run;
    }
  },
});

/** `set` on a subarray beats a loop only for long runs. */
function copyRun(out: Tensor["data"], o: number, x: Tensor["data"], i: number, n: number): void {
  if (n > 64) out.set(x.subarray(i, i + n), o);
  else for (let k = 0; k < n; k++) out[o + k] = x[i + k];
}

function some(fn: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors)) throw new ShapeError(`${fn}: expected an array of tensors, got ${describe(tensors)}`);
  if (tensors.length === 0) throw new ShapeError(`${fn}: expected at least one tensor, got an empty array`);
  for (const x of tensors) checkTensor(fn, x);
  sameDType(fn, tensors);
}

/**
 * Joins tensors along an axis that they have: `[2, 3]` and `[2, 4]` along 1 give `[2, 7]`.
 *
 * @example
 * ```ts
 * concat([tensor([[1], [2]]), tensor([[3], [4]])], 1).toArray(); // [[1, 3], [2, 4]]
 * ```
 * @throws {ShapeError} when another axis differs or there is no tensor
 * @throws {DTypeError} when the dtypes differ
 */
export function concat(tensors: readonly Tensor[], dim: number = 0): Tensor {
  return concatAs("concat", tensors, dim);
}

function concatAs(fn: string, tensors: readonly Tensor[], dim: number): Tensor {
  some(fn, tensors);
  return apply(concatOp, tensors, { dim: normalizeDim(fn, dim, tensors[0].shape.length) });
}

/**
 * PyTorch's short name of {@link concat}.
 *
 * @example
 * ```ts
 * cat([tensor([1]), tensor([2, 3])]).toArray(); // [1, 2, 3]
 * ```
 */
export function cat(tensors: readonly Tensor[], dim: number = 0): Tensor {
  return concatAs("cat", tensors, dim);
}

/**
 * Joins tensors of one shape along a new axis: T of `[B, H]` along 0 give `[T, B, H]`.
 *
 * @example
 * ```ts
 * stack([tensor([1, 2]), tensor([3, 4])], 1).toArray(); // [[1, 3], [2, 4]]
 * ```
 * @throws {ShapeError} when the shapes differ or there is no tensor
 * @throws {DTypeError} when the dtypes differ
 */
export function stack(tensors: readonly Tensor[], dim: number = 0): Tensor {
  some("stack", tensors);
  const { shape } = tensors[0];
  const at = normalizeDim("stack", dim, shape.length + 1);
  for (const x of tensors) {
    if (!sameShape(x.shape, shape))
      throw new ShapeError(`stack: shapes differ, got ${formatShape(shape)} and ${formatShape(x.shape)}`);
  }
  const widened = [...shape.slice(0, at), 1, ...shape.slice(at)];
  if (at > 0 || shape.length === 0)
    return concat(
      tensors.map((x) => reshape(x, widened)),
      at,
    );
  // Along the first axis the values already lie in order: joining [B, H] to [T * B, H] needs no view of each tensor.
  return reshape(concat(tensors, 0), [tensors.length, ...shape]);
}

/**
 * Cuts along `dim` into pieces of `size` (the last may be smaller), or into pieces of the given sizes.
 *
 * @example
 * ```ts
 * split(arange(5), 2).map((x) => x.toArray()); // [[0, 1], [2, 3], [4]]
 * split(arange(5), [1, 4]).map((x) => x.toArray()); // [[0], [1, 2, 3, 4]]
 * ```
 * @throws {ShapeError} when the given sizes do not add up, or are not whole
 */
export function split(x: Tensor, size: number | readonly number[], dim: number = 0): Tensor[] {
  const at = axisOf("split", x, dim);
  const total = x.shape[at];
  if (!Array.isArray(size)) {
    if (typeof size !== "number" || !Number.isInteger(size) || size < 1)
      throw new ShapeError(`split: expected a whole size >= 1 or an array of sizes, got ${describe(size)}`);
    return split(
      x,
      Array.from({ length: Math.max(1, Math.ceil(total / size)) }, (_, i) => Math.min(size, total - i * size)),
      at,
    );
  }
  const sum = checkShape("split", size).reduce((a, b) => a + b, 0);
  if (sum !== total)
    throw new ShapeError(`split: sizes ${formatShape(size)} add up to ${sum}, axis ${dim} has ${total}`);
  let start = 0;
  return size.map((length) => {
    start += length;
    return slice(x, at, start - length, start);
  });
}

/**
 * Cuts along `dim` into `chunks` pieces of equal size, the last smaller when it does not divide: PyTorch's rule, by which
 * there may be fewer pieces than asked for.
 *
 * @example
 * ```ts
 * chunk(arange(6), 3).map((x) => x.toArray()); // [[0, 1], [2, 3], [4, 5]]
 * ```
 * @throws {ShapeError} unless `chunks` is a whole number >= 1
 */
export function chunk(x: Tensor, chunks: number, dim: number = 0): Tensor[] {
  const at = axisOf("chunk", x, dim);
  if (!Number.isInteger(chunks) || chunks < 1)
    throw new ShapeError(`chunk: expected a whole count >= 1, got ${describe(chunks)}`);
  return split(x, Math.max(1, Math.ceil(x.shape[at] / chunks)), at);
}

/**
 * All slices along `dim`, which disappears: `[T, B, I]` gives T of `[B, I]`, along the first axis without a copy.
 *
 * @example
 * ```ts
 * unbind(tensor([[1, 2], [3, 4]])).map((x) => x.toArray()); // [[1, 2], [3, 4]]
 * ```
 * @throws {IndexError} when the axis does not exist
 */
export function unbind(x: Tensor, dim: number = 0): Tensor[] {
  const axis = axisOf("unbind", x, dim);
  return Array.from({ length: x.shape[axis] }, (_, i) => select(x, axis, i));
}
