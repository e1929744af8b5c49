import { InputError } from "./input-error.ts";

/** A whole number that is at least `least`; `fallback` where the option is left out. */
export function whole(option: string, value: unknown, fallback: number, least: number): number {
  if (value === undefined) return fallback;
  const number = typeof value === "number" ? value : Number(value);
  if (!Number.isSafeInteger(number) || number < least || value === "" || typeof value === "boolean") {
    throw new InputError(`--${option} must be a whole number >= ${least}, got ${String(value)}`);
  }
  return number;
}

/** A number above 0 and up to `most`. */
export function positive(option: string, value: unknown, fallback: number, most: number): number {
  if (value === undefined) return fallback;
  const number = typeof value === "number" ? value : Number(value);
  if (!(number > 0 && number <= most) || value === "" || typeof value === "boolean") {
    throw new InputError(`--${option} must be a number > 0, got ${String(value)}`);
  }
  return number;
}

/** A file or folder name. The command line hands over `2024` as a number, and a repeated option as an array. */
export function pathOption(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return String(value);
  if (typeof value !== "string" || value === "")
    throw new InputError(
      `--${option} must be one path, got ${Array.isArray(value) ? value.join(" and ") : String(value)}`,
    );
  return value;
}

/** Names from a list, separated by commas, in the order of the list; all of it where the option is left out. */
export function names(option: string, value: unknown, known: readonly string[]): readonly string[] {
  if (value === undefined) return known;
  if (Array.isArray(value)) throw new InputError(`--${option} comes twice; separate names by commas`);
  const asked = String(value)
    .split(",")
    .map((name) => name.trim());
  const wrong = asked.find((name) => !known.includes(name));
  if (wrong !== undefined)
    throw new InputError(
      `--${option}: there is no ${wrong === "" ? "empty name" : wrong}; choose from ${known.join(", ")}`,
    );
  return known.filter((name) => asked.includes(name));
}
