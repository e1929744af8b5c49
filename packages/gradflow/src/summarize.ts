import { checkWhole, describe, OptionError } from "@unroll/tensor";
import { fitExponential, horizonOf } from "./fit.ts";
import type { FlowSeries } from "./series.ts";

/**
 * Exponential fit and horizon of the first `lags` lags of a series: `fitExponential` and `horizonOf` of the mean, up to the
 * first lag at which any sample underflows or is invalid.
 *
 * Behind that lag the mean is one of the survivors: it can jump up by decades where the gradient of the others is lost.
 * Zeros before the first lag at which all samples have a gradient do not end the curve: there the loss has not
 * begun, as for the c of an LSTM at its last step when only the output is probed. A sample that is too short for a
 * lag counts as neither.
 *
 * @param lags how many lags from 0 on (default, and at most: all)
 * @throws {OptionError} when series is not a series, or lags is not a whole number from 0 on
 * @example
 * ```ts
 * const x = randn([300, 8, 3], { generator: new Generator(2) });
 * const { joint } = gradientFlow(new RNN(3, 16, { generator: new Generator(1) }), x);
 * summarizeCurve(joint, 101).fit?.to; // 100
 * ```
 */
export function summarizeCurve(
  series: Pick<FlowSeries, "mean" | "underflow" | "invalid">,
  lags?: number,
): Pick<FlowSeries, "fit" | "horizon"> {
  const whole =
    series?.mean instanceof Float64Array &&
    [series.underflow, series.invalid].every((counts) => counts instanceof Int32Array);
  if (!whole) throw new OptionError(`summarizeCurve: expected a series of gradientFlow, got ${describe(series)}`);
  const { mean, underflow, invalid } = series;
  if (checkWhole("summarizeCurve", "lags", lags ?? mean.length) < 0)
    throw new OptionError(`summarizeCurve: lags must be at least 0, got ${lags}`);
  const curve = mean.slice(0, lags);
  const complete = (n: number) => underflow[n] === 0 && invalid[n] === 0 && Number.isFinite(mean[n]);
  let begin = 0;
  while (begin < curve.length && !complete(begin)) begin++;
  let end = begin;
  while (end < curve.length && complete(end)) end++;
  // Blanked out rather than cut off: the 5 % that a fit leaves out are those of all lags.
  curve.fill(Number.NaN, 0, begin).fill(Number.NaN, end);
  return { fit: fitExponential(curve), horizon: horizonOf(curve) };
}
