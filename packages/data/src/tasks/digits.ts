import { Generator, OptionError, permutation } from "@unroll/tensor";
import { checkGiven, flag, oneOf, show, wholeNumber } from "../check.ts";
import { DataError } from "../errors.ts";
import type { Digits } from "../idx.ts";
import { datasetOf, floatOf, type TaskSpec } from "./dataset-of.ts";
import type { SequenceDataset } from "./sequences.ts";

/** Options of {@link pixelDigits} and {@link rowDigits}. */
export interface DigitOptions {
  /** Brightness as a share of white, or that less 0.1307, over 0.3081, which are MNIST's mean and deviation; "unit" unless given. */
  scaling?: "unit" | "standard";
  /** Averages squares of so many pixels, which must divide the sides; 1 unless given. 2 makes 14 x 14 pixels of 28 x 28. */
  pool?: number;
  /** float32 unless given. */
  dtype?: "float32" | "float64";
}

/** Options of {@link pixelDigits}. */
export interface PixelDigitsOptions extends DigitOptions {
  /** Shows the pixels in one random order, the same for all pictures, instead of row by row; false unless given. */
  permuted?: boolean;
  /** From which the random order follows; 0 unless given. */
  seed?: number;
}

/** A task of pixels, with the order that they are shown in. */
export interface PixelDigitDataset extends SequenceDataset {
  /** The place in the picture, row by row, of the pixel in each step; to be published with results. */
  readonly order: readonly number[];
}

/**
 * Sequential pictures, pixel by pixel: say after the last one which digit it was (Le, Jaitly, Hinton 2015, "A simple way to
 * initialize recurrent networks of rectified linear units"). For MNIST, see `loadMnist` of `@unroll/data/node`.
 *
 * Input `[rows * columns, B, 1]`, `[784, B, 1]` for MNIST. Target int32 `[B]`. Loss: cross entropy over 10 classes.
 *
 * Chance: the entropy of the labels, which is the best answer that ignores the pictures; 2.3012 in MNIST's training set,
 * 2.3008 in its test set, where always saying 1 is right for 11.35 %. No publication says when the task is solved: `isSolved`
 * is 90 % right here, about what LSTMs reach in print.
 *
 * @example
 * ```ts
 * const digits = { rows: 2, columns: 2, images: Uint8Array.of(0, 51, 255, 0, 9, 9, 9, 9), labels: Uint8Array.of(3, 7) };
 * const dataset = pixelDigits(digits, { permuted: true, seed: 1 });
 * dataset.batch(0, 2).input.shape; // [4, 2, 1]
 * dataset.order; // [2, 1, 0, 3]
 * ```
 * @throws {DataError} when the digits are none
 * @throws {OptionError} when an option has a wrong name or value
 */
export function pixelDigits(digits: Digits, options: PixelDigitsOptions = {}): PixelDigitDataset {
  const fn = "pixelDigits";
  checkGiven(fn, options, ["scaling", "pool", "dtype", "permuted", "seed"]);
  const { values, rows, columns } = pictures(fn, digits, options);
  const seed = wholeNumber(fn, "seed", options.seed ?? 0, 0);
  const permuted = flag(fn, "permuted", options.permuted ?? false);
  const pixels = rows * columns;
  const order = permuted
    ? Array.from(permutation(pixels, { generator: new Generator(seed) }).data)
    : Array.from({ length: pixels }, (_, i) => i);
  const name = `${permuted ? "permuted " : ""}pixels of ${rows} x ${columns} digits`;
  const dataset = labelled(fn, digits, options, name, pixels, 1, (index) => {
    const picture = values(index);
    return order.map((place) => picture[place]);
  });
  return { ...dataset, order };
}

/**
 * Sequential pictures, row by row: say after the last row which digit it was. Input `[rows, B, columns]`, `[28, B, 28]` for
 * MNIST; all else is as in {@link pixelDigits}.
 *
 * @example
 * ```ts
 * const digits = { rows: 2, columns: 2, images: Uint8Array.of(0, 51, 255, 0), labels: Uint8Array.of(3) };
 * rowDigits(digits, { dtype: "float64" }).get(0).input.toArray(); // [[0, 0.2], [1, 0]]
 * ```
 * @throws {DataError} when the digits are none
 * @throws {OptionError} when an option has a wrong name or value
 */
export function rowDigits(digits: Digits, options: DigitOptions = {}): SequenceDataset {
  const fn = "rowDigits";
  checkGiven(fn, options, ["scaling", "pool", "dtype"]);
  const { values, rows, columns } = pictures(fn, digits, options);
  return labelled(fn, digits, options, `rows of ${rows} x ${columns} digits`, rows, columns, values);
}

const classes = 10;

function labelled(
  fn: string,
  { labels }: Digits,
  options: DigitOptions,
  name: string,
  steps: number,
  inputSize: number,
  input: (index: number) => ArrayLike<number>,
): SequenceDataset {
  const settings = { count: labels.length, dtype: floatOf(fn, options.dtype) };
  const spec: TaskSpec = {
    name,
    inputSize,
    outputSize: classes,
    maxLength: steps,
    answers: "last",
    loss: "crossEntropy",
    asks: "classes",
    rule: { kind: "largest" },
    chance: entropy(labels),
    floor: 0,
    success: "at least 90 % right",
    isSolved: ({ accuracy }) => accuracy >= 0.9,
  };
  return datasetOf(fn, settings, spec, (index) => ({ steps, input: input(index), answer: [labels[index]] }));
}

function entropy(labels: Uint8Array): number {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts.reduce((sum, n) => (n === 0 ? sum : sum - (n / labels.length) * Math.log(n / labels.length)), 0);
}

/** The pictures by index, scaled and pooled, and their sides. */
function pictures(
  fn: string,
  digits: Digits,
  options: DigitOptions,
): { values: (index: number) => Float64Array; rows: number; columns: number } {
  checkDigits(fn, digits);
  const standard = oneOf(fn, "scaling", options.scaling ?? "unit", ["unit", "standard"]) === "standard";
  const pool = wholeNumber(fn, "pool", options.pool ?? 1, 1);
  if (digits.rows % pool !== 0 || digits.columns % pool !== 0)
    throw new OptionError(`${fn}: pool must divide the sides ${digits.rows} x ${digits.columns}, got ${pool}`);
  const [rows, columns] = [digits.rows / pool, digits.columns / pool];
  const values = (index: number): Float64Array => {
    const out = new Float64Array(rows * columns);
    const start = index * digits.rows * digits.columns;
    for (let row = 0, from = start; row < digits.rows; row++) {
      const to = Math.floor(row / pool) * columns;
      for (let column = 0; column < columns; column++)
        for (let i = 0; i < pool; i++) out[to + column] += digits.images[from++];
    }
    for (let i = 0; i < out.length; i++) {
      const share = out[i] / (255 * pool * pool);
      out[i] = standard ? (share - 0.1307) / 0.3081 : share;
    }
    return out;
  };
  return { values, rows, columns };
}

function checkDigits(fn: string, digits: Digits): void {
  if (!(digits?.images instanceof Uint8Array && digits.labels instanceof Uint8Array))
    throw new DataError(`${fn}: expected digits { rows, columns, images, labels }, got ${show(digits)}`);
  const { rows, columns, images, labels } = digits;
  if (wholeNumber(fn, "rows", rows, 1) * wholeNumber(fn, "columns", columns, 1) * labels.length !== images.length)
    throw new DataError(
      `${fn}: expected ${labels.length} pictures of ${rows} x ${columns} pixels, got ${images.length} bytes`,
    );
  const strange = labels.find((label) => label >= classes);
  if (labels.length === 0 || strange !== undefined)
    throw new DataError(`${fn}: expected labels 0 … 9, got ${labels.length === 0 ? "none" : strange}`);
}
