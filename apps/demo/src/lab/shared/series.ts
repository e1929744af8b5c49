import type { FlowCurve, ProbeRecord } from "@unroll/bench/lab";
import type { Lane } from "../../state/lane.ts";
import type { Quantity } from "./view-state.ts";

/** The probe that is looked at: the one nearest to a training step, or the newest. */
export function probeOf(lane: Lane, moment: number | null): ProbeRecord | null {
  const latest = lane.latest.value;
  if (moment === null) return latest;
  return lane.history.nearest(moment) ?? latest;
}

/** The curve of a quantity; undefined for cells without such a state. */
export function curveOf(probe: ProbeRecord | null, quantity: Quantity): FlowCurve | undefined {
  if (probe === null) return undefined;
  return quantity === "joint" ? probe.joint : probe.states[quantity];
}

/** What is taken from every value: log10 of the norm at lag 0 where curves begin at 1. */
export function offsetOf(curve: FlowCurve, relative: boolean): number {
  const [start] = curve.mean;
  return relative && Number.isFinite(start) ? start : 0;
}

/** What is left at a lag, beside lag 0, as log10. */
export function keptAt(curve: FlowCurve, lag: number): number {
  return curve.mean[Math.min(lag, curve.mean.length - 1)] - curve.mean[0];
}

/** The largest lag of what is shown. */
export function lagsOf(lanes: readonly Lane[]): number {
  return lanes.reduce((most, lane) => Math.max(most, lane.facts.value?.lags ?? 0), 0);
}

/** The lag that is spoken of when none is chosen. */
export function spokenLag(lag: number | null, lags: number): number {
  return Math.min(lag ?? 50, lags);
}

/** The least and the largest finite value; undefined without any. */
export function extentOf(series: Iterable<ArrayLike<number>>): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of series)
    for (let k = 0; k < values.length; k++) {
      const value = values[k];
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return low <= high ? [low, high] : undefined;
}

/**
 * What the gates that keep would leave of a gradient by themselves: `log10 sqrt(mean_i exp(-2 n / τ_i))`, each unit keeping its
 * own mean logarithm. Undefined without such gates.
 */
export function keepProduct({ keep }: ProbeRecord, lags: number): Float64Array | undefined {
  if (keep === null || keep.timeScale.length === 0) return undefined;
  const scales = Array.from(keep.timeScale);
  return Float64Array.from({ length: lags + 1 }, (_, lag) => {
    // Relative to the unit that remembers longest, so that nothing underflows.
    const rates = scales.map((scale) => (-2 * lag) / scale);
    const top = Math.max(...rates);
    const sum = rates.reduce((total, rate) => total + Math.exp(rate - top), 0);
    return (top + Math.log(sum / scales.length)) / (2 * Math.LN10);
  });
}
