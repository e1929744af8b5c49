import type { Kernels } from "@unroll/kernels";
import type { TypedArray } from "../dtype.ts";
import type { OpKernel } from "../op.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { chunkSize, exactFrom } from "./chunk.ts";

/** Functions of the kernel module on two operands, each with a twin for rows; an operand with step 0 is one number. */
export type BinaryKernel = "add" | "sub" | "mul" | "div" | "maximum" | "minimum";

/** How an operand is read: `step` values on from one output to the next, `rowStep` from one row to the next. */
interface Reading {
  readonly step: number;
  readonly rowStep: number;
}

/** A row shorter than this costs more by a call of its own than by the reference. */
const shortestRow = 16;

/**
 * Runs a two-input function of the kernel module where both operands are whole, or one of them is a scalar, a row or a
 * column. Other broadcasts, and few values, are left to the reference, which computes the same bits.
 */
export function binaryKernel(name: BinaryKernel): OpKernel<unknown> {
  return (kernels, out, [a, b], _, { shape }) => {
    const size = out.length;
    if (size < exactFrom) return false;
    if (a.size === size && b.size === size) {
      runChunks(kernels, name, out, size, a.data, whole(size), b.data, whole(size));
      return true;
    }
    const stretchA = a.size !== size;
    if (stretchA && b.size !== size) return false;
    const stretched = readingOf(stretchA ? a : b, shape);
    if (stretched === undefined || stretched.n < shortestRow) return false;
    const { n } = stretched;
    if (stretchA) runChunks(kernels, name, out, n, a.data, stretched, b.data, whole(n));
    else runChunks(kernels, name, out, n, a.data, whole(n), b.data, stretched);
    return true;
  };
}

function whole(n: number): Reading {
  return { step: 1, rowStep: n };
}

/** How an operand that is stretched to `shape` is read in rows of `n`, or `undefined` if neither row, column nor scalar. */
function readingOf({ shape: own, size }: Tensor, shape: Shape): (Reading & { readonly n: number }) | undefined {
  const lead = shape.length - own.length;
  let [axis, n] = [shape.length - 1, 1];
  // A column (or a scalar): its last axes are stretched, all others are its own.
  while (axis >= 0 && (axis < lead || own[axis - lead] === 1)) n *= shape[axis--];
  let rows = 1;
  for (let k = axis; k >= 0; k--) rows *= shape[k];
  if (rows === size) return { n, step: 0, rowStep: 1 };
  if (n > 1) return undefined;
  // A row: its last axes are its own, all others are stretched.
  while (axis >= lead && own[axis - lead] === shape[axis]) n *= shape[axis--];
  return n === size ? { n, step: 1, rowStep: 0 } : undefined;
}

/** Rows of `n` outputs, as many whole ones at a time as a chunk holds, or a part of one. */
function runChunks(
  { memory, run }: Kernels,
  name: BinaryKernel,
  out: Float32Array,
  n: number,
  a: TypedArray,
  forA: Reading,
  b: TypedArray,
  forB: Reading,
): void {
  const one = run[name];
  const many = run[`${name}Rows`];
  const total = out.length;
  // Whole operands are one long row.
  const length = forA.rowStep === n && forB.rowStep === n ? total : n;
  const width = Math.min(length, chunkSize);
  const height = Math.min(total / length, Math.floor(chunkSize / width));
  const bytes = 4 * width * height;
  const at = memory.frame(3 * bytes, name);
  const [atOut, atA, atB] = [at, at + bytes, at + 2 * bytes];
  const f32 = memory.f32;
  for (let row = 0; row * length < total; row += height) {
    const rows = Math.min(height, total / length - row);
    for (let start = 0; start < length; start += width) {
      const m = Math.min(width, length - start);
      stage(f32, atA, a, row * forA.rowStep + start * forA.step, rows, m, forA);
      stage(f32, atB, b, row * forB.rowStep + start * forB.step, rows, m, forB);
      if (rows === 1) one(atOut, atA, atB, m, forA.step, forB.step);
      else many(atOut, atA, atB, rows, m, forA.rowStep, forB.rowStep, forA.step, forB.step);
      const from = f32.subarray(atOut >> 2, (atOut >> 2) + rows * m);
      out.set(from, row * length + start);
    }
  }
  memory.endFrame(at);
}

/** Copies the values that `rows` rows of `m` outputs read from `i` on. */
function stage(
  f32: Float32Array,
  at: number,
  x: TypedArray,
  i: number,
  rows: number,
  m: number,
  { step, rowStep }: Reading,
): void {
  const count = (rows - 1) * rowStep + (m - 1) * step + 1;
  f32.set(count === x.length ? x : x.subarray(i, i + count), at >> 2);
}
