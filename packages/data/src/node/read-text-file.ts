import { constants } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { show } from "../check.ts";
import { DataError } from "../errors.ts";

/**
 * The text of a UTF-8 file, without a byte order mark.
 *
 * @example
 * ```ts
 * await readTextFile("no-such-book.txt"); // DataError: no-such-book.txt: no such file
 * ```
 * @throws {DataError} with one line that names the path, when there is no such file, it is a directory, it cannot be
 *   read, or it holds no text: nothing at all, bytes that are not UTF-8, NULs, or more than one control character in ten
 */
export async function readTextFile(path: string): Promise<string> {
  if (typeof path !== "string") throw new DataError(`readTextFile: expected the path of a file, got ${show(path)}`);
  const name = oneLine(path);
  const info = await stat(path).catch((cause: unknown) => fail(name, cause));
  if (info.isDirectory()) throw new DataError(`${name}: expected a text file, got a directory`);
  if (!info.isFile()) throw new DataError(`${name}: expected a regular file`);
  if (info.size > constants.MAX_STRING_LENGTH)
    throw new DataError(`${name}: expected at most ${constants.MAX_STRING_LENGTH} bytes, got ${info.size}`);
  const bytes = await readFile(path).catch((cause: unknown) => fail(name, cause));
  return checkText(name, decode(name, bytes));
}

function decode(name: string, bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new DataError(`${name}: expected text, got a NUL at byte ${nul}; is it a binary file?`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(`${name}: expected UTF-8 text, got other bytes; is it in another encoding, or binary?`, cause);
  }
}

function checkText(name: string, text: string): string {
  if (text.trim() === "")
    throw new DataError(`${name}: expected text, got ${text === "" ? "an empty file" : "only white space"}`);
  let controls = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Tab, line feed, vertical tab, form feed and carriage return belong to text.
    if ((code < 0x20 && (code < 0x09 || code > 0x0d)) || code === 0x7f) controls++;
  }
  if (controls * 10 > text.length)
    throw new DataError(
      `${name}: expected text, got ${controls} control characters among ${text.length}; is it a binary file?`,
    );
  return text;
}

function fail(name: string, cause: unknown): never {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") throw new DataError(`${name}: no such file`, cause);
  if (code === "EACCES" || code === "EPERM") throw new DataError(`${name}: no permission to read it`, cause);
  throw new DataError(`${name}: cannot be read (${code ?? String(cause)})`, cause);
}

/** A path as a message shows it; one with line breaks in its name in quotes, with them escaped. */
function oneLine(path: string): string {
  return /\p{Cc}/u.test(path) ? JSON.stringify(path) : path;
}
