import { stepWords } from "./wasm/step-record.ts";

/** Consecutive steps `[first, end)` that run forward and backward as one: what only they need fits a cache. */
export interface StepBlock {
  readonly first: number;
  readonly end: number;
  /** Its steps in parts that can be seen as one step with more rows: `[first, end)`. */
  readonly runs: readonly (readonly [number, number])[];
  /**
   * What the emitted loops are told of its steps (wasm/step-record.ts), with the states' rows counted among those of all
   * steps or of the block.
   */
  readonly records: { readonly all: () => Int32Array; readonly block: () => Int32Array };
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

/** The geometries of the last calls: training asks for the same ones again and again. */
const recent: { active: readonly number[]; batch: number; reverse: boolean; geometry: Geometry }[] = [];
const remembered = 8;
/** Longer ones are not kept: they take memory, and little beside what they describe takes time. */
const longest = 4096;

/** @param active how many rows are active at each time; falling, since rows are sorted by length */
export function geometryOf(batch: number, active: readonly number[], reverse: boolean): Geometry {
  const found = recent.find(
    (known) => known.batch === batch && known.reverse === reverse && same(known.active, active),
  );
  if (found !== undefined) return found.geometry;
  const geometry = makeGeometry(batch, active, reverse);
  if (active.length <= longest) {
    if (recent.length === remembered) recent.shift();
    recent.push({ batch, active: [...active], reverse, geometry });
  }
  return geometry;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function makeGeometry(batch: number, active: readonly number[], reverse: boolean): Geometry {
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
    const recordsFrom = (state: number) => {
      let records: Int32Array | undefined;
      return () => {
        if (records !== undefined) return records;
        records = new Int32Array(stepWords * (end - first));
        for (let s = first; s < end; s++)
          records.set(
            [counts[s], rows[s], rows[s] - rows[first], stateRows[s] - state, stateRows[s + 1] - state],
            stepWords * (s - first),
          );
        return records;
      };
    };
    blocks.push({ first, end, runs, records: { all: recordsFrom(0), block: recordsFrom(stateRows[first]) } });
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
