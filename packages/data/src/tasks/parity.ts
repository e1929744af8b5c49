import { OptionError } from "@unroll/tensor";
import { drawIntegers, drawnDataset, lengthOf, settingsOf, type TaskSpec } from "./dataset-of.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** Options of {@link paritySequences}. */
export interface ParitySequencesOptions extends SequenceOptions {
  /** Bits of the shortest sequence; 3 unless given. */
  minLength?: number;
  /** Bits of the longest sequence; 40 unless given. */
  maxLength?: number;
}

/**
 * Parity: say after the last bit whether the number of ones was odd.
 *
 * Lengths uniform in `minLength` … `maxLength`: 3 … 40 for training, 40 … 256 to see whether a solution carries on (Beck et
 * al. 2024, "xLSTM: extended long short-term memory"). Input `[T, B, 1]`: 0 or 1. Target int32 `[B]`: 1 for odd. Loss: cross
 * entropy.
 *
 * Chance: ln 2, whatever is said without remembering, since the last bit alone tells nothing about a parity of two or more
 * bits. Solved, our threshold: more than 99 % right.
 *
 * @example
 * ```ts
 * const [train, longer] = [paritySequences(), paritySequences({ minLength: 40, maxLength: 256, split: "test" })];
 * train.batch(0, 4).lengths.shape; // [4]
 * longer.chance; // 0.6931471805599453
 * ```
 * @throws {OptionError} when an option has a wrong name or value
 */
export function paritySequences(options: ParitySequencesOptions = {}): SequenceDataset {
  const fn = "paritySequences";
  const settings = settingsOf(fn, options, ["minLength", "maxLength"]);
  const shortest = lengthOf(fn, "minLength", options.minLength ?? 3, 2);
  const maxLength = lengthOf(fn, "maxLength", options.maxLength ?? 40, 2);
  if (maxLength < shortest)
    throw new OptionError(`${fn}: maxLength must be at least minLength, ${shortest}, got ${maxLength}`);
  const spec: TaskSpec = {
    name: `parity of ${shortest} to ${maxLength} bits`,
    inputSize: 1,
    outputSize: 2,
    maxLength,
    answers: "last",
    loss: "crossEntropy",
    asks: "classes",
    rule: { kind: "largest" },
    chance: Math.LN2,
    floor: 0,
    success: "more than 99 % right",
    isSolved: ({ accuracy }) => accuracy > 0.99,
  };
  return drawnDataset(fn, settings, spec, (generator) => {
    const steps = shortest + generator.integer(maxLength - shortest + 1);
    const input = drawIntegers(generator, steps, 2);
    return { steps, input, answer: [input.reduce((parity, bit) => parity ^ bit, 0)] };
  });
}
