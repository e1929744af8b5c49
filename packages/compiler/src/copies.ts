import type { Kernels } from "@unroll/kernels";
import { type Shape, sizeOf, Tensor } from "@unroll/tensor";
import type { Geometry } from "./geometry.ts";

// The ways of a sequence's values into the kernels' memory and back.

/** Which rows of the initial states stand before which step. */
export function joins({ batch, active }: Geometry, reverse: boolean): { from: number; to: number; slot: number }[] {
  if (!reverse) return [{ from: 0, to: batch, slot: 0 }];
  return active.flatMap((count, slot) => {
    const from = slot === 0 ? 0 : active[slot - 1];
    return from === count ? [] : [{ from, to: count, slot }];
  });
}

/** Copies the active rows of each step of `[T, B, width]` side by side. */
export function copySteps(
  kernels: Kernels,
  { times, active, rows, batch, totalRows }: Geometry,
  x: Tensor,
  at: number,
  width: number,
): void {
  const { data } = x;
  if (totalRows * width === data.length && times.every((time, s) => time === s)) {
    kernels.memory.f32.set(data, at >> 2);
    return;
  }
  times.forEach((time, s) => {
    const from = time * batch * width;
    kernels.memory.f32.set(data.subarray(from, from + active[s] * width), (at >> 2) + rows[s] * width);
  });
}

/** The way back; zeros where rows were not active. */
export function stepsOf(
  kernels: Kernels,
  { times, active, batch }: Geometry,
  shape: Shape,
  rowAt: (s: number) => number,
  stride: number,
): Tensor {
  const width = shape[2];
  const data = new Float32Array(sizeOf(shape));
  const { f32 } = kernels.memory;
  times.forEach((time, s) => {
    const to = time * batch * width;
    const from = rowAt(s) >> 2;
    if (stride === width) data.set(f32.subarray(from, from + active[s] * width), to);
    else
      for (let row = 0; row < active[s]; row++)
        data.set(f32.subarray(from + row * stride, from + row * stride + width), to + row * width);
  });
  return new Tensor(shape, "float32", { data, version: 0 });
}

/** The state after each row's last step. */
export function finalState(
  kernels: Kernels,
  { active, stateRows, batch }: Geometry,
  reverse: boolean,
  at: number,
  { shape, data: initial }: Tensor,
): Tensor {
  const width = shape[1];
  const data = new Float32Array(initial.length);
  data.set(initial);
  const { f32 } = kernels.memory;
  const copy = (slot: number, from: number, to: number) => {
    const start = (at >> 2) + (stateRows[slot] + from) * width;
    data.set(f32.subarray(start, start + (to - from) * width), from * width);
  };
  const last = active.length - 1;
  if (reverse) copy(last + 1, 0, active[last]);
  else
    for (let s = last, done = 0; s >= 0 && done < batch; s--) {
      if (active[s] > done) copy(s + 1, done, active[s]);
      done = Math.max(done, active[s]);
    }
  return new Tensor(shape, "float32", { data, version: 0 });
}

/** A tensor with a copy of what lies at an address. */
export function copyOf({ memory }: Kernels, at: number, shape: Shape): Tensor {
  const data = memory.f32.slice(at >> 2, (at >> 2) + sizeOf(shape));
  return new Tensor(shape, "float32", { data, version: 0 });
}
