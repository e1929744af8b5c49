import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";

/** Writes a file so that it is either whole or not there: under another name first, then renamed. Makes its folder. */
export async function writeWhole(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.part`;
  await writeFile(draft, content);
  await rename(draft, file);
}
