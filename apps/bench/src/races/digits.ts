import {
  collateSequences,
  type Digits,
  pixelDigits,
  rowDigits,
  type SequenceDataset,
  type SequenceOptions,
} from "@unroll/data";
import { Generator, permutation } from "@unroll/tensor";

/** Pictures of digits: those to train on, from which the held-out ones are taken, and those of the last test. */
export interface DigitSets {
  readonly train: Digits;
  readonly test: Digits;
}

/** The share of the training set, at its end, that is held out. */
const heldShare = 1 / 12;

/** Digits row by row, pooled so that there are `length` rows. */
export function rowDigitRace(sets: DigitSets, length: number, options: SequenceOptions): SequenceDataset {
  return digitRace(sets, options, (digits) =>
    rowDigits(digits, { pool: poolOf(digits.rows, length), ...own(options) }),
  );
}

/** Digits pixel by pixel, pooled so that there are `length` pixels. */
export function pixelDigitRace(sets: DigitSets, length: number, options: SequenceOptions): SequenceDataset {
  return digitRace(sets, options, (digits) =>
    pixelDigits(digits, { pool: poolOf(digits.rows, Math.sqrt(length)), ...own(options) }),
  );
}

/** The steps that digits of 28 x 28 can have when squares of whole pixels are averaged, but for single rows and pixels. */
export const rowLengths: readonly number[] = [28, 14, 7];
export const pixelLengths: readonly number[] = [784, 196, 49];

const own = ({ dtype }: SequenceOptions): { dtype?: "float32" | "float64" } => (dtype === undefined ? {} : { dtype });

function poolOf(side: number, wanted: number): number {
  return side / wanted;
}

function digitRace(
  { train, test }: DigitSets,
  { split = "train", seed = 0, count }: SequenceOptions,
  make: (digits: Digits) => SequenceDataset,
): SequenceDataset {
  const border = Math.round(train.labels.length * (1 - heldShare));
  if (split === "test") return make(test);
  if (split === "validation") return make(part(train, border, train.labels.length));
  return reshuffled(make(part(train, 0, border)), seed, count);
}

function part({ rows, columns, images, labels }: Digits, from: number, to: number): Digits {
  const size = rows * columns;
  return { rows, columns, images: images.subarray(from * size, to * size), labels: labels.subarray(from, to) };
}

/**
 * A finite dataset as a stream of `count` sequences: every epoch has all of them once, in an order of its own that follows
 * from the seed, so that sequence i is a pure function of seed and i here as well.
 */
export function reshuffled(dataset: SequenceDataset, seed: number, count = dataset.length): SequenceDataset {
  let [epoch, order] = [-1, [] as ArrayLike<number>];
  const indexOf = (i: number): number => {
    const asked = Math.floor(i / dataset.length);
    if (asked !== epoch) {
      epoch = asked;
      order = permutation(dataset.length, {
        generator: Generator.from({ seed, counter: epoch * countersPerEpoch }),
      }).data;
    }
    return order[i % dataset.length];
  };
  return {
    ...dataset,
    length: count,
    get: (i) => dataset.get(indexOf(i)),
    batch: (start, size) => collateSequences(Array.from({ length: size }, (_, k) => dataset.get(indexOf(start + k)))),
  };
}

/** More than a permutation of any set here draws. */
const countersPerEpoch = 0x1000000;
