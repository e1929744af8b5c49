import { quantileSorted } from "simple-statistics";

/** Where measured values lie: half of them below the median, a tenth below `p10`, a tenth above `p90`. */
export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/**
 * The spread of at least one value.
 *
 * @throws {Error} without values
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantileSorted(sorted, 0.5),
    p10: quantileSorted(sorted, 0.1),
    p90: quantileSorted(sorted, 0.9),
  };
}

/**
 * How often `other` goes into `base`, round by round: with times, how many times faster the other is. What slows a whole
 * round down, slows both, so the ratio is steadier than either time.
 */
export function ratios(base: readonly number[], other: readonly number[]): number[] {
  if (base.length !== other.length)
    throw new Error(`expected samples of the same rounds, got ${base.length} and ${other.length}`);
  return base.map((value, round) => value / other[round]);
}
