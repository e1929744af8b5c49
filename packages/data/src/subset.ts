import { checkOptions, type Generator, permutation } from "@unroll/tensor";
import { checkGiven, checkList, generatorOf, wholeNumber } from "./check.ts";
import { checkDataset, checkIndex, type Dataset } from "./dataset.ts";

/**
 * The samples at `indices`, in that order, repeats allowed. PyTorch: `Subset`.
 *
 * @throws {IndexError} when an index lies outside the dataset
 */
export function subset<T>(dataset: Dataset<T>, indices: ArrayLike<number>): Dataset<T> {
  return pick("subset", dataset, indices);
}

function pick<T>(fn: string, dataset: Dataset<T>, indices: ArrayLike<number>): Dataset<T> {
  const { length } = checkDataset(fn, dataset);
  checkList(fn, "an array of indices", indices);
  const kept = Array.from(indices, (index) => checkIndex(fn, index, length));
  return { length: kept.length, get: (index) => dataset.get(kept[checkIndex(fn, index, kept.length)]) };
}

/** The samples in [start, end), without a list of indices. */
export function range<T>(fn: string, dataset: Dataset<T>, start: number, end: number): Dataset<T> {
  const length = end - start;
  return { length, get: (index) => dataset.get(start + checkIndex(fn, index, length)) };
}

/**
 * The first `count` samples, or all when there are fewer.
 *
 * @throws {OptionError} when `count` is no whole number >= 0
 */
export function take<T>(dataset: Dataset<T>, count: number): Dataset<T> {
  const { length } = checkDataset("take", dataset);
  return range("take", dataset, 0, Math.min(wholeNumber("take", "count", count, 0), length));
}

/**
 * All but the first `count` samples.
 *
 * @throws {OptionError} when `count` is no whole number >= 0
 */
export function skip<T>(dataset: Dataset<T>, count: number): Dataset<T> {
  const { length } = checkDataset("skip", dataset);
  return range("skip", dataset, Math.min(wholeNumber("skip", "count", count, 0), length), length);
}

/**
 * The samples in a random order that is drawn now and stays: same generator state, same order.
 *
 * @example
 * ```ts
 * const cards = shuffled(fromArray([1, 2, 3, 4, 5]), { generator: new Generator(7) });
 * [...iterate(cards)]; // [4, 3, 1, 5, 2]
 * ```
 */
export function shuffled<T>(dataset: Dataset<T>, options: { generator?: Generator } = {}): Dataset<T> {
  return shuffledAs("shuffled", dataset, options);
}

/** The same, for a function that errors shall name. */
export function shuffledAs<T>(fn: string, dataset: Dataset<T>, options: { generator?: Generator }): Dataset<T> {
  checkOptions(fn, options, ["generator"]);
  const { length } = checkDataset(fn, dataset);
  return pick(fn, dataset, permutation(length, { generator: generatorOf(fn, options) }).data);
}

/** The samples of several datasets one after the other. PyTorch: `ConcatDataset`. */
export function concatDatasets<T>(datasets: readonly Dataset<T>[]): Dataset<T> {
  checkList("concatDatasets", "an array of datasets", datasets);
  const parts = datasets.map((dataset) => checkDataset("concatDatasets", dataset));
  const ends: number[] = [];
  for (const { length } of parts) ends.push((ends.at(-1) ?? 0) + length);
  const length = ends.at(-1) ?? 0;
  return {
    length,
    get: (index) => {
      checkIndex("concatDatasets", index, length);
      let low = 0;
      let high = ends.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (index < ends[middle]) high = middle;
        else low = middle + 1;
      }
      return parts[low].get(index - (low === 0 ? 0 : ends[low - 1]));
    },
  };
}

/** Options of {@link windows}. */
export interface WindowsOptions {
  /** Samples in a window. */
  length: number;
  /** Samples from the start of one window to the start of the next; 1 unless given. */
  stride?: number;
}

/**
 * Runs of consecutive samples as arrays; what does not fill a window at the end is left out.
 *
 * @example
 * ```ts
 * windows(fromArray([1, 2, 3, 4]), { length: 2, stride: 2 }).get(1); // [3, 4]
 * ```
 */
export function windows<T>(dataset: Dataset<T>, options: WindowsOptions): Dataset<T[]> {
  checkGiven("windows", options, ["length", "stride"]);
  const source = checkDataset("windows", dataset);
  const size = wholeNumber("windows", "length", options.length, 1);
  const stride = wholeNumber("windows", "stride", options.stride ?? 1, 1);
  const length = Math.max(0, Math.floor((source.length - size) / stride) + 1);
  return {
    length,
    get: (index) => {
      const start = checkIndex("windows", index, length) * stride;
      return Array.from({ length: size }, (_, i) => source.get(start + i));
    },
  };
}
