import { significant } from "./format.ts";

/** An axis over values. */
export interface Range {
  readonly log: boolean;
  /** From a value to the axis: itself, or its log10. */
  readonly scale: (value: number) => number;
  /** The ends of the axis, scaled. */
  readonly min: number;
  readonly max: number;
  /** Scaled. */
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
}

/** A linear axis, or a logarithmic one over most of a decade and more. */
export function rangeOf(values: readonly number[]): Range {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const log = low > 0 && high / low > 8;
  const scale = log ? Math.log10 : (value: number): number => value;
  const air = (scale(high) - scale(low) || Math.abs(scale(high)) || 1) * 0.06;
  const min = low >= 0 && !log ? Math.max(0, low - air) : scale(low) - air;
  const max = scale(high) + air;
  const ticks = log ? logTicks(min, max) : linearTicks(min, max);
  const format = (tick: number): string => (log ? significant(10 ** tick, 1) : String(Number(tick.toPrecision(6))));
  return { log, scale, min, max, ticks, format };
}

/** 1, 2 and 5 times powers of ten; only the powers over more than three decades. */
function logTicks(min: number, max: number): number[] {
  const factors = max - min > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = Math.floor(min); exponent <= max; exponent++)
    for (const factor of factors) ticks.push(exponent + Math.log10(factor));
  return ticks.filter((tick) => tick >= min && tick <= max);
}

/** Four to nine multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(min: number, max: number): number[] {
  const unit = 10 ** Math.floor(Math.log10((max - min) / 4));
  const step = unit * ([5, 2, 1].find((factor) => (max - min) / (unit * factor) >= 4) ?? 1);
  const ticks: number[] = [];
  for (let k = Math.ceil(min / step); k * step <= max; k++) ticks.push(k * step);
  return ticks;
}
