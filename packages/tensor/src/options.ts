import { describe } from "./describe.ts";
import { OptionError } from "./errors.ts";

/**
 * Throws an {@link OptionError} when `options` has a key that `fn` does not know, naming the nearest known one.
 *
 * @example
 * ```ts
 * checkOptions("LSTM", { numLayer: 2 }, ["numLayers", "bias"]); // OptionError: LSTM: unknown option numLayer, did you mean numLayers? It takes numLayers, bias
 * ```
 */
export function checkOptions(fn: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new OptionError(`${fn}: options must be an object, got ${describe(options)}`);
  }
  if (!Array.isArray(known)) throw new OptionError(`${fn}: expected the names of options, got ${describe(known)}`);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    if (known.length === 0) throw new OptionError(`${fn}: unknown option ${key}, it takes none`);
    throw new OptionError(
      `${fn}: unknown option ${key}, did you mean ${nearest(key, known)}? It takes ${known.join(", ")}`,
    );
  }
}

/** Returns `value`, or `fallback` when it is left out; throws an {@link OptionError} unless it is true or false. */
export function checkBoolean(fn: string, name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== "boolean") throw new OptionError(`${fn}: ${name} must be true or false, got ${describe(value)}`);
  return value;
}

/** Returns `value`; throws an {@link OptionError} unless it is a number. NaN and the infinities are numbers. */
export function checkNumber(fn: string, name: string, value: unknown): number {
  if (typeof value !== "number") throw new OptionError(`${fn}: ${name} must be a number, got ${describe(value)}`);
  return value;
}

/** Returns `value`; throws an {@link OptionError} unless it is a whole number. */
export function checkWhole(fn: string, name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value))
    throw new OptionError(`${fn}: ${name} must be a whole number, got ${describe(value)}`);
  return value;
}

/** Throws an {@link OptionError} unless `value` is a function. */
export function checkFunction(fn: string, name: string, value: unknown): void {
  if (typeof value !== "function") throw new OptionError(`${fn}: ${name} must be a function, got ${describe(value)}`);
}

function nearest(word: string, known: readonly string[]): string {
  let best = known[0];
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
