import type { ProbeRecord } from "@unroll/bench/lab";
import { paintPixel } from "../../ui/color.ts";
import { curveOf } from "../shared/series.ts";
import type { Quantity } from "../shared/view-state.ts";

/** Training steps along the width: evenly, or by their logarithms. */
export interface StepScale {
  readonly last: number;
  readonly log: boolean;
}

/** Where a training step lies, from 0 to 1. */
export function placeOfStep(step: number, { last, log }: StepScale): number {
  return log ? Math.log1p(step) / Math.log1p(Math.max(1, last)) : step / Math.max(1, last);
}

/** The training step at a place from 0 to 1. */
export function stepAtPlace(place: number, { last, log }: StepScale): number {
  return log ? Math.expm1(place * Math.log1p(Math.max(1, last))) : place * last;
}

/** For each column the newest record at or before its training step: an index, or -1 before the first. */
export function columnsOf(records: readonly { readonly step: number }[], width: number, scale: StepScale): Int32Array {
  const columns = new Int32Array(width).fill(-1);
  let k = -1;
  for (let x = 0; x < width; x++) {
    const step = stepAtPlace((x + 0.5) / width, scale);
    while (k + 1 < records.length && records[k + 1].step <= step) k++;
    columns[x] = k;
  }
  return columns;
}

export interface HeatOptions {
  readonly width: number;
  readonly height: number;
  readonly lags: number;
  readonly quantity: Quantity;
  readonly scale: StepScale;
  readonly domain: readonly [number, number];
}

/** Writes the pixels of a heatmap: training to the right, steps back in time downwards. Without a value a pixel is clear. */
export function paintHeat(bytes: Uint8ClampedArray, records: readonly ProbeRecord[], options: HeatOptions): void {
  const { width, height, lags, quantity, scale, domain } = options;
  const columns = columnsOf(records, width, scale);
  const curves = records.map((record) => curveOf(record, quantity)?.mean);
  bytes.fill(0);
  for (let y = 0; y < height; y++) {
    const lag = Math.min(lags, Math.floor((y / height) * (lags + 1)));
    for (let x = 0; x < width; x++) {
      const curve = columns[x] < 0 ? undefined : curves[columns[x]];
      if (curve === undefined || lag >= curve.length) continue;
      paintPixel(bytes, y * width + x, curve[lag], (x + y) % 6 === 0, domain);
    }
  }
}
