import type { OpKernel } from "../op.ts";
import { sizeOf } from "../shape.ts";
import { eachChunk, longestRow } from "./chunk.ts";
import { packRows, unpackRows } from "./rows-copy.ts";

interface Attrs {
  readonly axes: number;
  readonly eps: number;
}

/** Layer normalisation, as many rows at a time as a chunk holds. */
export const layerNormKernel: OpKernel<Attrs> = ({ memory, run }, out, [x, weight, bias], { axes, eps }, { shape }) => {
  const n = sizeOf(shape.slice(shape.length - axes));
  if (n > longestRow) return false;
  const [data, scales, shifts] = [x.data, weight?.data, bias?.data];
  eachChunk(
    memory,
    { name: "layerNorm", rows: out.length / n, n, perRow: n, beside: 2 * n },
    (at, height, row, rows) => {
      const { f32 } = memory;
      const [atWeight, atBias] = [at + 4 * n * height, at + 4 * n * (height + 1)];
      if (row === 0 && scales !== undefined) f32.set(scales, atWeight >> 2);
      if (row === 0 && shifts !== undefined) f32.set(shifts, atBias >> 2);
      packRows(f32, at >> 2, data, row * n, rows, n, n);
      run.layerNorm(at, at, scales === undefined ? 0 : atWeight, shifts === undefined ? 0 : atBias, rows, n, eps);
      unpackRows(out, row * n, n, f32, at >> 2, rows, n);
    },
  );
  return true;
};

/** The gradient of layer normalisation without weight and bias. */
export const layerNormGradKernel: OpKernel<Attrs> = ({ memory, run }, out, [g, x], { axes, eps }, { shape }) => {
  const n = sizeOf(shape.slice(shape.length - axes));
  if (n > longestRow) return false;
  const [given, data] = [g.data, x.data];
  eachChunk(memory, { name: "layerNormGrad", rows: out.length / n, n, perRow: 2 * n }, (at, height, row, rows) => {
    const { f32 } = memory;
    const atX = at + 4 * n * height;
    packRows(f32, at >> 2, given, row * n, rows, n, n);
    packRows(f32, atX >> 2, data, row * n, rows, n, n);
    run.layerNormGrad(at, atX, rows, n, eps);
    unpackRows(out, row * n, n, f32, at >> 2, rows, n);
  });
  return true;
};
