import type { OpKernel } from "../op.ts";
import { type CrossEntropyAttrs, classesOf } from "../target-classes.ts";
import { eachChunk, longestRow } from "./chunk.ts";
import { packRows, unpackRows } from "./rows-copy.ts";

/** The cross entropies of rows, as many at a time as a chunk holds. */
export const softmaxCrossEntropyKernel: OpKernel<CrossEntropyAttrs> = (
  { memory, run },
  out,
  [logits, targets],
  attrs,
) => {
  const [count, n] = logits.shape;
  if (n > longestRow) return false;
  const x = logits.data;
  const classes = classesOf("softmaxCrossEntropy", targets, n, attrs);
  eachChunk(memory, { name: "softmaxCrossEntropy", rows: count, n, perRow: n + 2 }, (at, height, row, rows) => {
    const [loss, target] = [at + 4 * height * n, at + 4 * height * (n + 1)];
    packRows(memory.f32, at >> 2, x, row * n, rows, n, n);
    memory.i32.set(classes.subarray(row, row + rows), target >> 2);
    run.crossEntropy(loss, at, target, rows, n);
    out.set(memory.f32.subarray(loss >> 2, (loss >> 2) + rows), row);
  });
  return true;
};

/** Their gradients. */
export const softmaxCrossEntropyGradKernel: OpKernel<CrossEntropyAttrs> = (
  { memory, run },
  out,
  [g, logits, targets],
  attrs,
) => {
  const [count, n] = logits.shape;
  if (n > longestRow) return false;
  const [scales, x] = [g.data, logits.data];
  const classes = classesOf("softmaxCrossEntropyGrad", targets, n, attrs);
  eachChunk(memory, { name: "softmaxCrossEntropyGrad", rows: count, n, perRow: n + 2 }, (at, height, row, rows) => {
    const [scale, target] = [at + 4 * height * n, at + 4 * height * (n + 1)];
    const { f32 } = memory;
    packRows(f32, at >> 2, x, row * n, rows, n, n);
    f32.set(scales.subarray(row, row + rows), scale >> 2);
    memory.i32.set(classes.subarray(row, row + rows), target >> 2);
    run.crossEntropyGrad(at, at, target, scale, rows, n);
    unpackRows(out, row * n, n, f32, at >> 2, rows, n);
  });
  return true;
};
