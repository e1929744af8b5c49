import type { TaskResult } from "../gradflow/result.ts";
import { cellsOf, curveOver, type Moment, valueAtLag } from "../gradflow/summary.ts";
import { count, grouped, listed, powerOfTen, significant } from "./format.ts";

/** What is left of a cell's gradient at a lag, as log10 of its share of lag 0. */
export interface Kept {
  readonly label: string;
  /** Null for an exact zero, and for what is no number. */
  readonly log10: number | null;
  readonly zero: boolean;
}

const preferredLags = [50, 25, 10, 1];

/**
 * What a task's curves say in one sentence: after training if that was measured, else at initialisation. Cells that only
 * repeat another with more parameters are left to the table.
 */
export function findingOf(task: TaskResult, lags: number): string {
  const lag = preferredLags.find((candidate) => candidate <= lags) ?? 0;
  for (const moment of ["trained", "initial"] as const) {
    const kept = keptAt(task, moment, lag);
    if (kept.some(({ log10 }) => log10 !== null)) return sentence(kept, moment, lag);
  }
  return "No gradient flow was measured.";
}

/** What each cell keeps at a lag, most first; cells without a number at lag 0 are left out. */
export function keptAt(task: TaskResult, moment: Moment, lag: number): Kept[] {
  const cells = cellsOf(task);
  const distinct = cells.filter(([{ cell }]) => !cell.endsWith("-eq"));
  return (distinct.length > 0 ? distinct : cells)
    .flatMap((runs): Kept[] => {
      const curve = curveOver(runs, moment, "joint");
      const start = curve && valueAtLag(curve.mean, 0);
      if (curve === undefined || start === null || start === undefined) return [];
      const value = valueAtLag(curve.mean, lag);
      const zero = value === null && curve.underflowLag !== null && lag >= curve.underflowLag;
      return [{ label: runs[0].label, log10: value === null ? null : value - start, zero }];
    })
    .sort((a, b) => (b.log10 ?? Number.NEGATIVE_INFINITY) - (a.log10 ?? Number.NEGATIVE_INFINITY));
}

function sentence(kept: readonly Kept[], moment: Moment, lag: number): string {
  const when = moment === "trained" ? "After training" : "At initialisation";
  const firstKept = kept.findIndex(({ log10 }) => log10 !== null && log10 <= 0);
  const clauses = kept.map(({ label, log10, zero }, k) => {
    // The comma of `LSTM, forget bias 1` would read as the next item of the list.
    const name = `the ${label.replace(/, (.*)$/, " ($1)")}`;
    if (log10 === null) return zero ? `nothing of ${name}'s is left` : `${name}'s is not a number`;
    if (log10 > 0) return `${k === 0 ? `the gradient of ${name}` : `${name}'s`} has grown ${share(log10)}`;
    return k === firstKept ? `${name} keeps ${share(log10)} of its gradient` : `${name} ${share(log10)}`;
  });
  return `${when}, ${count(lag, "step")} back in time, ${listed(clauses)} (all states together).`;
}

/** `1 part in 10¹⁵`, `1 part in 320`, `63 %`; `4.1-fold` for what has grown. */
export function share(log10: number): string {
  if (log10 <= -4) return `1 part in ${powerOfTen(Math.round(-log10))}`;
  if (log10 <= -1) return `1 part in ${rounded(10 ** -log10)}`;
  if (log10 <= 0) return `${significant(100 * 10 ** log10, 2)} %`;
  return log10 < 4 ? `${rounded(10 ** log10)}-fold` : `${powerOfTen(Math.round(log10))}-fold`;
}

function rounded(value: number): string {
  return grouped(Number(value.toPrecision(2)));
}
