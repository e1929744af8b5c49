import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";
import { InputError } from "./input-error.ts";

/** The lines of a file of JSON values. */
export interface Lines {
  /** What could be read, each with the number of its line, from 1. */
  readonly values: readonly { readonly line: number; readonly value: unknown }[];
  /** Lines that end in the middle: a process was killed while it wrote them. */
  readonly torn: number;
}

/**
 * Reads a file of one JSON value a line.
 *
 * @throws {InputError} when it cannot be read
 */
export function readLines(file: string): Lines {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${(error as Error).message}`);
  }
  const values: { line: number; value: unknown }[] = [];
  let torn = 0;
  for (const [k, text] of content.split("\n").entries()) {
    if (text === "") continue;
    try {
      values.push({ line: k + 1, value: JSON.parse(text) });
    } catch {
      torn++;
    }
  }
  return { values, torn };
}

/** Adds a value as one line, and makes the file and its folder where they are missing. It is on the disk when this returns. */
export function appendLine(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const handle = openSync(file, "a+");
  try {
    // A torn last line ends here, so that the new one begins on its own.
    writeSync(handle, `${endsInTheMiddle(file) ? "\n" : ""}${JSON.stringify(value)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function endsInTheMiddle(file: string): boolean {
  const content = readFileSync(file);
  return content.length > 0 && content[content.length - 1] !== 0x0a;
}
