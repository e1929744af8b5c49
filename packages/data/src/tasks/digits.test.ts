import { describe, expect, it } from "vitest";
import { DataError } from "../errors.ts";
import { type Digits, digitsFromIdx, parseIdx } from "../idx.ts";
import { pixelDigits, rowDigits } from "./digits.ts";
import { onlyThese, overParts, solve } from "./testing.ts";

/** Pictures of 4 x 6 pixels that show their label in the brightness of a pixel of their own. */
function digits(count: number): Digits {
  const [rows, columns] = [4, 6];
  const labels = Uint8Array.from({ length: count }, (_, i) => (i * i + 3) % 10);
  const images = new Uint8Array(count * rows * columns);
  for (const [i, label] of labels.entries()) {
    images[i * rows * columns + 7] = 10 * label;
    images[i * rows * columns] = 255;
  }
  return { rows, columns, images, labels };
}

const header = (...sizes: number[]): number[] => [
  0,
  0,
  8,
  sizes.length,
  ...sizes.flatMap((n) => [0, 0, n >> 8, n & 255]),
];

describe("parseIdx", () => {
  it("reads shape and bytes, also from the middle of a buffer", () => {
    const file = Uint8Array.of(99, 99, 99, ...header(2, 1, 3), 1, 2, 3, 4, 5, 6).subarray(3);
    const { shape, data } = parseIdx(file);
    expect(shape).toEqual([2, 1, 3]);
    expect(Array.from(data)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(parseIdx(Uint8Array.of(...header(300), ...new Array(300).fill(1))).shape).toEqual([300]);
  });

  it.each([
    ["text", Uint8Array.of(80, 75, 3, 4), "expected an IDX file, which begins with 0 0, got [80, 75, 3, 4]"],
    ["floats", Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), "expected values of type 8, unsigned bytes, got type 13"],
    ["half a header", Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1), "expected a header of 12 bytes, got 8"],
    ["too few bytes", Uint8Array.of(...header(2), 1), "expected 2 bytes for shape [2] after the header, got 1"],
    ["too many bytes", Uint8Array.of(...header(1), 1, 1), "expected 1 bytes for shape [1] after the header, got 2"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parseIdx(bytes)).toThrow(new DataError(`parseIdx: ${message}`));
  });
});

describe("digitsFromIdx", () => {
  it("joins pictures and labels", () => {
    const pictures = Uint8Array.of(...header(2, 1, 2), 1, 2, 3, 4);
    expect(digitsFromIdx(pictures, Uint8Array.of(...header(2), 7, 8))).toEqual({
      rows: 1,
      columns: 2,
      images: Uint8Array.of(1, 2, 3, 4),
      labels: Uint8Array.of(7, 8),
    });
    expect(() => digitsFromIdx(pictures, Uint8Array.of(...header(1), 7))).toThrow(
      "digitsFromIdx: expected images [N, rows, columns] and labels [N], got [2, 1, 2] and [1]",
    );
    expect(() => digitsFromIdx(Uint8Array.of(1, 2, 3, 4), pictures)).toThrow("digitsFromIdx: images: parseIdx");
  });
});

describe("pixelDigits and rowDigits", () => {
  it("show every pixel once, row by row", () => {
    const source = digits(5);
    const pixels = pixelDigits(source);
    const rows = rowDigits(source);
    expect([pixels.maxLength, pixels.inputSize, rows.maxLength, rows.inputSize]).toEqual([24, 1, 4, 6]);
    expect(pixels.batch(0, 5).input.shape).toEqual([24, 5, 1]);
    expect(rows.batch(0, 5).input.shape).toEqual([4, 5, 6]);
    for (let i = 0; i < 5; i++) {
      const shown = Array.from(source.images.subarray(24 * i, 24 * i + 24), (byte) => Math.fround(byte / 255));
      expect(Array.from(pixels.get(i).input.data)).toEqual(shown);
      expect(Array.from(rows.get(i).input.data)).toEqual(shown);
      expect(rows.get(i).target.item()).toBe(source.labels[i]);
    }
    expect(pixels.order).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it("permuted: one order for all pictures, by the seed, and published", () => {
    const source = digits(3);
    const [first, again, other] = [4, 4, 5].map((seed) => pixelDigits(source, { permuted: true, seed }));
    expect(first.order).toEqual(again.order);
    expect(first.order).not.toEqual(other.order);
    expect([...first.order].sort((a, b) => a - b)).toEqual(pixelDigits(source).order);
    for (let i = 0; i < 3; i++) {
      const plain = pixelDigits(source).get(i).input.data;
      expect(Array.from(first.get(i).input.data)).toEqual(first.order.map((place) => plain[place]));
    }
  });

  it("standard: MNIST's mean and deviation become 0 and 1", () => {
    const source = { ...digits(1), images: new Uint8Array(24).fill(Math.round(0.1307 * 255)) };
    const [value] = rowDigits(source, { scaling: "standard", dtype: "float64" }).get(0).input.data;
    expect(value).toBeCloseTo((33 / 255 - 0.1307) / 0.3081, 14);
  });

  it("pool: averages squares, and keeps the mean", () => {
    const source = digits(4);
    const pooled = rowDigits(source, { pool: 2, dtype: "float64" });
    expect(pooled.get(0).input.shape).toEqual([2, 3]);
    // Place 7 of 4 x 6 is row 1, column 1, so it shares the first square with place 0.
    expect(pooled.get(1).input.data[0]).toBeCloseTo((255 + 10 * source.labels[1]) / (4 * 255), 14);
    expect(() => rowDigits(source, { pool: 4 })).toThrow("rowDigits: pool must divide the sides 4 x 6, got 4");
    expect(pixelDigits(source, { pool: 2 }).order).toHaveLength(6);
  });

  it("have the entropy of the labels as chance, and a program that reads the label solves them", () => {
    const source = digits(100);
    // (i² + 3) mod 10 is 3, 4, 7, 2, 9, 8, 9, 2, 7, 4: two labels once in ten, four labels twice.
    const expected = -(2 * 0.1 * Math.log(0.1) + 4 * 0.2 * Math.log(0.2));
    for (const dataset of [pixelDigits(source), rowDigits(source)]) {
      expect(dataset.chance).toBeCloseTo(expected, 14);
      expect(dataset.length).toBe(100);
      const solver = (rows: number[][]) => [onlyThese([Math.round(rows.flat()[7] * 25.5)], 10)];
      const score = solve(dataset, solver, 0, 100);
      expect([score.loss, score.accuracy, dataset.isSolved(score)]).toEqual([0, 1, true]);
      const frequencies = [0, 0, 0.2, 0.1, 0.2, 0, 0, 0.2, 0.1, 0.2].map(Math.log);
      const { mean } = overParts(10, (part) => solve(dataset, () => [frequencies], 10 * part, 10).loss);
      expect(mean).toBeCloseTo(expected, 12);
    }
    expect(rowDigits(source).isSolved({ loss: 0, accuracy: 0.89, correct: [], absoluteError: undefined })).toBe(false);
  });

  it("refuse what are no digits", () => {
    const source = digits(2);
    expect(() => rowDigits(5 as never)).toThrow("rowDigits: expected digits { rows, columns, images, labels }, got 5");
    expect(() => pixelDigits({ ...source, rows: 5 })).toThrow("expected 2 pictures of 5 x 6 pixels, got 48 bytes");
    expect(() => rowDigits({ ...source, labels: Uint8Array.of(3, 10) })).toThrow("expected labels 0 … 9, got 10");
    expect(() => rowDigits({ rows: 1, columns: 1, images: new Uint8Array(0), labels: new Uint8Array(0) })).toThrow(
      "expected labels 0 … 9, got none",
    );
  });
});
