import { checkFunction, type Generator } from "@unroll/tensor";
import { checkGiven, flag, generatorOf, wholeNumber } from "./check.ts";
import { checkSource, type IterableDataset } from "./dataset.ts";

// Transforms of iterable datasets. They are asynchronous throughout, since their sources may be, and look at their
// arguments when the first sample is asked for.

/** Each sample put through `transform`, which may be asynchronous. */
export async function* mapStream<T, U>(
  source: IterableDataset<T>,
  transform: (sample: T, index: number) => U | Promise<U>,
): AsyncIterableIterator<U> {
  checkFunction("mapStream", "transform", transform);
  let index = 0;
  for await (const sample of checkSource("mapStream", source)) yield await transform(sample, index++);
}

/**
 * The first `count` samples; asks the source for no more.
 *
 * @throws {OptionError} when `count` is no whole number >= 0
 */
export async function* takeStream<T>(source: IterableDataset<T>, count: number): AsyncIterableIterator<T> {
  let left = wholeNumber("takeStream", "count", count, 0);
  const samples = checkSource("takeStream", source);
  if (left === 0) return;
  for await (const sample of samples) {
    yield sample;
    if (--left === 0) return;
  }
}

/** Options of {@link shuffleStream}. */
export interface ShuffleStreamOptions {
  /** How many samples wait at a time; the more, the closer to a full shuffle. */
  bufferSize: number;
  generator?: Generator;
}

/**
 * The samples in random order through a buffer: each one handed out is drawn from the buffer and replaced by the next
 * of the source. TensorFlow: `Dataset.shuffle`.
 *
 * @throws {OptionError} when `bufferSize` is no whole number >= 1
 */
export async function* shuffleStream<T>(
  source: IterableDataset<T>,
  options: ShuffleStreamOptions,
): AsyncIterableIterator<T> {
  checkGiven("shuffleStream", options, ["bufferSize", "generator"]);
  const size = wholeNumber("shuffleStream", "bufferSize", options.bufferSize, 1);
  const generator = generatorOf("shuffleStream", options);
  const buffer: T[] = [];
  for await (const sample of checkSource("shuffleStream", source)) {
    if (buffer.length < size) buffer.push(sample);
    else {
      const at = generator.integer(size);
      const [drawn] = buffer.splice(at, 1, sample);
      yield drawn;
    }
  }
  while (buffer.length > 0) {
    const [drawn] = buffer.splice(generator.integer(buffer.length), 1);
    yield drawn;
  }
}

/** Options of {@link batchStream}. */
export interface BatchStreamOptions {
  /** Samples in a batch. */
  batchSize: number;
  /** Leaves out a last batch that is not full; false unless given. */
  dropLast?: boolean;
}

/**
 * The samples in arrays of `batchSize`; a collate function goes on top by `mapStream`.
 *
 * @throws {OptionError} when `batchSize` is no whole number >= 1
 */
export async function* batchStream<T>(
  source: IterableDataset<T>,
  options: BatchStreamOptions,
): AsyncIterableIterator<T[]> {
  checkGiven("batchStream", options, ["batchSize", "dropLast"]);
  const size = wholeNumber("batchStream", "batchSize", options.batchSize, 1);
  const dropLast = flag("batchStream", "dropLast", options.dropLast ?? false);
  let batch: T[] = [];
  for await (const sample of checkSource("batchStream", source)) {
    batch.push(sample);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0 && !dropLast) yield batch;
}
