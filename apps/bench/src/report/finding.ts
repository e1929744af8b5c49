import { distinctCells, gateCourses, horizonAt, spectrumAt, timeScalesAt } from "../gradflow/detail.ts";
import { margin } from "../gradflow/guessing.ts";
import type { TaskResult } from "../gradflow/result.ts";
import { curveOver, type Moment, summarize, valueAtLag } from "../gradflow/summary.ts";
import { count, grouped, listed, metricText, powerOfTen, significant } from "./format.ts";
import { percent } from "./gate-ridges.ts";
import { isLong, middleOf } from "./time-scale-chart.ts";

/** What is left of a cell's gradient at a lag, as log10 of its share of lag 0. */
export interface Kept {
  readonly label: string;
  /** Null for an exact zero, and for what is no number. */
  readonly log10: number | null;
  readonly zero: boolean;
}

const quantities: Readonly<Record<string, string>> = { joint: "all states together" };

const preferredLags = [50, 25, 10, 1];

/** In a sentence: with its article, and without the comma of `LSTM, forget bias 1`, which would read as the next item. */
export function nameOf(label: string): string {
  return `the ${label.replace(/, (.*)$/, " ($1)")}`;
}

/** A name with a remark in parentheses, which a name may have already. */
export function withNote(name: string, note: string): string {
  if (note === "") return name;
  return name.endsWith(")") ? `${name.slice(0, -1)}; ${note})` : `${name} (${note})`;
}

/** With a large first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** In words, when a moment is. */
export function momentText(moment: Moment): string {
  return moment === "trained" ? "After training" : "Before training";
}

/** After training if that was measured by any cell, else before; undefined when neither was. */
export function latest<T>(of: (moment: Moment) => readonly T[]): { moment: Moment; found: readonly T[] } | undefined {
  for (const moment of ["trained", "initial"] as const) {
    const found = of(moment);
    if (found.length > 0) return { moment, found };
  }
  return undefined;
}

/**
 * What a task's curves say in one sentence: after training if that was measured, else before. Cells that only repeat
 * another with more parameters are left to the table.
 *
 * @param state `joint` for all states together
 */
export function findingOf(task: TaskResult, lags: number, state: string = "joint"): string {
  const lag = preferredLags.find((candidate) => candidate <= lags) ?? 0;
  for (const moment of ["trained", "initial"] as const) {
    const kept = keptAt(task, moment, lag, state);
    if (kept.some(({ log10 }) => log10 !== null))
      return `${sentence(kept, moment, lag)} (${quantities[state] ?? `∂L/∂${state}`}).`;
  }
  return "No gradient flow was measured.";
}

/** What each cell keeps at a lag, most first; cells without a number at lag 0 are left out. */
export function keptAt(task: TaskResult, moment: Moment, lag: number, state: string = "joint"): Kept[] {
  return distinctCells(task)
    .flatMap((runs): Kept[] => {
      const curve = curveOver(runs, moment, state);
      const start = curve && valueAtLag(curve.mean, 0);
      if (curve === undefined || start === null || start === undefined) return [];
      const value = valueAtLag(curve.mean, lag);
      const zero = value === null && curve.underflowLag !== null && lag >= curve.underflowLag;
      return [{ label: runs[0].label, log10: value === null ? null : value - start, zero }];
    })
    .sort((a, b) => (b.log10 ?? Number.NEGATIVE_INFINITY) - (a.log10 ?? Number.NEGATIVE_INFINITY));
}

function sentence(kept: readonly Kept[], moment: Moment, lag: number): string {
  const firstKept = kept.findIndex(({ log10 }) => log10 !== null && log10 <= 0);
  const clauses = kept.map(({ label, log10, zero }, k) => {
    const name = nameOf(label);
    if (log10 === null) return zero ? `nothing of ${name}'s is left` : `${name}'s is not a number`;
    if (log10 > 0) return `${k === 0 ? `the gradient of ${name}` : `${name}'s`} has grown ${share(log10)}`;
    return k === firstKept ? `${name} keeps ${share(log10)} of its gradient` : `${name} ${share(log10)}`;
  });
  return `${momentText(moment)}, ${count(lag, "step")} back in time, ${listed(clauses)}`;
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

/** How far a thousandth of the gradient reaches, before and after training. */
export function reachFinding(task: TaskResult, lags: number): string {
  const reach = (steps: number) => (steps >= lags ? `${lags} or more` : grouped(Math.round(steps)));
  const parts = distinctCells(task).flatMap((runs) => {
    const [before, after] = [horizonAt(runs, "initial"), horizonAt(runs, "trained")];
    const name = nameOf(runs[0].label);
    if (before === null && after === null) return [];
    if (before === null || after === null) return [`${reach(before ?? after ?? 0)} for ${name}`];
    return [`${reach(before)} before training and ${reach(after)} after for ${name}`];
  });
  return parts.length === 0
    ? "No gradient flow was measured."
    : `A thousandth of the gradient is left this many steps back: ${parts.join("; ")}.`;
}

/** Who has learned most, and whether that is more than guessing. */
export function learningFinding(task: TaskResult): string {
  const { metric, baseline } = task;
  const rows = summarize({ ...task, runs: distinctCells(task).flat() });
  const measured = rows
    .flatMap((row) => (row.validation === null ? [] : [{ ...row, validation: row.validation }]))
    .sort((a, b) => a.validation - b.validation);
  const lost = rows.filter(({ status }) => status === "diverged").map(({ label }) => nameOf(label));
  const tail = lost.length === 0 ? "" : ` Of ${listed(lost)}, ${lost.length === 1 ? "a run" : "runs"} diverged.`;
  if (measured.length === 0) return `No cell was validated.${tail}`;
  const [best] = measured;
  const guess = `${metricText(baseline.value)} ${metric}`;
  const listing = listed(measured.map(({ label, validation }) => `${nameOf(label)} ${metricText(validation)}`));
  const steps = Math.max(...measured.map(({ validationStep }) => validationStep ?? 0));
  const when = `after ${count(steps, "training step")}`;
  if (best.validation >= (1 - margin) * baseline.value)
    return `No cell is more than ${100 * margin} % better than guessing (${guess}) ${when}: ${listing}.${tail}`;
  return `Guessing reaches ${guess}, less is better; ${when}, ${listing}.${tail}`;
}

/** In how many directions a gradient survives. */
export function rankFinding(task: TaskResult): string {
  const found = latest((moment) =>
    distinctCells(task).flatMap((runs) => {
      const spectrum = spectrumAt(runs, moment);
      const lag = spectrum?.lags.findLast((candidate) => candidate <= preferredLags[0]);
      const rank = lag === undefined ? null : spectrum?.effectiveRank[spectrum.lags.indexOf(lag)];
      return spectrum === undefined || lag === undefined || typeof rank !== "number"
        ? []
        : [{ label: runs[0].label, width: spectrum.width, lag, rank }];
    }),
  );
  if (found === undefined) return "No singular value was measured.";
  const parts = found.found.map(
    ({ label, width, rank }, k) =>
      `${significant(rank, 2)} of ${width}${k === 0 ? " directions" : ""} for ${nameOf(label)}`,
  );
  return `${momentText(found.moment)}, what is left of a gradient ${count(found.found[0].lag, "step")} back lies in ${listed(parts)}.`;
}

/** How often the gates that keep the state are open. */
export function gateFinding(task: TaskResult): string {
  const parts = distinctCells(task).flatMap((runs) => {
    const moments = gateCourses(runs).find(({ keeps }) => keeps)?.moments ?? [];
    const [first, last] = [moments[0], moments[moments.length - 1]];
    if (first === undefined) return [];
    const name = nameOf(runs[0].label);
    if (first === last) return [`${percent(first.open)} for ${name}`];
    return [
      `${percent(first.open)} at step ${grouped(first.step)} and ${percent(last.open)} at step ${grouped(last.step)} for ${name}`,
    ];
  });
  return parts.length === 0
    ? "No gates were measured."
    : `How often the gate that keeps the state (f of an LSTM, z of a GRU) is above 0.9, nearly open: ${parts.join("; ")}.`;
}

/** How long the middle unit remembers, and the one that remembers longest. */
export function timeScaleFinding(task: TaskResult): string {
  const found = latest((moment) =>
    distinctCells(task).flatMap((runs) => {
      const scales = timeScalesAt(runs, moment);
      return scales.length === 0 ? [] : [{ label: runs[0].label, scales }];
    }),
  );
  if (found === undefined) return "No gates were measured.";
  const steps = (scale: number) => (isLong(scale) ? "never" : significant(scale, 2));
  const parts = found.found.map(
    ({ label, scales }) =>
      `${steps(middleOf(scales))} for ${withNote(nameOf(label), `its longest: ${steps(scales[scales.length - 1])}`)}`,
  );
  return `${momentText(found.moment)}, steps until the middle unit's gate has let its memory fade to 1/e: ${listed(parts)}.`;
}
