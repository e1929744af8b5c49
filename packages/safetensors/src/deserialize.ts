import { checkBoolean, checkOptions, DTypeError, describe, OptionError, type Tensor } from "@unroll/tensor";
import { decodeTensor } from "./decode.ts";
import { type Entry, prefixLength, readHeader, readHeaderLength } from "./header.ts";

/** Options of {@link deserialize}. */
export interface DeserializeOptions {
  /** Which tensors to read; all unless given. */
  names?: readonly string[];
  /** Lets tensors lie on the given bytes where dtype and alignment allow it, instead of owning a copy; false unless given. */
  share?: boolean;
}

/** The contents of a file: tensors by name in the order of their values, and the free-form metadata. */
export interface SafetensorsFile {
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
}

/**
 * Reads the tensors of a safetensors file that lies in memory.
 *
 * F64, F32, I32 and BOOL keep their values; F16 and BF16 are widened to float32 exactly; the other integers become
 * int32 if they fit. Every size is checked against the bytes that are there before anything is allocated.
 *
 * Format: https://github.com/huggingface/safetensors
 *
 * @example
 * ```ts
 * const { tensors, metadata } = deserialize(serialize({ w: tensor([1, 2]) }, { epoch: "3" }));
 * tensors.w.toArray(); // [1, 2]
 * metadata; // { epoch: "3" }
 * ```
 * @throws {SafetensorsError} when the bytes are no valid file, naming the byte, or hold a dtype or value that cannot be read
 * @throws {OptionError} when `names` lists a tensor that is not there
 */
export function deserialize(bytes: Uint8Array | ArrayBuffer, options: DeserializeOptions = {}): SafetensorsFile {
  const fn = "deserialize";
  checkOptions(fn, options, ["names", "share"]);
  const file = asBytes(fn, bytes);
  const share = checkBoolean(fn, "share", options.share, false);
  const length = readHeaderLength(fn, file, file.length);
  const header = readHeader(fn, file.subarray(prefixLength, prefixLength + length), file.length);
  const tensors = selectEntries(fn, header.entries, options.names).map((entry): [string, Tensor] => [
    entry.name,
    decodeTensor(fn, entry, file.subarray(entry.begin, entry.end), share),
  ]);
  // fromEntries defines keys, so that a tensor called __proto__ is a key like any other.
  return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
}

function asBytes(fn: string, bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  throw new DTypeError(`${fn}: expected a Uint8Array or an ArrayBuffer, got ${describe(bytes)}`);
}

/** The entries that `names` asks for, in file order; throws when one is missing. */
export function selectEntries(
  fn: string,
  entries: readonly Entry[],
  names: readonly string[] | undefined,
): readonly Entry[] {
  if (names === undefined) return entries;
  if (!Array.isArray(names)) throw new OptionError(`${fn}: names must be an array of names, got ${describe(names)}`);
  const wanted = new Set(names);
  const found = entries.filter(({ name }) => wanted.delete(name));
  if (wanted.size > 0)
    throw new OptionError(
      `${fn}: no tensor ${[...wanted].join(", ")}; the file has ${entries.map(({ name }) => name).join(", ") || "none"}`,
    );
  return found;
}
