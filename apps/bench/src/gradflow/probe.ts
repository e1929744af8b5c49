import { type FlowSeries, gateStatistics, gradientFlow, jacobianSpectrum, summarizeCurve } from "@unroll/gradflow";
import { slice, type Tensor } from "@unroll/tensor";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { Entry, Layer } from "./lineup.ts";
import type { Curve, GateResult, GradflowConfig, ProbeResult, SpectrumResult, TaskName } from "./result.ts";

/** Gates are read at the first probe, the last, and so many at equal distances between them. */
const gateProbes = 4;
/** How many quantiles of the singular values are kept, the largest and the smallest among them. */
const fanLines = 17;

/** What {@link probe} measures, and when. */
export interface ProbeMoment {
  readonly task: TaskName;
  readonly entry: Entry;
  readonly step: number;
  readonly config: GradflowConfig;
}

/**
 * Gradient flow of a layer on the probe's sequences `x [T, B, I]`; at a few moments what its gates do, too, and before and
 * after training the singular values of its long-term Jacobian.
 */
export function probe(layer: Layer, x: Tensor, { task, entry, step, config }: ProbeMoment): ProbeResult {
  const { lags, probeEvery, spectra } = config;
  const steps = config.steps[task];
  const flow = gradientFlow(layer, x);
  const atEnds = step === 0 || step === steps;
  const every = probeEvery * Math.max(1, Math.ceil(steps / probeEvery / gateProbes));
  const gates = entry.gates > 1 && (step === steps || step % every === 0);
  // Cells that only repeat another with more parameters are left to the tables.
  const deep = atEnds && !entry.equalParameters;
  return {
    step,
    curves: Object.fromEntries(Object.entries(flow.states).map(([name, { state }]) => [name, curveOf(state, lags)])),
    joint: curveOf(flow.joint, lags),
    ...(gates ? { gates: gatesOf(layer, x) } : {}),
    ...(deep && spectra.tasks.includes(task) ? { spectrum: spectrumOf(layer, x, spectra.lags) } : {}),
    // What a step multiplies by at most: the slopes of tanh and ReLU are at most 1, and a gated cell has no such bound.
    ...(deep && entry.gates === 1 ? { gain: largestSingularValue(layer.weight_hh_l0) } : {}),
  };
}

/** The lags that are shown; the steps before them only let the state settle. */
function curveOf(series: FlowSeries, lags: number): Curve {
  const { fit, horizon } = summarizeCurve(series, lags + 1);
  const first = series.underflow.findIndex((count) => count > 0);
  return {
    mean: rounded(series.mean.slice(0, lags + 1)),
    p10: rounded(series.p10.slice(0, lags + 1)),
    p90: rounded(series.p90.slice(0, lags + 1)),
    decayPerStep: fit?.factor ?? null,
    halfLife: fit !== undefined && Number.isFinite(fit.halfLife) ? fit.halfLife : null,
    r2: fit?.r2 ?? null,
    horizon: horizon ?? null,
    underflowLag: first < 0 || first > lags ? null : first,
  };
}

/** Alone: the eigenvalues that `weightSpectrum` also takes cost ten times as much. */
function largestSingularValue({ data, shape: [rows, columns] }: Tensor): number {
  const options = { computeLeftSingularVectors: false, computeRightSingularVectors: false };
  return new SingularValueDecomposition(
    Matrix.from1DArray(rows, columns, data as ArrayLike<number> as number[]),
    options,
  ).norm2;
}

/** Of one sequence: its steps and units are many values already. */
function gatesOf(layer: Layer, x: Tensor): GateResult {
  const { gates, keep } = gateStatistics(layer, slice(x, 1, 0, 1));
  const mean = (values: Float64Array) =>
    Number((values.reduce((sum, value) => sum + value, 0) / values.length).toPrecision(6));
  return {
    shares: Object.fromEntries(
      Object.entries(gates).map(([name, { histogram, left, right, meanLog }]) => [
        name,
        {
          histogram: rounded(histogram, 1e4).map((share) => share ?? 0),
          closed: mean(left),
          open: mean(right),
          meanLog: mean(meanLog),
        },
      ]),
    ),
    keep: keep?.gate ?? "",
    timeScales: rounded(keep?.timeScale ?? new Float64Array(0), 1e3),
  };
}

/** Of one sequence: the cube of the state's size is too much for all. */
function spectrumOf(layer: Layer, x: Tensor, lags: readonly number[]): SpectrumResult {
  const own = lags.filter((lag) => lag <= x.shape[0]);
  const { width, mean, condition, effectiveRank } = jacobianSpectrum(layer, slice(x, 1, 0, 1), { lags: own });
  const lines = Math.min(fanLines, width);
  const index = (line: number) => Math.round((line * (width - 1)) / Math.max(1, lines - 1));
  return {
    width,
    lags: own,
    log10: own.map((_, k) =>
      rounded(
        Float64Array.from({ length: lines }, (_unused, line) => mean[k * width + index(line)]),
        1e3,
      ),
    ),
    condition: rounded(condition, 1e3),
    effectiveRank: rounded(effectiveRank, 1e3),
  };
}

/** To a millionth of a decade unless told otherwise: sixteen digits would make the file three times as large. */
function rounded(values: Float64Array, parts = 1e6): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * parts) / parts : null));
}
