import type { Generator } from "@unroll/tensor";
import { oneOf } from "../check.ts";
import {
  type Drawn,
  drawIntegers,
  drawnDataset,
  lengthOf,
  oneHotSteps,
  settingsOf,
  type TaskSpec,
} from "./dataset-of.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** "2a", "2b" and "2c", named after the paper's experiments. */
export type NoiseFreeVariant = "2a" | "2b" | "2c";

/** Options of {@link noiseFreeSequences}. */
export interface NoiseFreeSequencesOptions extends SequenceOptions {
  /** "2a" unless given. */
  variant?: NoiseFreeVariant;
  /** p: how long the first symbol must be remembered, and one less than how many symbols there are ("2a", "2b"); how many distractors there are ("2c"). 100 unless given. */
  p?: number;
  /** q: distractors of the shortest sequence, for "2c" only; p unless given. */
  q?: number;
  /** "squaredError", the paper's, has one-hot targets; "crossEntropy" unless given. */
  loss?: "squaredError" | "crossEntropy";
}

/** What the variants differ in. */
interface Variant {
  readonly name: string;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly maxLength: number;
  readonly answers: "last" | "every";
  readonly judged?: number;
  readonly tolerance: number;
  /** For the cross entropy and the squared error. */
  readonly chance: { readonly crossEntropy: number; readonly squaredError: number };
  readonly floor: { readonly crossEntropy: number; readonly squaredError: number };
  readonly draw: (generator: Generator) => Drawn;
}

/**
 * Two classes of sequences that end as they began, without noise (Hochreiter, Schmidhuber 1997, "Long short-term memory",
 * section 5.2). Symbols are one-hot.
 *
 * - `"2a"`: (y, a1, …, a(p-1), y) or (x, a1, …, a(p-1), x), with the probability 1/2 each; the next symbol is asked for in
 *   every step. Input `[p, B, p + 1]`: a1 … a(p-1), x, y. Target int32 `[p, B]`.
 * - `"2b"`: the same, but every symbol between the ends is drawn from a1 … a(p-1). Only the last answer is judged.
 * - `"2c"`: (b, y, distractors, e, y) or (b, x, distractors, e, x) with q + k distractors, each one of p, where k = 0, 1, … has
 *   the probability 1/10 (9/10)^k; the symbol after the e is asked for. Input `[T, B, p + 4]`: a1 … ap, e, b, x, y. Target
 *   int32 `[B]`: 0 for x, 1 for y. The paper's text draws from a1 … aq where its figures imply a1 … ap, as here.
 *
 * Chance is what it costs to have forgotten which end it was and to know all else: a cross entropy of ln 2, once in p steps
 * for `"2a"`; for `"2b"` besides that of p - 1 symbols drawn from as many, in p - 1 of the p steps, which is also the
 * floor. A squared error of 1/K (1 - 1/K) in each of K outputs that are equally likely, and 0 in the others.
 *
 * Solved with the squared error as in the paper: every |error| below 0.25 (`"2c"`: 0.2) in 10,000 sequences, at the end of a
 * sequence for `"2b"` and in all steps for `"2a"`. With the cross entropy: the largest output right in all.
 *
 * @example
 * ```ts
 * const dataset = noiseFreeSequences({ p: 10, seed: 1 });
 * dataset.batch(0, 2).input.shape; // [10, 2, 11]
 * dataset.chance; // 0.06931471805599453
 * ```
 * @throws {OptionError} when an option has a wrong name or value
 */
export function noiseFreeSequences(options: NoiseFreeSequencesOptions = {}): SequenceDataset {
  const fn = "noiseFreeSequences";
  const settings = settingsOf(fn, options, ["variant", "p", "q", "loss"]);
  const variant = oneOf(fn, "variant", options.variant ?? "2a", ["2a", "2b", "2c"]);
  const p = lengthOf(fn, "p", options.p ?? 100, 2);
  const q = lengthOf(fn, "q", options.q ?? p, 1);
  const loss = oneOf(fn, "loss", options.loss ?? "crossEntropy", ["squaredError", "crossEntropy"]);
  const { name, draw, chance, floor, tolerance, ...sizes } =
    variant === "2c" ? longLag(p, q) : sameEnds(p, variant === "2b");
  const squared = loss === "squaredError";
  const spec: TaskSpec = {
    ...sizes,
    name: `noise-free ${name}`,
    loss,
    asks: "classes",
    rule: squared ? { kind: "within", tolerance } : { kind: "largest" },
    chance: chance[loss],
    floor: floor[loss],
    success: squared ? `every |error| below ${tolerance}` : "every judged answer right",
    isSolved: ({ accuracy }) => accuracy === 1,
  };
  return drawnDataset(fn, settings, spec, draw);
}

/** "2a" and "2b". */
function sameEnds(p: number, random: boolean): Variant {
  const outputSize = p + 1;
  const between = p - 1;
  const floor = random
    ? {
        crossEntropy: (between * Math.log(between)) / p,
        squaredError: (between * (1 - 1 / between)) / (p * outputSize),
      }
    : { crossEntropy: 0, squaredError: 0 };
  return {
    name: `${random ? "2b" : "2a"}, p = ${p}`,
    inputSize: outputSize,
    outputSize,
    maxLength: p,
    answers: "every",
    judged: random ? 1 : p,
    tolerance: 0.25,
    chance: {
      crossEntropy: floor.crossEntropy + Math.LN2 / p,
      squaredError: floor.squaredError + 0.5 / (p * outputSize),
    },
    floor,
    draw: (generator) => {
      const ends = between + generator.integer(2);
      const middle = random ? drawIntegers(generator, between, between) : Array.from({ length: between }, (_, i) => i);
      return { steps: p, input: oneHotSteps([ends, ...middle], outputSize), answer: [...middle, ends] };
    },
  };
}

/** "2c". */
function longLag(p: number, q: number): Variant {
  const [e, b, x] = [p, p + 1, p + 2];
  const inputSize = p + 4;
  return {
    name: `2c, p = ${p}, q = ${q}`,
    inputSize,
    outputSize: 2,
    maxLength: Number.POSITIVE_INFINITY,
    answers: "last",
    tolerance: 0.2,
    chance: { crossEntropy: Math.LN2, squaredError: 1 / 4 },
    floor: { crossEntropy: 0, squaredError: 0 },
    draw: (generator) => {
      const answer = generator.integer(2);
      const symbols = [b, x + answer, ...drawIntegers(generator, q, p)];
      while (generator.integer(10) > 0) symbols.push(generator.integer(p));
      symbols.push(e);
      return { steps: symbols.length, input: oneHotSteps(symbols, inputSize), answer: [answer] };
    },
  };
}
