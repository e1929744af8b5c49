import type { Geometry, StepBlock } from "./geometry.ts";
import type { Plan } from "./plan.ts";

/** Steps `[first, end)` whose kept values are in memory together: whole blocks. */
export interface Segment {
  readonly first: number;
  readonly end: number;
  readonly blocks: readonly StepBlock[];
}

/** Segments of at least `length` steps, but for the last. */
export function segmentsOf({ blocks }: Geometry, length: number): Segment[] {
  const segments: Segment[] = [];
  let own: StepBlock[] = [];
  for (const block of blocks) {
    own.push(block);
    const [{ first }, { end }] = [own[0], block];
    if (end - first < length && block !== blocks[blocks.length - 1]) continue;
    segments.push({ first, end, blocks: own });
    own = [];
  }
  return segments;
}

/**
 * How long segments are for the least memory: `√(T s / k)` steps, where s are the bytes of the states, kept once for each
 * segment, and k those of what is kept for each step of one.
 */
export function segmentLength({ buffers, states }: Plan, { times }: Geometry): number {
  const sizeOf = (kinds: readonly string[]) =>
    buffers.reduce((sum, { kept, kind, width }) => sum + (kept && kinds.includes(kind) ? width : 0), 0);
  const ofStates = states.reduce((sum, buffer) => sum + buffers[buffer].width, 0);
  return Math.ceil(Math.sqrt((times.length * ofStates) / Math.max(1, sizeOf(["sequence", "state"]))));
}

/** The geometry of memory that holds one segment at a time. */
export function segmentGeometry(geometry: Geometry, segments: readonly Segment[]): Geometry {
  const { rows, stateRows, totalRows, totalStateRows } = geometry;
  let [most, mostStates] = [0, 0];
  for (const { first, end } of segments) {
    most = Math.max(most, (rows[end] ?? totalRows) - rows[first]);
    mostStates = Math.max(mostStates, (stateRows[end + 1] ?? totalStateRows) - stateRows[first]);
  }
  return { ...geometry, totalRows: most, totalStateRows: mostStates };
}
