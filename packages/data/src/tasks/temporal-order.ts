import { oneOf } from "../check.ts";
import { drawIntegers, drawnDataset, lengthOf, oneHotSteps, settingsOf, type TaskSpec } from "./dataset-of.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** How many X and Y there are: "6a" two, "6b" three, named after the paper's experiments. */
export type TemporalOrderVariant = "6a" | "6b";

/** Options of {@link temporalOrderSequences}. */
export interface TemporalOrderSequencesOptions extends SequenceOptions {
  /** "6a" unless given. */
  variant?: TemporalOrderVariant;
  /** T: the shortest length, in proportion to which the positions lie; 100 unless given, the paper's. */
  length?: number;
  /** "squaredError", the paper's, has one-hot targets; "crossEntropy" unless given. */
  loss?: "squaredError" | "crossEntropy";
}

// Where X or Y may stand, in hundredths of T, counted from 1.
const places = {
  "6a": [
    [10, 20],
    [50, 60],
  ],
  "6b": [
    [10, 20],
    [33, 43],
    [66, 76],
  ],
} as const;

// E, B, a, b, c, d, X, Y.
const [start, trigger, firstDistractor, x] = [0, 1, 2, 6];
const symbols = 8;

/**
 * The temporal order problem: tell after the last step in which order the X and Y came (Hochreiter, Schmidhuber 1997,
 * "Long short-term memory", section 5.6).
 *
 * A sequence is an E, random a, b, c, d, and a B at its end; its length is uniform in T … T + floor(T / 10). For T = 100 the
 * positions t1 in 10 … 20 and t2 in 50 … 60 (`"6a"`), or t1 in 10 … 20, t2 in 33 … 43 and t3 in 66 … 76 (`"6b"`), counted
 * from 1, hold X or Y. The class counts in binary, the first symbol first, Y as 1: XX 0 (Q), XY 1 (R), YX 2 (S), YY 3 (U).
 *
 * Input one-hot `[T, B, 8]`: E, B, a, b, c, d, X, Y. Target int32 `[B]`, of 4 or 8 classes; one-hot `[B, 4]` or `[B, 8]` with
 * the squared error.
 *
 * Chance: ln 4 or ln 8, as all classes are equally frequent. The squared error of the answer 1/K for each of K classes is
 * 1/K (1 - 1/K): 3/16 or 7/64. Solved with the squared error as in the paper: every |error| below 0.3 and a loss below
 * 0.1, over 2000 sequences; otherwise, as Pascanu, Mikolov, Bengio 2013 ask, less than 1 % wrong.
 *
 * @example
 * ```ts
 * const dataset = temporalOrderSequences({ variant: "6b", seed: 1 });
 * dataset.batch(0, 8).input.shape[2]; // 8
 * dataset.chance; // 2.0794415416798357
 * ```
 * @throws {OptionError} when an option has a wrong name or value, or the length is below 20
 */
export function temporalOrderSequences(options: TemporalOrderSequencesOptions = {}): SequenceDataset {
  const fn = "temporalOrderSequences";
  const settings = settingsOf(fn, options, ["variant", "length", "loss"]);
  const variant = oneOf(fn, "variant", options.variant ?? "6a", ["6a", "6b"]);
  const length = lengthOf(fn, "length", options.length ?? 100, 20);
  const loss = oneOf(fn, "loss", options.loss ?? "crossEntropy", ["squaredError", "crossEntropy"]);
  const ranges = places[variant].map(([from, to]) => [
    Math.floor((from * length) / 100),
    Math.floor((to * length) / 100),
  ]);
  const classes = variant === "6a" ? 4 : 8;
  const squared = loss === "squaredError";
  const spec: TaskSpec = {
    name: `temporal order ${variant}, T = ${length}`,
    inputSize: symbols,
    outputSize: classes,
    maxLength: length + Math.floor(length / 10),
    answers: "last",
    loss,
    asks: "classes",
    rule: squared ? { kind: "within", tolerance: 0.3 } : { kind: "largest" },
    chance: squared ? (1 - 1 / classes) / classes : Math.log(classes),
    floor: 0,
    success: squared ? "a loss below 0.1, every |error| below 0.3" : "less than 1 % wrong",
    isSolved: ({ loss: value, accuracy }) => (squared ? value < 0.1 && accuracy === 1 : accuracy > 0.99),
  };
  return drawnDataset(fn, settings, spec, (generator) => {
    const steps = length + generator.integer(Math.floor(length / 10) + 1);
    const sequence = drawIntegers(generator, steps, 4).map((drawn) => firstDistractor + drawn);
    sequence[0] = start;
    sequence[steps - 1] = trigger;
    let answer = 0;
    for (const [from, to] of ranges) {
      const y = generator.integer(2);
      sequence[from + generator.integer(to - from + 1) - 1] = x + y;
      answer = 2 * answer + y;
    }
    return { steps, input: oneHotSteps(sequence, symbols), answer: [answer] };
  });
}
