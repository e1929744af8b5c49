/** Consecutive steps `[first, end)` that run forward and backward as one: what only they need fits a cache. */
export interface StepBlock {
  readonly first: number;
  readonly end: number;
  /** Its steps in parts that can be seen as one step with more rows: `[first, end)`. */
  readonly runs: readonly (readonly [number, number])[];
}

/** How the rows of a sequence lie in memory: those of a step side by side, step after step in the order of processing. */
export interface Geometry {
  readonly batch: number;
  /** The time of each step that is taken; steps without active rows are left out. */
  readonly times: readonly number[];
  /** How many rows each step has: the first of the batch. */
  readonly active: readonly number[];
  /** Where each step's rows begin. */
  readonly rows: readonly number[];
  /** Where the rows of the states before each step begin, and after the last one. */
  readonly stateRows: readonly number[];
  readonly totalRows: number;
  readonly totalStateRows: number;
  readonly blocks: readonly StepBlock[];
  /** The rows of the largest block, and of its states. */
  readonly blockRows: number;
  readonly blockStateRows: number;
}

/** About how many rows a block of steps has: as many as the kernels add up in one go, and a few hundred KiB of values. */
const rowsOfBlock = 256;

/** @param active how many rows are active at each time; falling, since rows are sorted by length */
export function geometryOf(batch: number, active: readonly number[], reverse: boolean): Geometry {
  const order = active.map((_, t) => t).filter((t) => active[t] > 0);
  const times = reverse ? order.reverse() : order;
  const counts = times.map((t) => active[t]);
  const rows: number[] = [];
  const stateRows: number[] = [];
  const slots: number[] = [];
  let [total, totalState] = [0, 0];
  for (let s = 0; s <= counts.length; s++) {
    stateRows.push(totalState);
    // A step's states have room for the rows that join at the next one; all rows are there before the first.
    const slot = s === 0 && !reverse ? batch : Math.max(counts[s - 1] ?? 0, counts[s] ?? 0);
    slots.push(slot);
    totalState += slot;
    if (s === counts.length) break;
    rows.push(total);
    total += counts[s];
  }
  const blocks: StepBlock[] = [];
  const length = Math.max(1, Math.floor(rowsOfBlock / batch));
  let [blockRows, blockStateRows] = [0, 0];
  for (let first = 0; first < counts.length; first += length) {
    const end = Math.min(first + length, counts.length);
    const runs: [number, number][] = [];
    for (let s = first; s < end; s++) {
      const last = runs.at(-1);
      const joins =
        last !== undefined && counts[s] === counts[s - 1] && slots[s - 1] === counts[s] && slots[s] === counts[s];
      if (joins) last[1] = s + 1;
      else runs.push([s, s + 1]);
    }
    blocks.push({ first, end, runs });
    blockRows = Math.max(blockRows, (rows[end] ?? total) - rows[first]);
    blockStateRows = Math.max(blockStateRows, stateRows[end] + slots[end] - stateRows[first]);
  }
  return {
    batch,
    times,
    active: counts,
    rows,
    stateRows,
    totalRows: total,
    totalStateRows: totalState,
    blocks,
    blockRows,
    blockStateRows,
  };
}
