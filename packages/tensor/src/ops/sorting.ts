import { axisOf, checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { ShapeError } from "../errors.ts";
import { groupOf } from "../groups.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkBoolean, checkOptions } from "../options.ts";
import { numericDType, shapeOfFirst } from "../rules.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { gather } from "./indexing.ts";
import { reshape } from "./movement.ts";
import { slice } from "./slicing.ts";

function indexDType(name: string, inputs: readonly Tensor[]): "int32" {
  numericDType(name, inputs);
  return "int32";
}

export const argsortOp: OpRecord<"argsort", { dim: number; descending: boolean }> = /* @__PURE__ */ defineOp<
  "argsort",
  { dim: number; descending: boolean }
>({
  name: "argsort",
  dtype: indexDType,
  shape: shapeOfFirst,
  forward: (out, [x], { dim, descending }) => {
    const { outer, n, inner } = groupOf(x.shape, dim);
    const data = x.data;
    const row = Array.from({ length: n }, (_, k) => k);
    const direction = descending ? -1 : 1;
    for (let a = 0; a < outer; a++) {
      for (let b = 0; b < inner; b++) {
        const at = a * n * inner + b;
        // Sorted from the original order each time: equal values keep it. NaN counts as the largest, as in PyTorch.
        const order = row.slice().sort((p, q) => {
          const [u, v] = [data[at + p * inner], data[at + q * inner]];
          if (u === v) return 0;
          if (Number.isNaN(u)) return Number.isNaN(v) ? 0 : direction;
          if (Number.isNaN(v)) return -direction;
          return u < v ? -direction : direction;
        });
        for (let k = 0; k < n; k++) out[at + k * inner] = order[k];
      }
    }
  },
});

function arg<Name extends string>(
  name: Name,
  better: (candidate: number, best: number) => boolean,
): OpRecord<Name, { dim: number }> {
  return defineOp<Name, { dim: number }>({
    name,
    dtype: indexDType,
    shape: ([x], { dim }) => {
      if (x.shape[dim] === 0)
        throw new ShapeError(`${name}: nothing to choose from, got shape ${formatShape(x.shape)}`);
      return x.shape.filter((_, axis) => axis !== dim);
    },
    forward: (out, [x], { dim }) => {
      const { outer, n, inner } = groupOf(x.shape, dim);
      const data = x.data;
      for (let a = 0, o = 0; a < outer; a++) {
        for (let b = 0; b < inner; b++, o++) {
          const at = a * n * inner + b;
          let best = 0;
          for (let k = 1; k < n && !Number.isNaN(data[at + best * inner]); k++) {
            const value = data[at + k * inner];
            if (Number.isNaN(value) || better(value, data[at + best * inner])) best = k;
          }
          out[o] = best;
        }
      }
    },
  });
}

export const argmaxOp: OpRecord<"argmax", { dim: number }> = /* @__PURE__ */ arg("argmax", (a, b) => a > b);

export const argminOp: OpRecord<"argmin", { dim: number }> = /* @__PURE__ */ arg("argmin", (a, b) => a < b);

function choose(op: OpRecord<string, { dim: number }>, x: Tensor, dim: number | undefined): Tensor {
  checkTensor(op.name, x);
  if (dim === undefined) return apply(op, [reshape(x, [x.size])], { dim: 0 });
  return apply(op, [x], { dim: axisOf(op.name, x, dim) });
}

/**
 * The first position of the largest value along `dim`, or in the flattened tensor; a NaN counts as the largest.
 *
 * @example
 * ```ts
 * argmax(tensor([[1, 4], [3, 2]]), 1).toArray(); // [1, 0]
 * ```
 * @returns int32, without the axis
 * @throws {ShapeError} when there is nothing to choose from
 * @throws {IndexError} when the axis does not exist
 */
export function argmax(x: Tensor, dim?: number): Tensor {
  return choose(argmaxOp, x, dim);
}

/**
 * The first position of the smallest value along `dim`, or in the flattened tensor; a NaN is taken first.
 *
 * @example
 * ```ts
 * argmin(tensor([[1, 4], [3, 2]])).item(); // 0
 * ```
 * @returns int32, without the axis
 * @throws {ShapeError} when there is nothing to choose from
 * @throws {IndexError} when the axis does not exist
 */
export function argmin(x: Tensor, dim?: number): Tensor {
  return choose(argminOp, x, dim);
}

/** Options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** The largest first (default false). */
  descending?: boolean;
}

function argsortAs(fn: string, x: Tensor, dim: number, options: SortOptions | undefined): Tensor {
  checkOptions(fn, options, ["descending"]);
  const axis = axisOf(fn, x, dim);
  numericDType(fn, [x]);
  return apply(argsortOp, [x], {
    dim: axis,
    descending: checkBoolean(fn, "descending", options?.descending, false),
  });
}

/**
 * Positions that would sort `x` along `dim`, NaN last when ascending; equal values keep their order.
 *
 * @example
 * ```ts
 * argsort(tensor([3, 1, 2])).toArray(); // [1, 2, 0]
 * ```
 * @returns int32 of the shape of `x`
 * @throws {IndexError} when the axis does not exist
 * @throws {DTypeError} when `x` is bool
 */
export function argsort(x: Tensor, dim: number = -1, options?: SortOptions): Tensor {
  return argsortAs("argsort", x, dim, options);
}

/**
 * Sorts along `dim`, NaN last when ascending; gradients flow to where the values came from.
 *
 * @example
 * ```ts
 * sort(tensor([3, 1, 2])).values.toArray(); // [1, 2, 3]
 * sort(tensor([3, 1, 2]), 0, { descending: true }).indices.toArray(); // [0, 2, 1]
 * ```
 * @throws {IndexError} when the axis does not exist
 * @throws {DTypeError} when `x` is bool
 */
export function sort(x: Tensor, dim: number = -1, options?: SortOptions): { values: Tensor; indices: Tensor } {
  const indices = argsortAs("sort", x, dim, options);
  return { values: gather(x, dim, indices), indices };
}

/** Options of {@link topk}. */
export interface TopkOptions {
  /** The largest values (default true) or the smallest. */
  largest?: boolean;
}

/**
 * The `k` largest (or smallest) values along `dim`, in order, with their positions.
 *
 * @example
 * ```ts
 * topk(tensor([3, 1, 2]), 2).values.toArray(); // [3, 2]
 * ```
 * @throws {ShapeError} unless `k` is a whole number up to the size of the axis
 * @throws {IndexError} when the axis does not exist
 */
export function topk(
  x: Tensor,
  k: number,
  dim: number = -1,
  options?: TopkOptions,
): { values: Tensor; indices: Tensor } {
  checkOptions("topk", options, ["largest"]);
  const descending = checkBoolean("topk", "largest", options?.largest, true);
  const axis = axisOf("topk", x, dim);
  const size = x.shape[axis];
  if (!Number.isInteger(k) || k < 0 || k > size)
    throw new ShapeError(`topk: expected a whole k in [0, ${size}], got ${typeof k === "number" ? k : describe(k)}`);
  const indices = slice(argsortAs("topk", x, dim, { descending }), dim, 0, k);
  return { values: gather(x, dim, indices), indices };
}
