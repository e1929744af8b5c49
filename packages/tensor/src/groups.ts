import { describe } from "./describe.ts";
import { IndexError, ShapeError } from "./errors.ts";
import { normalizeDim, type Shape } from "./shape.ts";

/** Axes to work over: one, several, or all when left out. */
export type Dims = number | readonly number[] | undefined;

/** A tensor seen as `[outer, n, inner]`: what lies before, within and after a run of neighbouring axes. */
export interface Group {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** Splits `shape` at the axes `first … last`. */
export function groupOf(shape: Shape, first: number, last: number = first): Group {
  let [outer, n, inner] = [1, 1, 1];
  for (let axis = 0; axis < shape.length; axis++) {
    if (axis < first) outer *= shape[axis];
    else if (axis <= last) n *= shape[axis];
    else inner *= shape[axis];
  }
  return { outer, n, inner };
}

/** Sorted, distinct, non-negative axes; all of them when `dim` is left out. */
export function normalizeDims(fn: string, dim: Dims, rank: number): number[] {
  if (dim === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (typeof dim === "number") return [normalizeDim(fn, dim, rank)];
  if (!Array.isArray(dim)) throw new IndexError(`${fn}: expected an axis or an array of axes, got ${describe(dim)}`);
  const dims = dim.map((d) => normalizeDim(fn, d, rank)).sort((a, b) => a - b);
  for (let i = 1; i < dims.length; i++)
    if (dims[i] === dims[i - 1]) throw new ShapeError(`${fn}: axis ${dims[i]} is named twice`);
  return dims;
}

/** Cuts sorted axes into runs of neighbours, the last run first, so that each can be reduced without moving the others. */
export function runsOf(dims: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (const dim of dims) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === dim - 1) run[1] = dim;
    else runs.push([dim, dim]);
  }
  return runs.reverse();
}
