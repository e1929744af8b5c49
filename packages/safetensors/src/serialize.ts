import { DTypeError, describe, OptionError, Tensor } from "@unroll/tensor";
import { isLittleEndian, reverseGroups } from "./bytes.ts";
import { fileDTypes, writtenDTypes } from "./dtypes.ts";
import { SafetensorsError } from "./errors.ts";
import { maxHeaderLength, metadataKey, prefixLength } from "./header.ts";

/** A file in pieces, so that writing one to disk needs no copy of the whole. */
export interface Layout {
  /** The length and the header, padded with spaces so that the values begin at a multiple of eight. */
  readonly head: Uint8Array;
  /** In the order in which their values follow. */
  readonly tensors: readonly Tensor[];
  /** Bytes of all pieces. */
  readonly length: number;
}

/**
 * Writes named tensors as a safetensors file: float64 as F64, float32 as F32, int32 as I32, bool as BOOL.
 *
 * Equal tensors make equal bytes, the same as those of the reference implementation: widest dtype first, then by name,
 * with the header padded to a multiple of eight.
 *
 * Format: https://github.com/huggingface/safetensors
 *
 * @example
 * ```ts
 * const bytes = serialize({ weight_ih_l0: randn([4, 3]) }, { format: "pt" });
 * bytes.length; // 160
 * ```
 * @throws {DTypeError} when a value of `tensors` is no tensor
 * @throws {OptionError} when a name or the metadata cannot be written
 */
export function serialize(tensors: Record<string, Tensor>, metadata: Record<string, string> = {}): Uint8Array {
  const { head, tensors: ordered, length } = layOut("serialize", tensors, metadata);
  const file = new Uint8Array(length);
  file.set(head);
  let at = head.length;
  for (const tensor of ordered) {
    const bytes = encodeTensor(tensor);
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** Checks what is to be written and makes the header. */
export function layOut(fn: string, tensors: Record<string, Tensor>, metadata: Record<string, string>): Layout {
  if (typeof tensors !== "object" || tensors === null || Tensor.is(tensors))
    throw new DTypeError(`${fn}: expected an object of tensors by name, got ${describe(tensors)}`);
  const entries = Object.entries(tensors);
  for (const [name, value] of entries) {
    checkText(fn, "the name", name);
    if (name === metadataKey)
      throw new OptionError(`${fn}: a tensor cannot be called ${metadataKey}, which names the metadata`);
    if (!Tensor.is(value))
      throw new DTypeError(`${fn}: expected a tensor for ${JSON.stringify(name)}, got ${describe(value)}`);
  }
  entries.sort(
    ([aName, a], [bName, b]) => writtenDTypes[a.dtype].rank - writtenDTypes[b.dtype].rank || byCodePoint(aName, bName),
  );
  const parts = metadataParts(fn, metadata);
  let offset = 0;
  for (const [name, { dtype, shape, size }] of entries) {
    const { name: written } = writtenDTypes[dtype];
    const end = offset + size * fileDTypes[written].width;
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: written, shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const head = frame(fn, `{${parts.join(",")}}`);
  return { head, tensors: entries.map(([, value]) => value), length: head.length + offset };
}

function metadataParts(fn: string, metadata: Record<string, string>): string[] {
  if (typeof metadata !== "object" || metadata === null)
    throw new OptionError(`${fn}: expected an object of texts as metadata, got ${describe(metadata)}`);
  const entries = Object.entries(metadata);
  for (const [key, value] of entries) {
    checkText(fn, "the metadata key", key);
    if (typeof value !== "string")
      throw new OptionError(`${fn}: expected text for the metadata ${JSON.stringify(key)}, got ${describe(value)}`);
    checkText(fn, "the metadata", value);
  }
  return entries.length === 0 ? [] : [`${JSON.stringify(metadataKey)}:${JSON.stringify(Object.fromEntries(entries))}`];
}

function frame(fn: string, json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > maxHeaderLength)
    throw new SafetensorsError(`${fn}: expected a header of at most ${maxHeaderLength} bytes, got ${length}`);
  const head = new Uint8Array(prefixLength + length).fill(0x20, prefixLength);
  new DataView(head.buffer).setUint32(0, length, true);
  head.set(text, prefixLength);
  return head;
}

/** The values of a tensor as the format wants them: the tensor's own bytes where they are so already. */
export function encodeTensor(tensor: Tensor): Uint8Array {
  const data = tensor.data;
  // Any value other than 0 is true to every operation, but only 1 is true in a file.
  if (tensor.dtype === "bool") return Uint8Array.from(data, (value) => (value === 0 ? 0 : 1));
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return isLittleEndian() ? bytes : reverseGroups(bytes.slice(), data.BYTES_PER_ELEMENT);
}

function checkText(fn: string, what: string, text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new OptionError(
      `${fn}: ${what} ${JSON.stringify(text)} holds half of a surrogate pair, which UTF-8 cannot write`,
    );
}

/** The order of UTF-8 bytes, which for characters beyond U+FFFF is not the order that `<` gives. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Halves of surrogate pairs stand for characters beyond all others, though their numbers lie below some. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
