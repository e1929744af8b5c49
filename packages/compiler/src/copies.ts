import type { Kernels } from "@unroll/kernels";
import { type Shape, sizeOf, Tensor, type TypedArray } from "@unroll/tensor";
import type { Geometry, StepBlock } from "./geometry.ts";

// The ways of a sequence's values into the kernels' memory and back.

/** Says for each step of a block which rows of the initial states stand before it: `[from, to)`. */
export function forJoining(
  { batch, active }: Geometry,
  reverse: boolean,
  { first, end }: StepBlock,
  take: (step: number, from: number, to: number) => void,
): void {
  if (first === 0) take(0, 0, reverse ? active[0] : batch);
  if (!reverse) return;
  for (let s = Math.max(1, first); s < end; s++) if (active[s] > active[s - 1]) take(s, active[s - 1], active[s]);
}

/** Says for each step of a block which rows have it as their last: `[from, to)`. */
export function forLeaving(
  { active }: Geometry,
  reverse: boolean,
  { first, end }: StepBlock,
  take: (step: number, from: number, to: number) => void,
): void {
  const last = active.length - 1;
  if (!reverse)
    for (let s = first; s < Math.min(end, last); s++) if (active[s] > active[s + 1]) take(s, active[s + 1], active[s]);
  if (end > last) take(last, 0, active[last]);
}

/** Copies the active rows of each step of a block of `[T, B, width]` side by side. */
export function copySteps(
  { memory }: Kernels,
  { times, active, rows, batch }: Geometry,
  { first, end }: Pick<StepBlock, "first" | "end">,
  { data }: Tensor,
  at: number,
  width: number,
): void {
  const { f32 } = memory;
  const count = end - first;
  const to = at >> 2;
  if (active[end - 1] === batch && active[first] === batch && times[end - 1] - times[first] === count - 1) {
    const from = times[first] * batch * width;
    f32.set(data.subarray(from, from + count * batch * width), to);
    return;
  }
  for (let s = first; s < end; s++) {
    const from = times[s] * batch * width;
    f32.set(data.subarray(from, from + active[s] * width), to + (rows[s] - rows[first]) * width);
  }
}

/** The way back: rows of `width` values, `stride` apart, from where `rowAt` says that those of a step begin. */
export function copyStepsOut(
  { memory }: Kernels,
  { times, active, batch }: Geometry,
  { first, end }: Pick<StepBlock, "first" | "end">,
  data: TypedArray,
  width: number,
  stride: number,
  rowAt: (s: number) => number,
): void {
  const { f32 } = memory;
  const last = end - 1;
  const count = (last - first) * batch * width;
  const side = rowAt(last) - rowAt(first) === 4 * count && times[last] - times[first] === last - first;
  if (side && stride === width && active[first] === batch && active[last] === batch) {
    const from = rowAt(first) >> 2;
    data.set(f32.subarray(from, from + count + batch * width), times[first] * batch * width);
    return;
  }
  for (let s = first; s < end; s++) {
    const to = times[s] * batch * width;
    const from = rowAt(s) >> 2;
    if (stride === width) data.set(f32.subarray(from, from + active[s] * width), to);
    else
      for (let row = 0; row < active[s]; row++)
        data.set(f32.subarray(from + row * stride, from + row * stride + width), to + row * width);
  }
}

/** {@link copyStepsOut} of all steps into a tensor `[T, B, width]`; zeros where rows were not active. */
export function stepsOf(
  kernels: Kernels,
  geometry: Geometry,
  shape: Shape,
  rowAt: (s: number) => number,
  stride: number,
): Tensor {
  const data = new Float32Array(sizeOf(shape));
  copyStepsOut(kernels, geometry, { first: 0, end: geometry.times.length }, data, shape[2], stride, rowAt);
  return new Tensor(shape, "float32", { data, version: 0 });
}

/** A tensor with a copy of what lies at an address. */
export function copyOf({ memory }: Kernels, at: number, shape: Shape): Tensor {
  const data = memory.f32.slice(at >> 2, (at >> 2) + sizeOf(shape));
  return new Tensor(shape, "float32", { data, version: 0 });
}

/** Copies values into the kernels' memory; a mask becomes lanes of all ones or zeros. */
export function copyIn({ memory }: Kernels, at: number, data: TypedArray, dtype: Tensor["dtype"]): void {
  if (dtype !== "bool") memory.f32.set(data, at >> 2);
  else for (let i = 0; i < data.length; i++) memory.i32[(at >> 2) + i] = data[i] === 0 ? 0 : -1;
}
