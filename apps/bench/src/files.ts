import { existsSync } from "node:fs";
import { access, constants, mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { InputError } from "./input-error.ts";

/** Writes a file so that it is either whole or not there: under another name first, then renamed. Makes its folder. */
export async function writeWhole(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  // Two programs that write the same file must not share a draft.
  const draft = `${file}.${process.pid}.part`;
  await writeFile(draft, content);
  await rename(draft, file);
}

/**
 * Makes a folder for results, before the work whose results it shall hold.
 *
 * @throws {InputError} when it cannot be made or written to, or already holds one of `files`
 */
export async function claimFolder(option: string, folder: string, files: readonly string[]): Promise<void> {
  const taken = files.find((file) => existsSync(path.join(folder, file)));
  if (taken !== undefined)
    throw new InputError(`${option}: ${folder} already holds a ${taken}; name another folder, or move it away`);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new InputError(`${option}: cannot write to ${folder}: ${(error as Error).message}`);
  }
}
