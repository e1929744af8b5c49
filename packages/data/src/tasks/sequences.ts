import { checkTensor, DTypeError, OptionError, ShapeError, stack, type Tensor } from "@unroll/tensor";
import { checkList, show } from "../check.ts";
import type { Dataset } from "../dataset.ts";
import { padSequences } from "../pad.ts";

/** One sequence of a task. */
export interface SequenceSample {
  /** float `[t, I]`. */
  readonly input: Tensor;
  /**
   * What to say. After the last step: numbers `[O]`, or the id of a class, int32 `[]`. In every step: ids, int32 `[t]`.
   * With the squared error classes are one-hot, `[O]` or `[t, O]`.
   */
  readonly target: Tensor;
  /** What an answer is judged by where that is not the target: the target without its noise, or all symbols that may follow. */
  readonly truth: Tensor | undefined;
}

/** Sequences side by side, padded at their ends. */
export interface SequenceBatch {
  /** float `[T, B, I]`, padded with 0. */
  readonly input: Tensor;
  /** `[B, O]` or int32 `[B]` after the last step; int32 `[T, B]`, padded with -100, or `[T, B, O]`, padded with 0, in every step. */
  readonly target: Tensor;
  /** int32 `[B]`: the steps of each sequence. */
  readonly lengths: Tensor;
  /** As in {@link SequenceSample}, padded with 0. */
  readonly truth: Tensor | undefined;
}

/** How good answers are. */
export interface SequenceScore {
  /** In nats for the cross entropy; mean over answers, and over outputs for the squared error. */
  readonly loss: number;
  /** The share of the answers that are right, of those that are judged. */
  readonly accuracy: number;
  /** For each sequence, whether all its judged answers are right. */
  readonly correct: readonly boolean[];
  /** The mean |output - truth|; undefined for the cross entropy. */
  readonly absoluteError: number | undefined;
}

/** Whether a dataset is for training, for choosing, or for the last test. */
export type Split = "train" | "validation" | "test";

/** Options of every task that is drawn at random. */
export interface SequenceOptions {
  /** Sequence i is a pure function of seed, split and i; 0 unless given. */
  seed?: number;
  /** Splits share no random numbers; "train" unless given. */
  split?: Split;
  /** How many sequences there are, at most 2^31; 2^20 unless given. */
  count?: number;
  /** Of inputs and of targets that are not ids; float32 unless given. */
  dtype?: "float32" | "float64";
}

/** Sequences with what to say about them, and how to tell whether it was said. */
export interface SequenceDataset extends Dataset<SequenceSample> {
  readonly name: string;
  /** I: numbers in a step. */
  readonly inputSize: number;
  /** O: numbers, or logits of classes, in an answer. */
  readonly outputSize: number;
  /** The most steps that a sequence can have; Infinity where a random walk decides. */
  readonly maxLength: number;
  /** When an answer is asked for. */
  readonly answers: "last" | "every";
  readonly loss: "squaredError" | "crossEntropy";
  /** The expected loss of the best answer that remembers nothing of what it should; each task says which answer that is. */
  readonly chance: number;
  /** The expected loss of the best answer: 0 unless the task cannot be foreseen entirely. */
  readonly floor: number;
  /** When the task counts as solved, in words. */
  readonly success: string;
  /** The sequences `start` … `start + count - 1` side by side. */
  batch(start: number, count: number): SequenceBatch;
  /**
   * How good `output` is, `[B, O]` or `[T, B, O]`: values for the squared error, logits for the cross entropy.
   *
   * @throws {ShapeError} when the output does not have the shape of the answers
   */
  score(output: Tensor, batch: SequenceBatch): SequenceScore;
  /** Whether such a score, over enough sequences, counts as a solution. */
  isSolved(score: SequenceScore): boolean;
}

/**
 * Sequences of a {@link SequenceDataset} side by side, for `DataLoader`.
 *
 * @example
 * ```ts
 * const dataset = paritySequences({ minLength: 2, maxLength: 9, count: 100 });
 * const loader = new DataLoader({ dataset, batchSize: 4, collate: collateSequences });
 * const [{ input, target, lengths }] = loader;
 * input.shape; // [9, 4, 1]
 * target.shape; // [4]
 * lengths.toArray(); // [5, 9, 8, 6]
 * ```
 * @throws {ShapeError} when there is none, or the sequences are of different tasks
 */
export function collateSequences(samples: readonly SequenceSample[]): SequenceBatch {
  const fn = "collateSequences";
  checkList(fn, "an array of sequences", samples);
  if (samples.length === 0) throw new ShapeError(`${fn}: expected at least one sequence, got none`);
  for (const sample of samples) {
    if (typeof sample !== "object" || sample === null)
      throw new OptionError(`${fn}: expected sequences { input, target, truth }, got ${show(sample)}`);
    checkTensor(`${fn}: input`, sample.input);
    checkTensor(`${fn}: target`, sample.target);
    if (sample.input.shape.length !== 2)
      throw new ShapeError(`${fn}: expected inputs [t, I], got [${sample.input.shape.join(", ")}]`);
  }
  const { data: input, lengths } = padSequences(samples.map((sample) => sample.input));
  const truths = samples.map(({ truth }) => truth).filter((truth) => truth !== undefined);
  if (truths.length > 0 && truths.length < samples.length)
    throw new DTypeError(`${fn}: expected a truth in all sequences or in none`);
  return {
    input,
    target: sideBySide(samples.map(({ target }) => target)),
    lengths,
    truth: truths.length === 0 ? undefined : sideBySide(truths),
  };
}

/** Answers of every step are as long as their sequences, answers after the last step all alike. */
function sideBySide(answers: readonly Tensor[]): Tensor {
  const ids = answers[0].dtype === "int32";
  const once = ids ? 0 : 1;
  if (answers.every(({ shape }) => shape.length === once)) return stack([...answers]);
  return padSequences(answers, { padValue: ids ? -100 : 0 }).data;
}
