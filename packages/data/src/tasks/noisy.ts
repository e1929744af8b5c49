import { type Generator, randn } from "@unroll/tensor";
import { oneOf } from "../check.ts";
import { type Drawn, drawnDataset, lengthOf, settingsOf, type TaskSpec, wrongOf } from "./dataset-of.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** "3a", "3b" and "3c", named after the paper's experiments. */
export type NoisyVariant = "3a" | "3b" | "3c";

/** Options of {@link noisySequences}. */
export interface NoisySequencesOptions extends SequenceOptions {
  /** "3a" unless given. */
  variant?: NoisyVariant;
  /** T: steps of the shortest sequence; 100 unless given, the paper's. */
  length?: number;
  /** N: how many of the first steps tell the class; 3 unless given, one of the paper's 3 and 1. */
  informative?: number;
  /** Which of the paper's stopping criteria counts for "3a" and "3b"; "ST2", which implies "ST1", unless given. */
  criterion?: "ST1" | "ST2";
}

const [signalVariance, targetVariance] = [0.2, 0.1];

/**
 * The two-sequence problem: tell which of two classes the first steps showed, with noise on the same line (Hochreiter,
 * Schmidhuber 1997, "Long short-term memory", section 5.3, after Bengio, Simard, Frasconi 1994).
 *
 * Lengths uniform in T … T + floor(T / 10). The first N steps are 1 for class 1 and -1 for class 2, the others normal with mean
 * 0 and variance 0.2. Input `[T, B, 1]`, target `[B, 1]`. Loss: squared error.
 *
 * - `"3a"`: the target is 1 or 0. Guessing weights at random solves it faster than training does, as the paper says.
 * - `"3b"`: the same noise also on the first N steps.
 * - `"3c"`: the target is 0.2 or 0.8 with noise of variance 0.1; `truth` is the target without it.
 *
 * Chance, the variance of the target, which the best constant answer costs: 1/4; 0.09 + 0.1 = 0.19 for `"3c"`. Floor: 0;
 * 0.1 for `"3c"`; for `"3b"` E[P (1 - P)] with P = 1 / (1 + exp(-2 s / 0.2)) and the sum s of the first N steps, the squared
 * error of the probability of class 1. With N = 1 that answer is off by 0.2 or more in 2.7 % of the sequences, so that it
 * fails the criterion of `"3b"` more often than not.
 *
 * Solved, over 256 sequences: none has an |error| of 0.2 or more (`"3b"`: fewer than 6 of 256; `"3c"`: none of 0.1 or more)
 * and, with `"ST2"` and for `"3c"`, the mean |error| is below 0.01 (`"3b"`: 0.04; `"3c"`: 0.015).
 *
 * @example
 * ```ts
 * const dataset = noisySequences({ variant: "3c", seed: 1 });
 * dataset.batch(0, 8).input.shape[2]; // 1
 * [dataset.chance, dataset.floor]; // [0.19, 0.1]
 * ```
 * @throws {OptionError} when an option has a wrong name or value, or T is below N
 */
export function noisySequences(options: NoisySequencesOptions = {}): SequenceDataset {
  const fn = "noisySequences";
  const settings = settingsOf(fn, options, ["variant", "length", "informative", "criterion"]);
  const variant = oneOf(fn, "variant", options.variant ?? "3a", ["3a", "3b", "3c"]);
  const informative = lengthOf(fn, "informative", options.informative ?? 3, 1);
  const length = lengthOf(fn, "length", options.length ?? 100, informative);
  const strict = oneOf(fn, "criterion", options.criterion ?? "ST2", ["ST1", "ST2"]) === "ST2" || variant === "3c";
  const tolerance = variant === "3c" ? 0.1 : 0.2;
  const wrongLimit = variant === "3b" ? 6 : 1;
  const meanError = { "3a": 0.01, "3b": 0.04, "3c": 0.015 }[variant];
  const extra = Math.floor(length / 10);
  const spec: TaskSpec = {
    name: `two sequences ${variant}, T = ${length}, N = ${informative}`,
    inputSize: 1,
    outputSize: 1,
    maxLength: length + extra,
    answers: "last",
    loss: "squaredError",
    asks: "values",
    rule: { kind: "within", tolerance },
    // Written so that 0.19 comes out and not its neighbour.
    chance: variant === "3c" ? (9 + 100 * targetVariance) / 100 : 1 / 4,
    floor: { "3a": 0, "3b": posteriorVariance(informative), "3c": targetVariance }[variant],
    success: `${wrongLimit === 1 ? "none" : `fewer than ${wrongLimit}`} of 256 sequences with an |error| of ${tolerance} or more${
      strict ? `, a mean |error| below ${meanError}` : ""
    }`,
    isSolved: ({ correct, absoluteError = 0 }) =>
      256 * wrongOf(correct) < wrongLimit * correct.length && (!strict || absoluteError < meanError),
  };
  return drawnDataset(fn, settings, spec, (generator) => draw(generator, variant, length, extra, informative));
}

function draw(generator: Generator, variant: NoisyVariant, length: number, extra: number, informative: number): Drawn {
  const steps = length + generator.integer(extra + 1);
  const first = generator.integer(2) === 1;
  const noise = randn([steps + 1], { generator, dtype: "float64" }).data;
  const input = Float64Array.from({ length: steps }, (_, t) => {
    const shown = t >= informative ? 0 : first ? 1 : -1;
    return t < informative && variant !== "3b" ? shown : shown + Math.sqrt(signalVariance) * noise[t];
  });
  if (variant !== "3c") return { steps, input, answer: [Number(first)] };
  const truth = first ? 0.2 : 0.8;
  return { steps, input, answer: [truth + Math.sqrt(targetVariance) * noise[steps]], truth: [truth] };
}

/**
 * E[P (1 - P)] of the probability P of class 1 given N steps of ±1 with normal noise. The log odds are 2 s / variance, where s
 * is their sum; for class 1, and by symmetry for both, they are normal with mean m = 2 N / variance and variance 2 m. The
 * trapezoidal rule loses nothing on such an integrand.
 */
function posteriorVariance(informative: number): number {
  const mean = (2 * informative) / signalVariance;
  const step = 1 / 64;
  let sum = 0;
  for (let z = -12; z <= 12; z += step) {
    const logOdds = mean + Math.sqrt(2 * mean) * z;
    const other = 1 / (1 + Math.exp(logOdds));
    sum += Math.exp((-z * z) / 2) * other * (1 - other);
  }
  return (sum * step) / Math.sqrt(2 * Math.PI);
}
