import { OptionError } from "@unroll/tensor";

/** Throws unless `value` is a finite number >= 0. */
export function checkNotNegative(fn: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0))
    throw new OptionError(`${fn}: ${name} must be a number >= 0, got ${String(value)}`);
}

/** Throws unless `value` is in [0, 1). */
export function checkShare(fn: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new OptionError(`${fn}: ${name} must be in [0, 1), got ${String(value)}`);
}

/** Throws unless `value` is a whole number >= `least`. */
export function checkWhole(fn: string, name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new OptionError(`${fn}: ${name} must be a whole number >= ${least}, got ${String(value)}`);
}

/** Throws unless `value` is a finite number above 0. */
export function checkPositive(fn: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0))
    throw new OptionError(`${fn}: ${name} must be a number > 0, got ${String(value)}`);
}
