import type { KernelMemory } from "@unroll/kernels";

/**
 * How many values an elementwise kernel works on at a time: operands of 32 kB each stay in a core's second cache, so
 * that staging costs little more than reading.
 */
export const chunkSize = 8192;

/** From how many values on staging pays for a function that the reference computes to the same bits. */
export const exactFrom = 128;

/** A kernel of whole rows stages no longer ones whole (16 MB). */
export const longestRow: number = 1 << 22;

/** What {@link eachChunk} works on: rows of `n` values, and room in a frame. */
export interface Chunks {
  /** What the frame is for, as an error would say. */
  readonly name: string;
  readonly rows: number;
  readonly n: number;
  /** Values of room for each row of a chunk, and beside them. */
  readonly perRow: number;
  readonly beside?: number;
}

/**
 * Calls `work` with as many rows at a time as a chunk holds, at least one, in one frame. A tensor without values must be
 * asked for them before, or it would leave the frame behind.
 *
 * @param work given the frame's address, the rows that it has room for, the first row and how many there are
 */
export function eachChunk(
  memory: KernelMemory,
  { name, rows, n, perRow, beside = 0 }: Chunks,
  work: (at: number, height: number, row: number, count: number) => void,
): void {
  const height = Math.min(rows, Math.max(1, Math.floor(chunkSize / n)));
  const at = memory.frame(4 * (height * perRow + beside), name);
  for (let row = 0; row < rows; row += height) work(at, height, row, Math.min(height, rows - row));
  memory.endFrame(at);
}
