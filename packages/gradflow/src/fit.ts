import { describe, OptionError } from "@unroll/tensor";
import { linearRegression, linearRegressionLine, max, min, rSquared } from "simple-statistics";

/** An exponential `‖δ_n‖ ≈ a e^(slope n)` through a decay curve. */
export interface ExponentialFit {
  /** Natural logarithm per step: negative when gradients vanish, positive when they explode. */
  readonly slope: number;
  /** The factor per step, `e^slope`. */
  readonly factor: number;
  /** Steps until half is left, `ln 2 / -slope`; infinite when nothing is lost. */
  readonly halfLife: number;
  /** How much of the curve's variance the line explains, in [0, 1]; a flat curve counts as 1. */
  readonly r2: number;
  /** False when R² < 0.9: the curve is not exponential, and half-life means little. */
  readonly exponential: boolean;
  /** The first and last lag that the line was fitted to. */
  readonly from: number;
  readonly to: number;
}

/**
 * The least-squares line through `ln ‖δ_{T-n}‖` against the lag n. The first 5 % of lags, a local transient, are left
 * out, and so is everything from the first underflow or NaN on. It sees only those of the curve itself: for a mean over
 * samples, of which single ones may underflow, use `summarizeCurve`.
 *
 * @param log10 the curve by lag, -∞ for an exact zero
 * @returns undefined when fewer than two points are left
 * @throws {OptionError} when log10 is not a Float64Array
 * @example
 * ```ts
 * const fit = fitExponential(new Float64Array([0, -1, -2, -3]));
 * fit?.factor.toFixed(9); // "0.100000000"
 * fit?.halfLife.toFixed(9); // "0.301029996"
 * ```
 */
export function fitExponential(log10: Float64Array): ExponentialFit | undefined {
  checkCurve("fitExponential", log10);
  const from = Math.ceil(log10.length / 20);
  const points: [number, number][] = [];
  for (let n = from; n < log10.length && Number.isFinite(log10[n]); n++) points.push([n, log10[n] * Math.LN10]);
  if (points.length < 2) return undefined;
  const line = linearRegression(points);
  // Rounding leaves a slope of 1e-18 where nothing changes, and R² of what rounding left means nothing.
  const values = points.map(([, value]) => value);
  const flat = max(values) - min(values) < 1e-9;
  const slope = flat ? 0 : line.m;
  const r2 = flat ? 1 : rSquared(points, linearRegressionLine(line));
  return {
    slope,
    factor: Math.exp(slope),
    halfLife: slope < 0 ? Math.LN2 / -slope : Number.POSITIVE_INFINITY,
    r2,
    exponential: r2 >= 0.9,
    from,
    to: from + points.length - 1,
  };
}

/**
 * The largest lag at which more than `epsilon` of the gradient is left: `max { n : ‖δ_{T-n}‖ / ‖δ_T‖ > ε }`. A curve that
 * starts at an exact zero is measured from its first non-zero point. A horizon of the last lag means: that far at least.
 *
 * @returns undefined when there is no finite point
 * @example
 * ```ts
 * horizonOf(new Float64Array([0, -1, -2, -3, -4])); // 2
 * ```
 * @throws {OptionError} when log10 is not a Float64Array, or unless 0 < epsilon < 1
 */
export function horizonOf(log10: Float64Array, epsilon: number = 1e-3): number | undefined {
  checkCurve("horizonOf", log10);
  if (!(epsilon > 0 && epsilon < 1))
    throw new OptionError(`horizonOf: epsilon must lie between 0 and 1, got ${describe(epsilon)}`);
  const start = log10.findIndex((value) => Number.isFinite(value));
  if (start < 0) return undefined;
  const limit = log10[start] + Math.log10(epsilon);
  for (let n = log10.length - 1; n >= start; n--) if (log10[n] > limit) return n;
  return start;
}

function checkCurve(fn: string, log10: unknown): void {
  if (!(log10 instanceof Float64Array))
    throw new OptionError(`${fn}: log10 must be a Float64Array, got ${describe(log10)}`);
}
