import { mean, quantileSorted } from "simple-statistics";
import type { ExponentialFit } from "./fit.ts";
import { summarizeCurve } from "./summarize.ts";

/**
 * One adjoint norm against the lag n, the number of steps back from where the loss sits: lag 0 is each sample's last
 * step. All values are base-10 logarithms of norms.
 */
export interface FlowSeries {
  /** `[lags, B]` row-major: one norm per sample; -∞ for an exact zero, +∞ for an overflow, NaN for a NaN or no such step. */
  readonly perSample: Float64Array;
  /** By lag, the mean over samples of the logarithm: the geometric mean, which one exploding sample cannot dominate. */
  readonly mean: Float64Array;
  /** By lag, where 10 % and 90 % of the samples lie. */
  readonly p10: Float64Array;
  readonly p90: Float64Array;
  /** By lag, how many samples have an exact zero. They are left out of mean and band. */
  readonly underflow: Int32Array;
  /** By lag, how many samples have a NaN or an infinity. They are left out of mean and band. */
  readonly invalid: Int32Array;
  /** An exponential through the mean before any sample underflows, or undefined when too little is left to fit. */
  readonly fit: ExponentialFit | undefined;
  /** The largest lag, before any sample underflows, at which more than a thousandth of the gradient is left. */
  readonly horizon: number | undefined;
}

/** What each sample has at each lag: a logarithm, or undefined when the sample is shorter. */
export type SampleLogs = readonly (readonly (number | undefined)[])[];

/** Gathers samples' curves into a series. */
export function seriesOf(logs: SampleLogs): FlowSeries {
  const lags = logs.length;
  const batch = logs[0]?.length ?? 0;
  const perSample = new Float64Array(lags * batch).fill(Number.NaN);
  const curve = () => new Float64Array(lags).fill(Number.NaN);
  const [means, p10, p90] = [curve(), curve(), curve()];
  const [underflow, invalid] = [new Int32Array(lags), new Int32Array(lags)];
  for (let n = 0; n < lags; n++) {
    const finite: number[] = [];
    for (let b = 0; b < batch; b++) {
      const value = logs[n][b];
      if (value === undefined) continue;
      perSample[n * batch + b] = value;
      if (Number.isFinite(value)) finite.push(value);
      else if (value === Number.NEGATIVE_INFINITY) underflow[n]++;
      else invalid[n]++;
    }
    if (finite.length === 0) {
      if (underflow[n] > 0 && invalid[n] === 0) means[n] = p10[n] = p90[n] = Number.NEGATIVE_INFINITY;
      continue;
    }
    finite.sort((a, b) => a - b);
    means[n] = mean(finite);
    p10[n] = quantileSorted(finite, 0.1);
    p90[n] = quantileSorted(finite, 0.9);
  }
  const counted = { mean: means, underflow, invalid };
  return { perSample, p10, p90, ...counted, ...summarizeCurve(counted) };
}
