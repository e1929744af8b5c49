import { oneOf, wholeNumber } from "../check.ts";
import { type CopyingVariant, copyingChance, copyingTask, copyingVariants } from "./copying.ts";
import { drawnDataset, lengthOf, oneHotSteps, settingsOf, type TaskSpec } from "./dataset-of.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** Options of {@link copyingSequences}. */
export interface CopyingSequencesOptions extends SequenceOptions {
  /** T: how long the symbols must be remembered, at most where the delay is random. */
  length: number;
  /** "arjovsky" unless given. */
  variant?: CopyingVariant;
  /** Whether every sequence has T - 1 blanks before the marker, or a random number of 1 … T; "fixed" unless given. */
  delay?: "fixed" | "random";
  /** How many different symbols there are; 8 unless given. */
  symbols?: number;
  /** How many symbols are to be copied; 10 unless given. */
  copied?: number;
}

/**
 * The copying task, sequence by sequence: say blanks until the marker, then the symbols from the beginning. The variants
 * and their sources are those of `copyingTask`; with a random delay it is the variable copying task of Henaff, Szlam,
 * LeCun 2016, "Recurrent orthogonal networks and long-memory tasks".
 *
 * Input one-hot `[T + 2 copied, B, symbols + 2]`, one step more with a random delay of T: the blank, the symbols, the marker.
 * Target int32 `[T + 2 copied, B]`, -100 past a shorter sequence's end. Loss: cross entropy, mean over all steps.
 *
 * Chance is what it costs to know where the symbols stand and nothing of which they are: `copied ln(symbols)` over the mean
 * number of steps, T + 2 copied, or (T + 1) / 2 + 1 + 2 copied with a random delay; 10 ln 8 / (T + 20) by default.
 *
 * Solved: more than 99 % of the copied symbols right, each of which must have the largest output.
 *
 * @example
 * ```ts
 * const dataset = copyingSequences({ length: 100, seed: 1 });
 * dataset.batch(0, 16).input.shape; // [120, 16, 10]
 * dataset.chance; // 0.1732…
 * ```
 * @throws {OptionError} when an option has a wrong name or value
 */
export function copyingSequences(options: CopyingSequencesOptions): SequenceDataset {
  const fn = "copyingSequences";
  const settings = settingsOf(fn, options, ["length", "variant", "delay", "symbols", "copied"]);
  const length = lengthOf(fn, "length", options.length, 1);
  const variant = oneOf(fn, "variant", options.variant ?? "arjovsky", copyingVariants);
  const random = oneOf(fn, "delay", options.delay ?? "fixed", ["fixed", "random"]) === "random";
  const symbols = wholeNumber(fn, "symbols", options.symbols ?? 8, 1);
  const copied = lengthOf(fn, "copied", options.copied ?? 10, 1);
  const inputSize = symbols + 2;
  const spec: TaskSpec = {
    name: `copying${random ? ", random delay" : ""}, ${variant}, T = ${length}`,
    inputSize,
    outputSize: inputSize,
    maxLength: length + 2 * copied + Number(random),
    answers: "every",
    loss: "crossEntropy",
    asks: "classes",
    rule: { kind: "largest" },
    judged: copied,
    chance: random
      ? (copied * Math.log(symbols)) / ((length + 1) / 2 + 1 + 2 * copied)
      : copyingChance({ length, symbols, copied }),
    floor: 0,
    success: "more than 99 % of the copied symbols right",
    isSolved: ({ accuracy }) => accuracy > 0.99,
  };
  return drawnDataset(fn, settings, spec, (generator) => {
    // The task puts T - 1 blanks before the marker.
    const own = random ? 2 + generator.integer(length) : length;
    const { input, target } = copyingTask({ length: own, batchSize: 1, variant, symbols, copied, generator });
    return { steps: input.size, input: oneHotSteps(input.data, inputSize), answer: target.data };
  });
}
