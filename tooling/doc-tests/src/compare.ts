import { format, inspect } from "node:util";

/** A value as `console.log` shows it inside of other values: strings in quotes. */
export function show(value: unknown): string {
  return inspect(value, { depth: null, breakLength: Number.POSITIVE_INFINITY, compact: true, maxArrayLength: null });
}

/** What `console.log(...values)` prints. */
export function printed(values: readonly unknown[]): string {
  return format(...values);
}

/** Whether a text says what came, up to spacing and the kind of quotes; `…` stands for anything. */
export function says(expected: string, actual: string): boolean {
  const parts = normalize(expected).split("…");
  const text = normalize(actual);
  if (parts.length === 1) return parts[0] === text;
  let at = parts[0].length;
  if (!text.startsWith(parts[0])) return false;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = parts[parts.length - 1];
  return text.length - last.length >= at && text.endsWith(last);
}

function normalize(text: string): string {
  return text
    .trim()
    .replaceAll("'", '"')
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([[\]{}(),:]) ?/g, "$1");
}
