import { flopPerStep } from "@unroll/bench/lab";
import type { Lane } from "../../state/lane.ts";
import type { RaceAxis } from "../shared/view-state.ts";

/** The training losses of a cell over what the race is run over. */
export interface RaceLine {
  readonly lane: Lane;
  readonly x: Float64Array;
  readonly losses: Float64Array;
  readonly length: number;
}

/** What one training step is on an axis; null where it is measured and not counted. */
export function perStep(lane: Lane, axis: RaceAxis): number | null {
  const facts = lane.facts.value;
  if (axis === "time") return null;
  if (facts === null) return 0;
  return axis === "sequences" ? facts.size.batch : flopPerStep(facts, lane.model.value?.hidden ?? 0);
}

/** Where a training step is on an axis: sequences, seconds of computing, or operations. */
export function placeOf(lane: Lane, axis: RaceAxis, step: number): number {
  const each = perStep(lane, axis);
  if (each !== null) return step * each;
  const { steps, times, length } = lane.losses;
  if (length === 0) return 0;
  let k = steps.subarray(0, length).findIndex((known) => known >= step);
  if (k < 0) k = length - 1;
  return times[k] / 1000;
}

/** Losses as they came, each the mean over a few steps when there are many. */
export function raceLine(lane: Lane, axis: RaceAxis): RaceLine {
  lane.version.value;
  const { steps, times, losses, length } = lane.losses;
  const each = perStep(lane, axis);
  const x =
    each === null
      ? times.subarray(0, length).map((time) => time / 1000)
      : steps.subarray(0, length).map((step) => step * each);
  return { lane, x, losses: losses.subarray(0, length), length };
}

/** A running mean of the logarithms, so that the course is seen through the noise of batches. */
export function smoothed(losses: ArrayLike<number>, span: number): Float64Array {
  const mean = new Float64Array(losses.length);
  const weight = 2 / (span + 1);
  let value = Number.NaN;
  for (let k = 0; k < losses.length; k++) {
    const log = Math.log10(losses[k]);
    if (Number.isFinite(log)) value = Number.isNaN(value) ? log : value + weight * (log - value);
    mean[k] = Number.isFinite(log) ? value : Number.NaN;
  }
  return mean;
}

/** The lane that solved the task first on an axis. */
export function winnerOf(
  lanes: readonly Lane[],
  axis: RaceAxis,
): { readonly lane: Lane; readonly at: number } | undefined {
  let best: { readonly lane: Lane; readonly at: number } | undefined;
  for (const lane of lanes) {
    const step = lane.solvedAt.value;
    if (step === null) continue;
    const at = placeOf(lane, axis, step);
    if (best === undefined || at < best.at) best = { lane, at };
  }
  return best;
}
