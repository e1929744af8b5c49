import { oneOf } from "../check.ts";
import { type AddingVariant, addingChance, addingTask, addingVariants, shortestAdding } from "./adding.ts";
import { drawnDataset, lengthOf, settingsOf, type TaskSpec } from "./dataset-of.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** Options of {@link addingSequences}. */
export interface AddingSequencesOptions extends SequenceOptions {
  /** T: steps of a sequence; of the shortest one for "original". */
  length: number;
  /** "halves" unless given. */
  variant?: AddingVariant;
}

/**
 * The adding problem, sequence by sequence: say the sum of the two marked numbers after the last step. The variants and
 * their sources are those of `addingTask`.
 *
 * Input `[T, B, 2]`: a number and a marker. Target `[B, 1]`. Loss: squared error. Chance: the variance of the sum, 1/6, or
 * 1/48 (2 - 1/10 - 9/10 / (floor(T / 2) - 1)) for `"original"`, which is what the best constant answer costs.
 *
 * Solved: a loss below 0.01; for `"original"` besides every |error| below 0.04, judged over 2000 sequences (Hochreiter,
 * Schmidhuber 1997, section 5.4).
 *
 * @example
 * ```ts
 * const dataset = addingSequences({ length: 100, seed: 1 });
 * const { input, target } = dataset.batch(0, 32);
 * input.shape; // [100, 32, 2]
 * target.shape; // [32, 1]
 * dataset.chance; // 0.16666666666666666
 * ```
 * @throws {OptionError} when an option has a wrong name or value, or the length is too short for the variant
 */
export function addingSequences(options: AddingSequencesOptions): SequenceDataset {
  const fn = "addingSequences";
  const settings = settingsOf(fn, options, ["length", "variant"]);
  const variant = oneOf(fn, "variant", options.variant ?? "halves", addingVariants);
  const length = lengthOf(fn, "length", options.length, shortestAdding[variant]);
  const original = variant === "original";
  const spec: TaskSpec = {
    name: `adding, ${variant}, T = ${length}`,
    inputSize: 2,
    outputSize: 1,
    maxLength: original ? length + Math.floor(length / 10) : length,
    answers: "last",
    loss: "squaredError",
    asks: "values",
    rule: { kind: "within", tolerance: 0.04 },
    chance: addingChance({ variant, length }),
    floor: 0,
    success: original ? "a loss below 0.01, every |error| below 0.04" : "a loss below 0.01",
    isSolved: ({ loss, accuracy }) => loss < 0.01 && (!original || accuracy === 1),
  };
  return drawnDataset(fn, settings, spec, (generator) => {
    const { x, y, lengths } = addingTask({ length, variant, batchSize: 1, generator, dtype: settings.dtype });
    const [steps] = lengths.data;
    return { steps, input: x.data.subarray(0, 2 * steps), answer: y.data };
  });
}
