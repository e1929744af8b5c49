import { describe } from "./describe.ts";
import { IndexError, ShapeError } from "./errors.ts";

/** Sizes of the axes, outermost first. `[]` is a scalar. */
export type Shape = readonly number[];

/**
 * The number of values of a shape: the product of its sizes, 1 for a scalar.
 *
 * @example
 * ```ts
 * sizeOf([2, 3]); // 6
 * ```
 */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/**
 * Whether two shapes have the same sizes.
 *
 * @example
 * ```ts
 * sameShape([2, 3], [2, 3]); // true
 * ```
 */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * A shape as errors and printed tensors show it.
 *
 * @example
 * ```ts
 * formatShape([2, 3]); // "[2, 3]"
 * ```
 */
export function formatShape(shape: Shape): string {
  if (!Array.isArray(shape))
    throw new ShapeError(`formatShape: expected a shape such as [2, 3], got ${describe(shape)}`);
  return `[${shape.join(", ")}]`;
}

/** A copy of `shape`, or a {@link ShapeError} unless it is an array of whole numbers >= 0. */
export function checkShape(fn: string, shape: unknown): Shape {
  if (!Array.isArray(shape)) throw new ShapeError(`${fn}: expected a shape such as [2, 3], got ${describe(shape)}`);
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(`${fn}: sizes must be whole numbers >= 0, got [${shape.map(String).join(", ")}]`);
    }
  }
  return shape.slice();
}

/**
 * Maps an axis in [-rank, rank) to [0, rank).
 *
 * @example
 * ```ts
 * normalizeDim("sum", -1, 3); // 2
 * normalizeDim("sum", 3, 3); // IndexError: sum: no axis 3, expected one in [-3, 2]
 * ```
 * @throws {IndexError} when there is no such axis
 */
export function normalizeDim(fn: string, dim: number, rank: number): number {
  if (!Number.isInteger(dim) || dim < -rank || dim >= rank) {
    const range = rank === 0 ? "a scalar has none" : `expected one in [${-rank}, ${rank - 1}]`;
    throw new IndexError(`${fn}: no axis ${typeof dim === "number" ? dim : describe(dim)}, ${range}`);
  }
  return dim < 0 ? dim + rank : dim;
}

/**
 * The common shape of operands under NumPy's broadcasting rule: sizes align at the right, 1 stretches.
 *
 * @example
 * ```ts
 * broadcastShapes("add", [[2, 1], [3]]); // [2, 3]
 * ```
 * @throws {ShapeError} when the shapes do not fit
 */
export function broadcastShapes(fn: string, shapes: readonly Shape[]): Shape {
  if (shapes.length === 2) {
    const [a, b] = shapes;
    if (b.length === 0 || sameShape(a, b)) return a;
    if (a.length === 0) return b;
  }
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const size = shape[i];
      if (size === 1 || size === out[at]) continue;
      if (out[at] !== 1)
        throw new ShapeError(`${fn}: shapes do not broadcast, got ${shapes.map(formatShape).join(" and ")}`);
      out[at] = size;
    }
  }
  return out;
}

/** Row-major strides of `shape`, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

/** Strides that read a tensor of `shape` as if it had the broadcast shape `to`: 0 along stretched axes. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = stridesOf(shape);
  const lead = to.length - shape.length;
  return to.map((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? 0 : own[i - lead]));
}
