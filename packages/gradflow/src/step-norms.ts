import type { Adjoints, Lengths } from "@unroll/cells";
import { Tensor } from "@unroll/tensor";
import type { StepAdjoint } from "./adjoints.ts";
import { jointNorms, rowNorms } from "./norms.ts";
import type { AnyState } from "./record.ts";

/** log10 of adjoint norms after one step, by state; a value for each of `samples`. */
export interface StepNorms {
  readonly samples: readonly number[];
  readonly state: Readonly<Record<string, Float64Array>>;
  readonly total: Readonly<Record<string, Float64Array>>;
  /** Of all states together, of the state adjoints. */
  readonly joint: Float64Array;
}

/** The norms of adjoints that plain ops gave. */
export function normsOfSteps(adjoints: readonly StepAdjoint[]): StepNorms[] {
  return adjoints.map(({ samples, state, total, exponents }) => {
    const logs = (norms: Float64Array) => norms.map((norm, row) => Math.log10(norm) + exponents[row] * Math.log10(2));
    const byState = (tensors: AnyState) =>
      Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, logs(rowNorms(tensor))]));
    return { samples, state: byState(state), total: byState(total), joint: logs(jointNorms(Object.values(state))) };
  });
}

/** The norms that a compiled backward pass left behind, in the order in which its steps ran. */
export function normsOfTaps(
  states: NonNullable<Adjoints<AnyState>["states"]>,
  steps: number,
  batch: number,
  lengths: Lengths | undefined,
  reverse: boolean,
): StepNorms[] {
  const counts = lengths === undefined ? undefined : Array.from(Tensor.is(lengths) ? lengths.data : lengths);
  const names = Object.keys(states);
  const everyone = Array.from({ length: batch }, (_, b) => b);
  const logs = names.map((name) => ({ state: states[name].state.log10, total: states[name].total.log10 }));
  const all: StepNorms[] = [];
  for (let s = 0; s < steps; s++) {
    const t = reverse ? steps - 1 - s : s;
    const samples = counts === undefined ? everyone : everyone.filter((b) => counts[b] > t);
    if (samples.length === 0) continue;
    const at = (log10: Float64Array): Float64Array => {
      const row = log10.subarray(t * batch, (t + 1) * batch);
      return samples.length === batch ? row : row.filter((_, b) => (counts as number[])[b] > t);
    };
    const byState = (which: "state" | "total") =>
      Object.fromEntries(names.map((name, k) => [name, at(logs[k][which])]));
    const state = byState("state");
    all.push({ samples, state, total: byState("total"), joint: jointOf(Object.values(state)) });
  }
  return all;
}

/** log10 of the norm of parts whose norms have these logarithms, however small or large. */
function jointOf(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0];
  return parts[0].map((_, row) => {
    let largest = Number.NEGATIVE_INFINITY;
    // Math.max keeps a NaN, whichever part it is in.
    for (const part of parts) largest = Math.max(largest, part[row]);
    if (!Number.isFinite(largest)) return largest;
    let total = 0;
    for (const part of parts) total += Math.exp(2 * Math.LN10 * (part[row] - largest));
    return largest + Math.log10(total) / 2;
  });
}
