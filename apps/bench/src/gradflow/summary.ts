import type { BenchResult, Curve, ProbeResult, RunResult, TaskName, TaskResult } from "./result.ts";

/** The lags whose gradient norms the tables name. */
export const tableLags: readonly number[] = [1, 10, 25, 50, 100];

/** Below this R² a decay is not exponential, and a half-life means little. */
export const exponentialFrom = 0.9;

/** When a curve was measured: before the first training step, or after the last one that was probed. */
export type Moment = "initial" | "trained";

/** One cell of a task in numbers: medians over its seeds. */
export interface SummaryRow {
  readonly cell: string;
  readonly label: string;
  readonly describe: string;
  readonly hidden: number;
  readonly parameters: number;
  /** The seeds that the numbers are medians of. */
  readonly seeds: readonly number[];
  /** The last validation value, in the task's metric. */
  readonly validation: number | null;
  /** The training step of that value, the latest one over the seeds. */
  readonly validationStep: number | null;
  /** The worst of the cell's runs. */
  readonly status: RunResult["status"];
  /** What happened to the runs that did not end: `diverged at step 3 (seed 2)`; empty when all ended. */
  readonly note: string;
  /** Before training; undefined when it was not measured. */
  readonly initial: FlowSummary | undefined;
  /** After training; undefined when a run ended before its first probe after step 0. */
  readonly trained: FlowSummary | undefined;
}

/** How `‖∂L/∂h‖` falls with the lag, at one moment. */
export interface FlowSummary {
  /** The training step of the probe, the latest one over the seeds. */
  readonly step: number;
  /** log10 of the norm at each of {@link tableLags}; null where it is no finite number or was not measured. */
  readonly logs: Readonly<Record<number, number | null>>;
  /** What one step back leaves of the norm: the fitted factor. */
  readonly decayPerStep: number | null;
  /** Steps until half is left; null when nothing is lost (`decayPerStep >= 1`) or nothing could be fitted. */
  readonly halfLife: number | null;
  /** The half-life of the norm of all states together, `‖[∂h; ∂c]‖`: the one to compare different cells by. */
  readonly jointHalfLife: number | null;
  readonly r2: number | null;
  /** False when R² is below 0.9; null without a fit. */
  readonly exponential: boolean | null;
  /** The largest lag at which more than a thousandth is left. */
  readonly horizon: number | null;
}

/** A curve by lag, the median over seeds of each of its parts. */
export interface FlowCurve {
  readonly step: number;
  readonly mean: readonly (number | null)[];
  readonly p10: readonly (number | null)[];
  readonly p90: readonly (number | null)[];
  /** The first lag at which any seed has an exact zero. */
  readonly underflowLag: number | null;
}

/** What `result.json` holds: the runs, and the numbers of the tables, which are derived from them. */
export interface ResultFile extends BenchResult {
  readonly summary: Readonly<Partial<Record<TaskName, readonly SummaryRow[]>>>;
}

/** A result with its summary beside it. */
export function withSummary(result: BenchResult): ResultFile {
  return { ...result, summary: Object.fromEntries(result.tasks.map((task) => [task.task, summarize(task)])) };
}

/** One row for each cell, in the order in which the runs name them. */
export function summarize(task: TaskResult): SummaryRow[] {
  return cellsOf(task).map((runs) => {
    const chosen = counted(runs);
    const [{ cell, label, describe, hidden, parameters }] = runs;
    const last = chosen.flatMap(({ validation }) => validation.slice(-1));
    return {
      cell,
      label,
      describe,
      hidden,
      parameters,
      seeds: chosen.map((run) => run.seed),
      validation: median(last.map(({ value }) => value)),
      validationStep: last.length > 0 ? Math.max(...last.map(({ step }) => step)) : null,
      status: worst(runs),
      note: runs.flatMap(noteOf).join("; "),
      initial: summarizeFlow(runs, "initial"),
      trained: summarizeFlow(runs, "trained"),
    };
  });
}

/**
 * The training steps at which a row's last numbers were measured. A run that was stopped between a probe and a validation
 * has them at different steps.
 */
export function measuredAt(row: SummaryRow): { readonly gradients: number | null; readonly validation: number | null } {
  return { gradients: (row.trained ?? row.initial)?.step ?? null, validation: row.validationStep };
}

/** The runs of each cell, in the order in which they are named first. */
export function cellsOf(task: TaskResult): [RunResult, ...RunResult[]][] {
  const cells = new Map<string, [RunResult, ...RunResult[]]>();
  for (const run of task.runs) {
    const known = cells.get(run.cell);
    if (known) known.push(run);
    else cells.set(run.cell, [run]);
  }
  return [...cells.values()];
}

/** The runs whose numbers count: those that ended, or, when none did, all of them. */
export function counted(runs: readonly RunResult[]): readonly RunResult[] {
  const done = runs.filter((run) => run.status === "done");
  return done.length > 0 ? done : runs;
}

/** A run's probe at one moment; undefined when there was none. A probe at step 0 never counts as trained. */
export function probeAt(run: RunResult, moment: Moment): ProbeResult | undefined {
  const probe = moment === "initial" ? run.probes[0] : run.probes[run.probes.length - 1];
  if (probe === undefined) return undefined;
  return (probe.step === 0) === (moment === "initial") ? probe : undefined;
}

/** One state's curve (`h`, `c`, or `joint`) over a cell's runs at one moment. */
export function curveOver(runs: readonly RunResult[], moment: Moment, state: string): FlowCurve | undefined {
  const found = curvesAt(runs, moment, state);
  return found.length > 0 ? medianCurve(found) : undefined;
}

/** One state's curve at every probed step of a cell's runs, first step first. */
export function curvesOverTraining(runs: readonly RunResult[], state: string): FlowCurve[] {
  const steps = new Map<number, { step: number; curve: Curve }[]>();
  for (const run of counted(runs))
    for (const probe of run.probes) {
      const curve = curveOf(probe, state);
      if (curve) steps.set(probe.step, [...(steps.get(probe.step) ?? []), { step: probe.step, curve }]);
    }
  return [...steps.values()].map(medianCurve).sort((a, b) => a.step - b.step);
}

/** A curve's value at a lag; null when it is no finite number or beyond what was measured. */
export function valueAtLag(curve: readonly (number | null)[], lag: number): number | null {
  const value = curve[lag];
  return value !== undefined && isNumber(value) ? value : null;
}

/** The median of the finite values; null without any. */
export function median(values: readonly (number | null | undefined)[]): number | null {
  return middle(values.filter((value) => isNumber(value)));
}

function middle(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  // Equal values first: half of ∞ + ∞ is fine, but the mean of two large values may overflow.
  if (sorted.length % 2 === 1 || sorted[half - 1] === sorted[half]) return sorted[half];
  return (sorted[half - 1] + sorted[half]) / 2;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function summarizeFlow(runs: readonly RunResult[], moment: Moment): FlowSummary | undefined {
  const found = curvesAt(runs, moment, "h");
  if (found.length === 0) return undefined;
  const { step, mean } = medianCurve(found);
  const curves = found.map(({ curve }) => curve);
  const r2 = median(curves.map((curve) => curve.r2));
  return {
    step,
    logs: Object.fromEntries(tableLags.map((lag) => [lag, valueAtLag(mean, lag)])),
    decayPerStep: median(curves.map((curve) => curve.decayPerStep)),
    halfLife: halfLifeOver(curves),
    jointHalfLife: halfLifeOver(curvesAt(runs, moment, "joint").map(({ curve }) => curve)),
    r2,
    exponential: r2 === null ? null : r2 >= exponentialFrom,
    horizon: median(curves.map((curve) => curve.horizon)),
  };
}

/** A curve that loses nothing has no half-life. It counts as an infinite one, so that it lifts the median. */
function halfLifeOver(curves: readonly Curve[]): number | null {
  const halfLife = middle(
    curves.flatMap(({ halfLife, decayPerStep }) => {
      if (isNumber(halfLife)) return [halfLife];
      return isNumber(decayPerStep) && decayPerStep >= 1 ? [Number.POSITIVE_INFINITY] : [];
    }),
  );
  return isNumber(halfLife) ? halfLife : null;
}

interface StepCurve {
  readonly step: number;
  readonly curve: Curve;
}

function curvesAt(runs: readonly RunResult[], moment: Moment, state: string): StepCurve[] {
  return counted(runs).flatMap((run) => {
    const probe = probeAt(run, moment);
    const curve = probe && curveOf(probe, state);
    return probe && curve ? [{ step: probe.step, curve }] : [];
  });
}

function curveOf(probe: ProbeResult, state: string): Curve | undefined {
  return state === "joint" ? probe.joint : probe.curves[state];
}

function medianCurve(found: readonly StepCurve[]): FlowCurve {
  const curves = found.map(({ curve }) => curve);
  const by = (part: "mean" | "p10" | "p90"): (number | null)[] =>
    Array.from({ length: Math.max(...curves.map((curve) => curve[part].length)) }, (_, lag) =>
      median(curves.map((curve) => curve[part][lag])),
    );
  const zeros = curves.map((curve) => curve.underflowLag).filter((lag) => isNumber(lag));
  return {
    step: Math.max(...found.map(({ step }) => step)),
    mean: by("mean"),
    p10: by("p10"),
    p90: by("p90"),
    underflowLag: zeros.length > 0 ? Math.min(...zeros) : null,
  };
}

function worst(runs: readonly RunResult[]): RunResult["status"] {
  const has = (status: RunResult["status"]): boolean => runs.some((run) => run.status === status);
  return (["failed", "diverged", "stopped"] as const).find(has) ?? "done";
}

function noteOf({ status, divergedAt, error, loss, seed }: RunResult): string[] {
  if (status === "failed") return [`failed after step ${loss.length}: ${error ?? "unknown"} (seed ${seed})`];
  if (status === "diverged") {
    const last = loss.length > 0 ? `, last finite loss ${loss[loss.length - 1].toPrecision(4)}` : "";
    return [`diverged at step ${divergedAt ?? loss.length}${last} (seed ${seed})`];
  }
  return status === "stopped" ? [`stopped after step ${loss.length} (seed ${seed})`] : [];
}
