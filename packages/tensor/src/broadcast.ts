import type { TypedArray } from "./dtype.ts";
import { broadcastStrides, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A run of `n` outputs from `o` on; operand a advances by `da` from `i`, operand b by `db` from `j`, each 0 or 1.
 * Each op brings its own literal loop: a shared loop that calls a function per element is several times slower.
 */
export type BinaryLoop = (
  out: TypedArray,
  o: number,
  n: number,
  a: TypedArray,
  i: number,
  da: number,
  b: TypedArray,
  j: number,
  db: number,
) => void;

/** Runs `loop` over two operands that broadcast to `shape`, in as few and as long runs as possible. */
export function broadcastBinary(out: TypedArray, shape: Shape, a: Tensor, b: Tensor, loop: BinaryLoop): void {
  const n = out.length;
  if (a.size === n && b.size === n) loop(out, 0, n, a.data, 0, 1, b.data, 0, 1);
  else if (b.size === 1) loop(out, 0, n, a.data, 0, 1, b.data, 0, 0);
  else if (a.size === 1) loop(out, 0, n, a.data, 0, 0, b.data, 0, 1);
  else {
    const [da, db] = [a.data, b.data];
    forEachRun(shape, [a, b], (o, length, at, steps) => loop(out, o, length, da, at[0], steps[0], db, at[1], steps[1]));
  }
}

/**
 * Walks the outputs of a broadcast in row-major order as runs along the innermost axes that every operand crosses with
 * one constant step (0 or 1), after merging axes that all operands cross together.
 */
export function forEachRun(
  shape: Shape,
  operands: readonly Tensor[],
  run: (out: number, length: number, at: readonly number[], steps: readonly number[]) => void,
): void {
  const { sizes, strides } = mergeAxes(
    shape,
    operands.map((operand) => broadcastStrides(operand.shape, shape)),
  );
  const inner = sizes.length - 1;
  const length = sizes[inner];
  const steps = strides.map((stride) => stride[inner]);
  const at = operands.map(() => 0);
  const index = new Array<number>(inner).fill(0);
  let outer = 1;
  for (let axis = 0; axis < inner; axis++) outer *= sizes[axis];
  for (let r = 0, o = 0; r < outer; r++, o += length) {
    run(o, length, at, steps);
    for (let axis = inner - 1; axis >= 0; axis--) {
      index[axis]++;
      for (let k = 0; k < at.length; k++) at[k] += strides[k][axis];
      if (index[axis] < sizes[axis]) break;
      for (let k = 0; k < at.length; k++) at[k] -= strides[k][axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}

/** Joins neighbouring axes that every operand crosses as one, and drops axes of size 1. */
function mergeAxes(shape: Shape, strides: readonly number[][]): { sizes: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const merged = strides.map((): number[] => []);
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && strides.every((stride, k) => merged[k][last] === stride[axis] * shape[axis]);
    if (joins) {
      sizes[last] *= shape[axis];
      strides.forEach((stride, k) => {
        merged[k][last] = stride[axis];
      });
    } else {
      sizes.push(shape[axis]);
      strides.forEach((stride, k) => {
        merged[k].push(stride[axis]);
      });
    }
  }
  if (sizes.length === 0) {
    sizes.push(1);
    for (const stride of merged) stride.push(0);
  }
  return { sizes, strides: merged };
}
