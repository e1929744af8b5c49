import { OptionError } from "@unroll/tensor";
import { checkGiven, wholeNumber } from "../check.ts";

/** Options of {@link walkForwardSplits}. */
export interface WalkForwardOptions {
  /** How many splits. */
  folds: number;
  /** Steps in each test part; floor(count / (folds + 1)) unless given. */
  testSize?: number;
  /** Steps left out between training and test, so that no window reaches across; 0 unless given. */
  gap?: number;
  /** The training part grows from split to split unless this bounds it. */
  maxTrainSize?: number;
}

/** Two ranges of steps, each with its first step and the step after its last. */
export interface WalkForwardSplit {
  readonly train: readonly [start: number, end: number];
  readonly test: readonly [start: number, end: number];
}

/**
 * Splits a series of `count` steps so that every test part lies after its training part, the last one at the end of
 * the series. scikit-learn: `TimeSeriesSplit`.
 *
 * @example
 * ```ts
 * walkForwardSplits(6, { folds: 2 }); // [{ train: [0, 2], test: [2, 4] }, { train: [0, 4], test: [4, 6] }]
 * ```
 * @throws {OptionError} when `count` is too small for so many splits
 */
export function walkForwardSplits(count: number, options: WalkForwardOptions): WalkForwardSplit[] {
  const fn = "walkForwardSplits";
  checkGiven(fn, options, ["folds", "testSize", "gap", "maxTrainSize"]);
  const steps = wholeNumber(fn, "count", count, 0);
  const folds = wholeNumber(fn, "folds", options.folds, 1);
  const testSize = wholeNumber(fn, "testSize", options.testSize ?? Math.floor(steps / (folds + 1)), 1);
  const gap = wholeNumber(fn, "gap", options.gap ?? 0, 0);
  const longest = wholeNumber(fn, "maxTrainSize", options.maxTrainSize ?? Math.max(steps, 1), 1);
  const first = steps - folds * testSize;
  if (first - gap < 1)
    throw new OptionError(
      `${fn}: expected more than ${folds * testSize + gap} steps for ${folds} folds of ${testSize} and a gap of ${gap}, got ${steps}`,
    );
  return Array.from({ length: folds }, (_, fold) => {
    const start = first + fold * testSize;
    const end = start - gap;
    return { train: [Math.max(0, end - longest), end], test: [start, start + testSize] };
  });
}
