import { allocate, checkOptions, DTypeError, type Generator, Tensor, tensor, uniform } from "@unroll/tensor";
import { checkGiven, generatorOf, oneOf, show, wholeNumber } from "../check.ts";

/** Which published form of the adding problem; they differ in how far back the first summand can lie. */
export type AddingVariant = "halves" | "anywhere" | "original";

export const addingVariants: readonly AddingVariant[] = ["halves", "anywhere", "original"];
// The original marks one of the first ten pairs, and the last pair must not be among them.
export const shortestAdding = { halves: 2, anywhere: 2, original: 11 } as const;

/** Options of {@link addingTask}. */
export interface AddingTaskOptions {
  /** Steps of a sequence; of the shortest one for "original". */
  length: number;
  batchSize: number;
  /** "halves" unless given. */
  variant?: AddingVariant;
  generator?: Generator;
  /** float32 unless given. */
  dtype?: "float32" | "float64";
}

/** Sequences of the adding problem and their sums. */
export interface AddingBatch {
  /** `[T, B, 2]`: a number and a marker in each step. */
  x: Tensor;
  /** `[B, 1]`: what to say after the last step. */
  y: Tensor;
  /** int32 `[B]`: the steps of each sequence, all T but for "original", whose shorter ones are padded with 0. */
  lengths: Tensor;
}

/**
 * A batch of the adding problem: say the sum of the two marked numbers after the last step.
 *
 * - `"halves"`: numbers from U(0, 1); one marker 1 in steps 0 … floor(T / 2) - 1, one in the rest; y their sum
 *   (Arjovsky, Shah, Bengio 2016, "Unitary evolution recurrent neural networks").
 * - `"anywhere"`: the same with any two different steps marked, so both may be recent (Bai, Kolter, Koltun 2018, "An
 *   empirical evaluation of generic convolutional and recurrent networks for sequence modeling").
 * - `"original"`: numbers from U(-1, 1), lengths uniform in T … T + floor(T / 10); marked are one of the first ten steps
 *   and one of the first floor(T / 2) - 1 that are still unmarked; the first and the last step carry the marker -1, and a
 *   marked first step counts as 0 and is set to 0; y = 0.5 + (sum) / 4; solved when |error| < 0.04 (Hochreiter,
 *   Schmidhuber 1997, "Long short-term memory", section 5.4).
 *
 * Each sequence draws its length and its two steps after all numbers were drawn, so equal generators give equal batches.
 *
 * @example
 * ```ts
 * const { x, y } = addingTask({ length: 100, batchSize: 32, generator: new Generator(1) });
 * x.shape; // [100, 32, 2]
 * y.shape; // [32, 1]
 * ```
 * @throws {OptionError} when an option has a wrong name or value, or the length is too short for the variant
 */
export function addingTask(options: AddingTaskOptions): AddingBatch {
  const fn = "addingTask";
  checkGiven(fn, options, ["length", "batchSize", "variant", "generator", "dtype"]);
  const variant = oneOf(fn, "variant", options.variant ?? "halves", addingVariants);
  const length = wholeNumber(fn, "length", options.length, shortestAdding[variant]);
  const batch = wholeNumber(fn, "batchSize", options.batchSize, 1);
  const generator = generatorOf(fn, options);
  const dtype = options.dtype ?? "float32";
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(`${fn}: expected float32 or float64, got ${show(dtype)}`);

  const original = variant === "original";
  const steps = original ? length + Math.floor(length / 10) : length;
  const numbers = uniform([steps, batch], { generator, dtype }).data;
  const data = allocate(dtype, steps * batch * 2);
  const sums = allocate(dtype, batch);
  const lengths: number[] = [];
  for (let b = 0; b < batch; b++) {
    const own = original ? length + generator.integer(steps - length + 1) : length;
    lengths.push(own);
    for (let t = 0; t < own; t++) {
      const number = numbers[t * batch + b];
      data[(t * batch + b) * 2] = original ? 2 * number - 1 : number;
    }
    const marked = drawMarks[variant](length, generator);
    if (original) {
      if (marked.includes(0)) data[b * 2] = 0;
      for (const t of [0, own - 1]) data[(t * batch + b) * 2 + 1] = -1;
    }
    let sum = 0;
    for (const t of marked) {
      const at = (t * batch + b) * 2;
      sum += data[at];
      if (!(original && t === 0)) data[at + 1] = 1;
    }
    sums[b] = original ? 0.5 + sum / 4 : sum;
  }
  return {
    x: new Tensor([steps, batch, 2], dtype, { data, version: 0 }),
    y: new Tensor([batch, 1], dtype, { data: sums, version: 0 }),
    lengths: tensor(lengths, { dtype: "int32" }),
  };
}

/** The two steps that are marked in a sequence of the given length. */
export const drawMarks: Readonly<
  Record<AddingVariant, (length: number, generator: Generator) => readonly [number, number]>
> = {
  halves: (length, generator) => {
    const half = Math.floor(length / 2);
    return [generator.integer(half), half + generator.integer(length - half)];
  },
  anywhere: (length, generator) => anotherOf(generator.integer(length), length - 1, generator),
  original: (length, generator) => anotherOf(generator.integer(10), Math.floor(length / 2) - 1, generator),
};

/** `first`, and one of the first `count` steps that are not `first`. */
function anotherOf(first: number, count: number, generator: Generator): readonly [number, number] {
  const drawn = generator.integer(count);
  return [first, drawn < first ? drawn : drawn + 1];
}

/** Options of {@link addingChance}. */
export interface AddingChanceOptions {
  /** "halves" unless given. */
  variant?: AddingVariant;
  /** Steps of a sequence; needed for "original" only. */
  length?: number;
}

/**
 * The mean squared error of the best answer that ignores the input, the mean of y: the variance of y.
 *
 * Two numbers from U(0, 1) have the variance 2 / 12 = 1/6. In the original each summand has the variance 1/3, divided by
 * 16, unless it is the first step, which counts as 0: 1/48 (2 - 1/10 - 9/10 / (floor(T / 2) - 1)).
 *
 * @example
 * ```ts
 * addingChance(); // 0.16666666666666666
 * ```
 */
export function addingChance(options: AddingChanceOptions = {}): number {
  const fn = "addingChance";
  checkOptions(fn, options, ["variant", "length"]);
  const variant = oneOf(fn, "variant", options.variant ?? "halves", addingVariants);
  if (variant !== "original") return 1 / 6;
  const length = wholeNumber(fn, "length", options.length, shortestAdding.original);
  return (2 - 0.1 - 0.9 / (Math.floor(length / 2) - 1)) / 48;
}
