import type { GateRecord, ProbeRecord } from "@unroll/bench/lab";
import { readCell } from "@unroll/bench/lab";

/** The most hills of a ridgeline. */
export const mostHills = 9;

/** Records from the first to the last, about evenly spread; the gates of each were read anew. */
export function chosenRecords(records: readonly ProbeRecord[], most = mostHills): ProbeRecord[] {
  const seen = new Set<number>();
  const fresh = records.filter(({ readAt }) => !seen.has(readAt) && seen.add(readAt));
  if (fresh.length <= most) return fresh;
  return Array.from({ length: most }, (_, k) => fresh[Math.round((k * (fresh.length - 1)) / (most - 1))]);
}

/** The mean over units of the share of steps at which a gate is almost closed, and almost open. */
export function saturation({ left, right }: GateRecord): { readonly closed: number; readonly open: number } {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return { closed: mean(left), open: mean(right) };
}

/** The middle value; of two the smaller. NaN without any. */
export function medianOf(values: ArrayLike<number>): number {
  return Array.from(values).sort((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN;
}

/** Between which two time scales chrono initialisation draws units evenly; undefined for cells that start otherwise. */
export function chronoTarget(cell: string, T: number): readonly [number, number] | undefined {
  return readCell(cell)?.starts.some(({ name }) => name === "chrono") === true ? [1, Math.max(2, T - 1)] : undefined;
}
