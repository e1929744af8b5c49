import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { checkOptions, describe, OptionError, type Tensor } from "@unroll/tensor";
import { decodeTensor } from "../decode.ts";
import { type SafetensorsFile, selectEntries } from "../deserialize.ts";
import { SafetensorsError } from "../errors.ts";
import { prefixLength, readHeader, readHeaderLength } from "../header.ts";
import { encodeTensor, layOut } from "../serialize.ts";

/** Options of {@link loadFile}. */
export interface LoadFileOptions {
  /** Which tensors to read; all unless given. The values of the others stay on the disk. */
  names?: readonly string[];
}

/**
 * Reads a safetensors file: first its header, which is checked against the size of the file, then one tensor at a time.
 *
 * @example
 * ```ts
 * await loadFile("no-such.safetensors"); // SafetensorsError: loadFile: cannot open no-such.safetensors: ENOENT…
 * ```
 * @throws {SafetensorsError} when the file cannot be opened, is no valid file or holds a dtype or value that cannot be read
 * @throws {OptionError} when `names` lists a tensor that is not there
 */
export async function loadFile(file: string, options: LoadFileOptions = {}): Promise<SafetensorsFile> {
  checkPath("loadFile", file);
  checkOptions("loadFile", options, ["names"]);
  const fn = `loadFile ${file}`;
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw new SafetensorsError(`loadFile: cannot open ${file}: ${reason(cause)}`, undefined, cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new SafetensorsError(`loadFile: expected a regular file, got ${file}`);
    const prefix = await readSpan(fn, handle, 0, Math.min(prefixLength, stat.size));
    const length = readHeaderLength(fn, prefix, stat.size);
    const header = readHeader(fn, await readSpan(fn, handle, prefixLength, prefixLength + length), stat.size);
    const tensors: [string, Tensor][] = [];
    for (const entry of selectEntries(fn, header.entries, options.names)) {
      const bytes = await readSpan(fn, handle, entry.begin, entry.end);
      tensors.push([entry.name, decodeTensor(fn, entry, bytes, true)]);
    }
    return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
  } finally {
    await handle.close();
  }
}

async function readSpan(fn: string, handle: FileHandle, begin: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - begin);
  let done = 0;
  while (done < bytes.length) {
    // One read takes at most 2^31 - 1 bytes.
    const length = Math.min(bytes.length - done, 0x40000000);
    const { bytesRead } = await handle.read(bytes, done, length, begin + done);
    if (bytesRead === 0) throw new SafetensorsError(`${fn}: the file became shorter while it was read`, begin + done);
    done += bytesRead;
  }
  return bytes;
}

/**
 * Writes named tensors as a safetensors file. The file appears whole or not at all: the bytes go to a neighbour that
 * takes the name once they are on the disk, so a crash leaves the previous file as it was.
 *
 * @example
 * ```ts
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 *
 * const file = join(tmpdir(), "model.safetensors");
 * await saveFile(file, { weight: tensor([1, 2]) }, { epoch: "3" });
 * const { tensors } = await loadFile(file, { names: ["weight"] });
 * tensors.weight.toArray(); // [1, 2]
 * ```
 * @throws {DTypeError} when a value of `tensors` is no tensor
 * @throws {OptionError} when a name or the metadata cannot be written
 * @throws {SafetensorsError} when the file cannot be written
 */
export async function saveFile(
  file: string,
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
): Promise<void> {
  checkPath("saveFile", file);
  const layout = layOut("saveFile", tensors, metadata);
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, "wx");
    try {
      await writeAll(handle, layout.head);
      for (const tensor of layout.tensors) await writeAll(handle, encodeTensor(tensor));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new SafetensorsError(`saveFile: cannot write ${file}: ${reason(cause)}`, undefined, cause);
  }
}

function checkPath(fn: string, file: unknown): void {
  if (typeof file !== "string") throw new OptionError(`${fn}: expected the path of a file, got ${describe(file)}`);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length)
    done += (await handle.write(bytes, done, Math.min(bytes.length - done, 0x40000000))).bytesWritten;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
