import type { Kernels } from "@unroll/kernels";
import { groupOf } from "../groups.ts";
import type { OpKernel } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { chunkSize, exactFrom } from "./chunk.ts";
import { packRows, unpackRows } from "./rows-copy.ts";

/** Rows of larger tables (4 MB) are moved one by one, where they are. */
const largestTable = 1 << 20;

/**
 * Takes rows of a table by an index, or, given a third input, adds its rows to them. Left to the reference, which does
 * the same to the same bits, unless the index is over rows and moves so many that staging the whole table pays.
 */
export const indexRowsKernel: OpKernel<{ dim: number }> = (kernels, out, [x, index, source], { dim }) => {
  const { outer, n, inner } = groupOf(x.shape, dim);
  const moved = index.size * inner;
  if (outer !== 1 || moved < exactFrom || index.size < n || n * inner > largestTable) return false;
  return moveRows(kernels, out, x, index, source, inner);
};

/** @returns whether all indices fit; if not, the reference says which one does not */
function moveRows(
  { memory, run }: Kernels,
  out: Float32Array,
  x: Tensor,
  index: Tensor,
  source: Tensor | undefined,
  inner: number,
): boolean {
  const n = x.size / inner;
  const count = Math.min(index.size, Math.max(1, Math.floor(chunkSize / inner)));
  // Before the frame, which a tensor without values would leave behind.
  const [values, at, added] = [x.data, index.data, source?.data];
  const table = memory.frame(4 * (x.size + count * (inner + 1)), added === undefined ? "indexSelect" : "indexAdd");
  const rows = table + 4 * x.size;
  const indices = rows + 4 * count * inner;
  const { f32, i32 } = memory;
  f32.set(values, table >> 2);
  let wrong = -1;
  for (let k = 0; k < index.size && wrong < 0; k += count) {
    const part = Math.min(count, index.size - k);
    i32.set(at.subarray(k, k + part), indices >> 2);
    if (added === undefined) {
      wrong = run.gatherRows(rows, table, indices, part, n, inner);
      unpackRows(out, k * inner, inner, f32, rows >> 2, part, inner);
    } else {
      packRows(f32, rows >> 2, added, k * inner, part, inner, inner);
      wrong = run.scatterAddRows(table, rows, indices, part, n, inner);
    }
  }
  if (added !== undefined && wrong < 0) out.set(f32.subarray(table >> 2, rows >> 2));
  memory.endFrame(table);
  return wrong < 0;
}
