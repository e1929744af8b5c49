import { checkOptions, defaultGenerator, type Generator, OptionError } from "@unroll/tensor";

/** Returns `value` when it is a whole number of at least `least`; otherwise throws, naming function and option. */
export function wholeNumber(fn: string, name: string, value: unknown, least: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new OptionError(`${fn}: ${name} must be a whole number >= ${least}, got ${show(value)}`);
}

/** Returns `value` when it is one of `choices`. */
export function oneOf<Choice extends string>(
  fn: string,
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new OptionError(
    `${fn}: ${name} must be ${choices.map((choice) => `"${choice}"`).join(" or ")}, got ${show(value)}`,
  );
}

/** Returns `value` when it is a boolean. */
export function flag(fn: string, name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new OptionError(`${fn}: ${name} must be true or false, got ${show(value)}`);
}

/** Throws unless `value` is an array, or like one. */
export function checkList(fn: string, what: string, value: unknown): void {
  if (typeof value === "object" && Number.isSafeInteger((value as ArrayLike<unknown> | null)?.length)) return;
  throw new OptionError(`${fn}: expected ${what}, got ${show(value)}`);
}

/** Throws unless `options`, which cannot be left out, is an object with known keys. */
export function checkGiven(fn: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) throw new OptionError(`${fn}: options must be an object, got undefined`);
  checkOptions(fn, options, known);
}

/** The generator of the options, or the default one; one is known by its methods, since another copy of the package may have made it. */
export function generatorOf(fn: string, { generator }: { generator?: Generator }): Generator {
  if (generator === undefined) return defaultGenerator();
  if (typeof generator?.next === "function" && typeof generator.integer === "function") return generator;
  throw new OptionError(`${fn}: generator must be a Generator, got ${show(generator)}`);
}

/** A value as an error message shows it: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null) return value.constructor?.name ?? "an object";
  return String(value);
}
