import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../errors.ts";
import { readTextFile } from "./read-text-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "data-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(content: string | Uint8Array, name = "text.txt"): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe("readTextFile", () => {
  it("reads UTF-8, without a byte order mark", async () => {
    expect(await readTextFile(write("Größe 😀\r\n\tx\f"))).toBe("Größe 😀\r\n\tx\f");
    expect(await readTextFile(write("\ufefftext"))).toBe("text");
  });

  it("lets a few control characters pass, as colour codes in a log", async () => {
    const text = "\u001b[31mred text\u001b[0m and more";
    expect(await readTextFile(write(text))).toBe(text);
  });

  it.each([
    ["an empty file", "", "expected text, got an empty file"],
    ["only a byte order mark", "\ufeff", "expected text, got an empty file"],
    ["only white space", " \n\t\n", "expected text, got only white space"],
    ["a NUL", "abc\0def", "expected text, got a NUL at byte 3; is it a binary file?"],
    ["Latin-1", Uint8Array.from([0x47, 0x72, 0xf6, 0xdf, 0x65]), "expected UTF-8 text, got other bytes"],
    ["UTF-16", Uint8Array.from([0xff, 0xfe, 0x61, 0]), "expected text, got a NUL at byte 3"],
    ["control characters", "\u0001\u0002\u0003abc", "expected text, got 3 control characters among 6"],
  ])("refuses %s", async (_, content, message) => {
    const file = write(content);
    await expect(readTextFile(file)).rejects.toThrow(`${file}: ${message}`);
    await expect(readTextFile(file)).rejects.toSatisfy(DataError.is);
  });

  it("refuses what is missing, a directory or a device", async () => {
    const missing = path.join(folder, "missing.txt");
    await expect(readTextFile(missing)).rejects.toThrow(`${missing}: no such file`);
    await expect(readTextFile(path.join(write("x"), "below"))).rejects.toThrow("no such file");
    await expect(readTextFile(folder)).rejects.toThrow(`${folder}: expected a text file, got a directory`);
    await expect(readTextFile("a\0b")).rejects.toThrow('"a\\u0000b": cannot be read (ERR_INVALID_ARG_VALUE)');
  });

  it.each([undefined, null, 5, {}])("refuses %s as a path", async (path) => {
    const read = readTextFile(path as unknown as string);
    await expect(read).rejects.toThrow("readTextFile: expected the path of a file, got ");
    await expect(read).rejects.toSatisfy(DataError.is);
  });

  it("says everything in one line, whatever the path", async () => {
    const error: unknown = await readTextFile(path.join(folder, "two\nlines")).catch((reason: unknown) => reason);
    expect(DataError.is(error) && error.message).toMatch(/^"[^\n]*two\\nlines": no such file$/);
  });
});
