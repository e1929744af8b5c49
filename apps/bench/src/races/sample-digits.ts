import type { Digits } from "@unroll/data";
import type { DigitSets } from "./digits.ts";

/** Made-up pictures of 28 x 28 pixels for tests: digit d is a bright square in the d-th of ten places, dimmer in later pictures. */
export function sampleDigits(count: number): DigitSets {
  return { train: pictures(count), test: pictures(20) };
}

function pictures(count: number): Digits {
  const [rows, columns, side] = [28, 28, 5];
  const images = new Uint8Array(count * rows * columns);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  for (let i = 0; i < count; i++) {
    const [top, left] = [14 * Math.floor(labels[i] / 5), side * (labels[i] % 5)];
    for (let row = top; row < top + side; row++)
      images.fill(255 - (i % 100), (i * rows + row) * columns + left, (i * rows + row) * columns + left + side);
  }
  return { rows, columns, images, labels };
}
