import { uniform } from "@unroll/tensor";
import { wholeNumber } from "../check.ts";
import { drawMarks, shortestAdding } from "./adding.ts";
import { drawnDataset, lengthOf, settingsOf, type TaskSpec, wrongOf } from "./dataset-of.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** Options of {@link multiplicationSequences}. */
export interface MultiplicationSequencesOptions extends SequenceOptions {
  /** T: steps of the shortest sequence; 100 unless given, the paper's. */
  length?: number;
  /** n_seq: fewer of 2000 sequences than this may be wrong; 13 unless given, the stricter of the paper's 140 and 13. */
  wrongOf2000?: number;
}

/**
 * The multiplication problem: say the product of the two marked numbers after the last step (Hochreiter, Schmidhuber 1997,
 * "Long short-term memory", section 5.5).
 *
 * Lengths and markers are those of the adding problem's `"original"`, numbers from U(0, 1); a marked first step counts as
 * 1 and is set to 1. Input `[T, B, 2]`: a number and a marker 1, 0 or -1. Target `[B, 1]`. Loss: squared error.
 *
 * Chance, the variance of the product, which the best constant answer costs: with the probability
 * p = 1/10 + 9/10 / (floor(T / 2) - 1) that the first step is marked, E y = (1 - p) / 4 + p / 2 and
 * E y² = (1 - p) / 9 + p / 3; close to 1/9 - 1/16 = 7/144 when p is small.
 *
 * Solved: fewer than `wrongOf2000` in 2000 sequences with an |error| of 0.04 or more.
 *
 * @example
 * ```ts
 * const dataset = multiplicationSequences({ length: 100 });
 * dataset.batch(0, 8).input.shape[2]; // 2
 * dataset.chance; // 0.0592…
 * ```
 * @throws {OptionError} when an option has a wrong name or value, or the length is below 11
 */
export function multiplicationSequences(options: MultiplicationSequencesOptions = {}): SequenceDataset {
  const fn = "multiplicationSequences";
  const settings = settingsOf(fn, options, ["length", "wrongOf2000"]);
  const length = lengthOf(fn, "length", options.length ?? 100, shortestAdding.original);
  const wrong = wholeNumber(fn, "wrongOf2000", options.wrongOf2000 ?? 13, 1);
  const extra = Math.floor(length / 10);
  const first = 0.1 + 0.9 / (Math.floor(length / 2) - 1);
  const mean = (1 - first) / 4 + first / 2;
  const spec: TaskSpec = {
    name: `multiplication, T = ${length}`,
    inputSize: 2,
    outputSize: 1,
    maxLength: length + extra,
    answers: "last",
    loss: "squaredError",
    asks: "values",
    rule: { kind: "within", tolerance: 0.04 },
    chance: (1 - first) / 9 + first / 3 - mean * mean,
    floor: 0,
    success: `fewer than ${wrong} of 2000 sequences with an |error| of 0.04 or more`,
    isSolved: ({ correct }) => 2000 * wrongOf(correct) < wrong * correct.length,
  };
  return drawnDataset(fn, settings, spec, (generator) => {
    const steps = length + generator.integer(extra + 1);
    const marked = drawMarks.original(length, generator);
    const numbers = uniform([steps], { generator, dtype: settings.dtype }).data;
    if (marked.includes(0)) numbers[0] = 1;
    const input = new Float64Array(2 * steps);
    for (let t = 0; t < steps; t++) input[2 * t] = numbers[t];
    for (const t of marked) input[2 * t + 1] = 1;
    for (const t of [0, steps - 1]) input[2 * t + 1] = -1;
    return { steps, input, answer: [numbers[marked[0]] * numbers[marked[1]]] };
  });
}
