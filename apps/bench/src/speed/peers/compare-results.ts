import type { CellName } from "./job.ts";
import type { Job } from "./protocol.ts";

type Arrays = Readonly<Record<string, Float32Array>>;

/** How far a value may be off, relative to the largest of its array: float32 sums in another order. */
const tolerance = 1e-3;

/** What a peer must have computed. Keras has one bias, whose gradient is that of either. */
export function requiredNames({ kind, cell }: Pick<Job, "kind" | "cell">): string[] {
  if (kind === "model") return ["loss"];
  if (kind === "infer") return ["output"];
  const states = (cell as CellName) === "lstm" ? ["h", "c"] : ["h"];
  return ["output", "weight_ih", "weight_hh", "bias_ih", ...states];
}

/**
 * Compares what a peer computed with what Unroll did: speed of another result is worth nothing.
 *
 * @throws {Error} when an array is missing or another one than Unroll's
 */
export function checkEqual(job: Pick<Job, "kind" | "cell">, own: Arrays, other: Arrays): void {
  for (const name of requiredNames(job)) if (other[name] === undefined) throw new Error(`its result lacks ${name}`);
  for (const [name, expected] of Object.entries(own)) {
    const actual = other[name];
    if (actual === undefined) continue;
    if (actual.length !== expected.length)
      throw new Error(`${name} has ${actual.length} values, Unroll's ${expected.length}`);
    let [scale, worst] = [0, 0];
    for (let i = 0; i < expected.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      const off = Math.abs(actual[i] - expected[i]);
      // What is no number is never equal.
      if (!(off <= worst)) worst = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
    }
    if (!(worst <= tolerance * scale))
      throw new Error(
        `${name} is another one than Unroll's, by up to ${(worst / scale).toExponential(1)} of its largest value`,
      );
  }
}
