import type { OpKernel } from "../op.ts";
import { type CrossEntropyAttrs, classesOf } from "../target-classes.ts";
import { chunkSize, longestRow } from "./chunk.ts";
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
  const height = Math.min(count, Math.max(1, Math.floor(chunkSize / n)));
  const at = memory.frame(4 * height * (n + 2), "softmaxCrossEntropy");
  const [loss, target] = [at + 4 * height * n, at + 4 * height * (n + 1)];
  const { f32, i32 } = memory;
  for (let row = 0; row < count; row += height) {
    const rows = Math.min(height, count - row);
    packRows(f32, at >> 2, x, row * n, rows, n, n);
    i32.set(classes.subarray(row, row + rows), target >> 2);
    run.crossEntropy(loss, at, target, rows, n);
    out.set(f32.subarray(loss >> 2, (loss >> 2) + rows), row);
  }
  memory.endFrame(at);
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
  const height = Math.min(count, Math.max(1, Math.floor(chunkSize / n)));
  const at = memory.frame(4 * height * (n + 2), "softmaxCrossEntropyGrad");
  const [scale, target] = [at + 4 * height * n, at + 4 * height * (n + 1)];
  const { f32, i32 } = memory;
  for (let row = 0; row < count; row += height) {
    const rows = Math.min(height, count - row);
    packRows(f32, at >> 2, x, row * n, rows, n, n);
    f32.set(scales.subarray(row, row + rows), scale >> 2);
    i32.set(classes.subarray(row, row + rows), target >> 2);
    run.crossEntropyGrad(at, at, target, scale, rows, n);
    unpackRows(out, row * n, n, f32, at >> 2, rows, n);
  }
  memory.endFrame(at);
  return true;
};
