import type { GateResult, RunResult, SpectrumResult, TaskResult } from "./result.ts";
import { cellsOf, counted, type Moment, median, probeAt } from "./summary.ts";

/** A gate at one probe, over a cell's seeds. */
export interface GateMoment {
  readonly step: number;
  readonly histogram: readonly number[];
  readonly closed: number;
  readonly open: number;
  readonly meanLog: number;
}

/** One gate of a cell through the training. */
export interface GateCourse {
  readonly gate: string;
  /** Whether it is the gate that keeps the state. */
  readonly keeps: boolean;
  readonly moments: readonly GateMoment[];
}

/** A spectrum over a cell's seeds, at one moment of training. */
export interface SpectrumMoment extends SpectrumResult {
  readonly step: number;
}

/** The cells of a task without those that only repeat another with more parameters, unless there are no others. */
export function distinctCells(task: TaskResult): [RunResult, ...RunResult[]][] {
  const cells = cellsOf(task);
  const distinct = cells.filter(([{ cell }]) => !cell.endsWith("-eq"));
  return distinct.length > 0 ? distinct : cells;
}

/** Every gate of a cell at every probe that has it: medians over seeds. Empty for cells without gates. */
export function gateCourses(runs: readonly RunResult[]): GateCourse[] {
  const found = counted(runs).flatMap(({ probes }) =>
    probes.flatMap(({ step, gates }) => (gates === undefined ? [] : [{ step, gates }])),
  );
  const steps = [...new Set(found.map(({ step }) => step))].sort((a, b) => a - b);
  return Object.keys(found[0]?.gates.shares ?? {}).map((gate) => ({
    gate,
    keeps: gate === found[0].gates.keep,
    moments: steps.map((step): GateMoment => {
      const shares = found.flatMap((one) => (one.step === step ? (one.gates.shares[gate] ?? []) : []));
      const bins = Math.max(...shares.map(({ histogram }) => histogram.length));
      const over = (pick: (share: (typeof shares)[number]) => number | undefined) => median(shares.map(pick)) ?? 0;
      return {
        step,
        histogram: Array.from({ length: bins }, (_, bin) => over(({ histogram }) => histogram[bin])),
        closed: over(({ closed }) => closed),
        open: over(({ open }) => open),
        meanLog: over(({ meanLog }) => meanLog),
      };
    }),
  }));
}

/** The time scales of all units of a cell, all seeds together, shortest first; infinite where a gate never closes. */
export function timeScalesAt(runs: readonly RunResult[], moment: Moment): number[] {
  return gatesAt(runs, moment)
    .flatMap(({ timeScales }) => timeScales.map((value) => value ?? Number.POSITIVE_INFINITY))
    .sort((a, b) => a - b);
}

/**
 * What the gates that keep the state would leave of a gradient by themselves, by lag:
 * `log10 sqrt(mean_i exp(-2 n / τ_i))`, each unit keeping its own mean logarithm. Undefined without such gates.
 */
export function keepProduct(runs: readonly RunResult[], moment: Moment, lags: number): number[] | undefined {
  const scales = timeScalesAt(runs, moment);
  if (scales.length === 0) return undefined;
  return Array.from({ length: lags + 1 }, (_, lag) => {
    // Relative to the unit that remembers longest, so that nothing underflows.
    const rates = scales.map((scale) => (-2 * lag) / scale);
    const top = Math.max(...rates);
    const sum = rates.reduce((total, rate) => total + Math.exp(rate - top), 0);
    return (top + Math.log(sum / scales.length)) / (2 * Math.LN10);
  });
}

/** The largest singular value of a simple recurrent cell's weight: the median over seeds; null for other cells. */
export function gainAt(runs: readonly RunResult[], moment: Moment): number | null {
  return median(counted(runs).map((run) => probeAt(run, moment)?.gain));
}

/** A cell's singular values at one moment: at every lag and rank the median over seeds. */
export function spectrumAt(runs: readonly RunResult[], moment: Moment): SpectrumMoment | undefined {
  const found = counted(runs).flatMap((run) => {
    const probe = probeAt(run, moment);
    return probe?.spectrum === undefined ? [] : [{ step: probe.step, spectrum: probe.spectrum }];
  });
  if (found.length === 0) return undefined;
  const spectra = found.map(({ spectrum }) => spectrum);
  const [{ width, lags, log10 }] = spectra;
  return {
    step: Math.max(...found.map(({ step }) => step)),
    width,
    lags,
    log10: lags.map((_, k) => log10[k].map((_unused, line) => median(spectra.map((one) => one.log10[k]?.[line])))),
    condition: lags.map((_, k) => median(spectra.map((one) => one.condition[k]))),
    effectiveRank: lags.map((_, k) => median(spectra.map((one) => one.effectiveRank[k]))),
  };
}

/** What one step back leaves of the gradient of all states, and how well one such factor fits: medians over seeds. */
export function decayAt(
  runs: readonly RunResult[],
  moment: Moment,
): { readonly factor: number | null; readonly r2: number | null } {
  const curves = counted(runs).flatMap((run) => probeAt(run, moment)?.joint ?? []);
  return { factor: median(curves.map(({ decayPerStep }) => decayPerStep)), r2: median(curves.map(({ r2 }) => r2)) };
}

/** The largest lag at which a thousandth of the gradient of all states is left: the median over seeds. */
export function horizonAt(runs: readonly RunResult[], moment: Moment): number | null {
  return median(counted(runs).map((run) => probeAt(run, moment)?.joint.horizon));
}

function gatesAt(runs: readonly RunResult[], moment: Moment): GateResult[] {
  return counted(runs).flatMap((run) => probeAt(run, moment)?.gates ?? []);
}
