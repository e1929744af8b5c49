import { type Generator, OptionError } from "@unroll/tensor";
import { checkList, show } from "./check.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { range, shuffledAs } from "./subset.ts";

/**
 * Cuts a dataset into parts without overlap, its samples in random order. PyTorch: `random_split`.
 *
 * @param lengths sample counts that sum to the dataset's length, or fractions that sum to 1: each is rounded down and
 *   the samples left over go to the parts in turn
 *
 * @example
 * ```ts
 * const dataset = fromArray("abcdefghij");
 * const [train, valid] = randomSplit(dataset, [0.9, 0.1], { generator: new Generator(1) });
 * train.length; // 9
 * valid.length; // 1
 * ```
 * @throws {OptionError} when the lengths do not add up
 */
export function randomSplit<T>(
  dataset: Dataset<T>,
  lengths: readonly number[],
  options: { generator?: Generator } = {},
): Dataset<T>[] {
  const fn = "randomSplit";
  const counts = countsOf(fn, checkDataset(fn, dataset).length, lengths);
  return cut(fn, shuffledAs(fn, dataset, options), counts);
}

/**
 * Cuts a dataset into consecutive parts, as series and running text need it: the last part is the latest.
 *
 * @param lengths as for {@link randomSplit}
 * @throws {OptionError} when the lengths do not add up
 */
export function sequentialSplit<T>(dataset: Dataset<T>, lengths: readonly number[]): Dataset<T>[] {
  const counts = countsOf("sequentialSplit", checkDataset("sequentialSplit", dataset).length, lengths);
  return cut("sequentialSplit", dataset, counts);
}

function cut<T>(fn: string, dataset: Dataset<T>, counts: readonly number[]): Dataset<T>[] {
  let start = 0;
  return counts.map((count) => {
    const part = range(fn, dataset, start, start + count);
    start += count;
    return part;
  });
}

function countsOf(fn: string, length: number, lengths: readonly number[]): number[] {
  checkList(fn, "an array of lengths", lengths);
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (lengths.every((n) => Number.isSafeInteger(n) && n >= 0) && sum === length) return [...lengths];
  if (!lengths.every((n) => n >= 0 && n <= 1) || !(Math.abs(sum - 1) < 1e-9))
    throw new OptionError(
      `${fn}: expected counts that sum to ${length} or fractions that sum to 1, got ${show([...lengths])}`,
    );
  // A fraction such as 0.07 * 100 lands a hair above or below the whole number that it means.
  const counts = lengths.map((fraction) => Math.floor(fraction * length + 1e-12 * length));
  let rest = length - counts.reduce((a, b) => a + b, 0);
  for (let i = 0; rest > 0; i = (i + 1) % counts.length) {
    counts[i]++;
    rest--;
  }
  return counts;
}
