/** A result that is known in advance, and how far the measured one lies from it. */
export interface Oracle {
  /** `O1` … `O54`. */
  readonly id: string;
  readonly title: string;
  /** The formula, and who found it where it is not a line of algebra. */
  readonly source: string;
  /** The largest error that counts as passed. Without other words in `unit`, errors are relative. */
  readonly bound: number;
  readonly unit?: string;
  /** Measures: the largest error over all that is compared. NaN fails. */
  readonly error: () => number;
}

/** An oracle that nothing here can answer yet. */
export interface OpenOracle {
  readonly id: string;
  readonly title: string;
  /** What it waits for. */
  readonly waits: string;
}

/** The largest of errors; NaN when one is. */
export function worst(errors: Iterable<number>): number {
  let most = 0;
  for (const error of errors) most = Math.max(most, error);
  return most;
}

/** By how much a value exceeds its bound, relative to it: 0 when it keeps it. */
export function excess(value: number, bound: number): number {
  return Math.max(0, value / bound - 1);
}
