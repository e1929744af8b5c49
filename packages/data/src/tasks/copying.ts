import { type Generator, Tensor } from "@unroll/tensor";
import { checkGiven, generatorOf, oneOf, wholeNumber } from "../check.ts";

/** Which published form of the copying task; they differ in what is shown while the answer is given. */
export type CopyingVariant = "arjovsky" | "tcn";

export const copyingVariants: readonly CopyingVariant[] = ["arjovsky", "tcn"];

/** Options of {@link copyingTask}. */
export interface CopyingTaskOptions {
  /** T: how long the symbols must be remembered. */
  length: number;
  batchSize: number;
  /** How many different symbols there are; 8 unless given. */
  symbols?: number;
  /** How many symbols are to be copied; 10 unless given. */
  copied?: number;
  /** "arjovsky" unless given. */
  variant?: CopyingVariant;
  generator?: Generator;
}

/** Sequences of the copying task, as class ids. */
export interface CopyingBatch {
  /** int32 `[T + 2 copied, B]`: 0 is the blank, 1 … symbols are symbols, symbols + 1 is the marker. */
  input: Tensor;
  /** int32 `[T + 2 copied, B]`: blanks, then the symbols. */
  target: Tensor;
  /** How many ids there are: symbols + 2. */
  classes: number;
}

/**
 * A batch of the copying task: say blanks until the marker, then the symbols from the beginning, T steps later.
 *
 * - Input: `copied` random symbols, T - 1 blanks, the marker, then `copied` blanks for `"arjovsky"` (Arjovsky, Shah,
 *   Bengio 2016, "Unitary evolution recurrent neural networks") or `copied` more markers for `"tcn"` (Bai, Kolter, Koltun
 *   2018, "An empirical evaluation of generic convolutional and recurrent networks for sequence modeling").
 * - Target: T + `copied` blanks, then the symbols. The loss is the mean cross entropy over all steps.
 *
 * The task goes back to Hochreiter and Schmidhuber 1997, "Long short-term memory".
 *
 * @example
 * ```ts
 * const { input, target, classes } = copyingTask({ length: 100, batchSize: 32, generator: new Generator(1) });
 * input.shape; // [120, 32]
 * target.shape; // [120, 32]
 * classes; // 10
 * ```
 * @throws {OptionError} when an option has a wrong name or value
 */
export function copyingTask(options: CopyingTaskOptions): CopyingBatch {
  const fn = "copyingTask";
  checkGiven(fn, options, ["length", "batchSize", "symbols", "copied", "variant", "generator"]);
  const { length, symbols, copied } = sizesOf(fn, options);
  const batch = wholeNumber(fn, "batchSize", options.batchSize, 1);
  const variant = oneOf(fn, "variant", options.variant ?? "arjovsky", copyingVariants);
  const generator = generatorOf(fn, options);

  const steps = length + 2 * copied;
  const marker = symbols + 1;
  const input = new Int32Array(steps * batch);
  const target = new Int32Array(steps * batch);
  for (let t = 0; t < copied; t++) {
    for (let b = 0; b < batch; b++) {
      const symbol = 1 + generator.integer(symbols);
      input[t * batch + b] = symbol;
      target[(length + copied + t) * batch + b] = symbol;
    }
  }
  const marked = copied + length - 1;
  input.fill(marker, marked * batch, (variant === "tcn" ? steps : marked + 1) * batch);
  const asTensor = (data: Int32Array): Tensor => new Tensor([steps, batch], "int32", { data, version: 0 });
  return { input: asTensor(input), target: asTensor(target), classes: symbols + 2 };
}

function sizesOf(
  fn: string,
  options: { length: number; symbols?: number; copied?: number },
): { length: number; symbols: number; copied: number } {
  return {
    length: wholeNumber(fn, "length", options.length, 1),
    symbols: wholeNumber(fn, "symbols", options.symbols ?? 8, 1),
    copied: wholeNumber(fn, "copied", options.copied ?? 10, 1),
  };
}

/** Options of {@link copyingChance}. */
export interface CopyingChanceOptions {
  length: number;
  /** 8 unless given. */
  symbols?: number;
  /** 10 unless given. */
  copied?: number;
}

/**
 * The mean cross entropy in nats of the best answer without memory, which says blanks and then every symbol with equal
 * probability: `copied ln(symbols) / (T + 2 copied)`; 10 ln 8 / (T + 20) by default (Arjovsky, Shah, Bengio 2016).
 *
 * @example
 * ```ts
 * copyingChance({ length: 1000 }); // 0.020386…
 * ```
 */
export function copyingChance(options: CopyingChanceOptions): number {
  checkGiven("copyingChance", options, ["length", "symbols", "copied"]);
  const { length, symbols, copied } = sizesOf("copyingChance", options);
  return (copied * Math.log(symbols)) / (length + 2 * copied);
}
