import { type FileDType, fileDTypes, isFileDType } from "./dtypes.ts";
import { SafetensorsError } from "./errors.ts";
import { type JsonNode, parseJson } from "./json.ts";
import { invalidUtf8At } from "./utf8.ts";

/** The reference implementation's cap, which keeps a lying length from becoming an allocation. */
export const maxHeaderLength = 100_000_000;
export const prefixLength = 8;
export const metadataKey = "__metadata__";

/** One tensor as the header describes it. */
export interface Entry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  /** First byte of the values and the byte after the last one, counted from the start of the file. */
  readonly begin: number;
  readonly end: number;
  /** Where the header speaks of this tensor, as an index into its text. */
  readonly at: number;
}

export interface Header {
  /** In the order of their values in the file. */
  readonly entries: readonly Entry[];
  readonly metadata: Record<string, string>;
}

/** Reads the length of the header from the first eight bytes of a file of `fileLength` bytes. */
export function readHeaderLength(fn: string, prefix: Uint8Array, fileLength: number): number {
  if (prefix.length < prefixLength)
    throw new SafetensorsError(
      `${fn}: expected at least ${prefixLength} bytes, got a file of ${fileLength}`,
      fileLength,
    );
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 0x100000000;
  if (length > maxHeaderLength)
    throw new SafetensorsError(`${fn}: expected a header of at most ${maxHeaderLength} bytes, got length ${length}`, 0);
  if (length > fileLength - prefixLength)
    throw new SafetensorsError(
      `${fn}: expected a header of ${length} bytes, got a file that ends after ${fileLength - prefixLength}`,
      fileLength,
    );
  return length;
}

/**
 * Reads and checks the header in `bytes` (without the length before it) of a file of `fileLength` bytes: whatever it
 * returns lies inside the file, without gap or overlap, and fits its shape and dtype.
 */
export function readHeader(fn: string, bytes: Uint8Array, fileLength: number): Header {
  const invalid = invalidUtf8At(bytes);
  if (invalid !== undefined) throw new SafetensorsError(`${fn}: expected UTF-8 in the header`, prefixLength + invalid);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const fail = (message: string, at: number): never => {
    throw new SafetensorsError(
      `${fn}: in the header, ${message}`,
      prefixLength + new TextEncoder().encode(text.slice(0, at)).length,
    );
  };
  if (text[0] !== "{") fail("expected an opening brace first", 0);
  const root = object(parseJson(text, fail), "an object", fail);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  const base = prefixLength + bytes.length;
  for (const [name, node] of root) {
    if (name === metadataKey) metadata = readMetadata(node, fail);
    else entries.push(readEntry(name, node, base, fail));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, base, fileLength, fn, fail);
  return { entries, metadata };
}

type FailAt = (message: string, at: number) => never;

function readMetadata(node: JsonNode, fail: FailAt): Record<string, string> {
  const strings: [string, string][] = [];
  for (const [key, { value, at }] of object(node, `an object for ${metadataKey}`, fail)) {
    if (typeof value !== "string")
      return fail(`expected text for ${JSON.stringify(key)} in ${metadataKey}, got ${kindOf(value)}`, at);
    strings.push([key, value]);
  }
  // fromEntries defines keys, so that one called __proto__ is a key like any other.
  return Object.fromEntries(strings);
}

function readEntry(name: string, node: JsonNode, base: number, fail: FailAt): Entry {
  const label = `tensor ${JSON.stringify(name)}`;
  const fields = object(node, `an object for ${label}`, fail);
  const field = (key: string): JsonNode => fields.get(key) ?? fail(`${label} has no ${key}`, node.at);

  const dtypeNode = field("dtype");
  const dtype = dtypeNode.value;
  if (typeof dtype !== "string") return fail(`${label}: expected a dtype in quotes`, dtypeNode.at);
  if (!isFileDType(dtype))
    return fail(
      `${label}: cannot read dtype ${JSON.stringify(dtype)}, expected one of ${Object.keys(fileDTypes).join(", ")}`,
      dtypeNode.at,
    );

  const shapeNode = field("shape");
  const shape = sizes(shapeNode, `${label}: shape`, fail);
  const { width } = fileDTypes[dtype];
  let needed = width;
  for (const size of shape) {
    needed *= size;
    if (!Number.isSafeInteger(needed)) fail(`${label}: the shape overflows`, shapeNode.at);
  }

  const offsetsNode = field("data_offsets");
  const offsets = sizes(offsetsNode, `${label}: data_offsets`, fail);
  if (offsets.length !== 2) fail(`${label}: expected two data_offsets, got ${offsets.length}`, offsetsNode.at);
  const [begin, end] = offsets;
  if (end < begin) fail(`${label}: data_offsets run backwards, from ${begin} to ${end}`, offsetsNode.at);
  if (end - begin !== needed)
    fail(
      `${label}: ${dtype} of shape [${shape.join(", ")}] needs ${needed} bytes, its data_offsets span ${end - begin}`,
      offsetsNode.at,
    );
  if (!Number.isSafeInteger(base + end)) fail(`${label}: data_offsets overflow`, offsetsNode.at);
  return { name, dtype, shape, begin: base + begin, end: base + end, at: offsetsNode.at };
}

/** The values must follow one another from the header to the end of the file. */
function checkCover(entries: readonly Entry[], base: number, fileLength: number, fn: string, fail: FailAt): void {
  let last = base;
  let before = "the header";
  for (const { name, begin, end, at } of entries) {
    const label = `tensor ${JSON.stringify(name)}`;
    if (begin < last) fail(`${label} begins at byte ${begin} and overlaps ${before}, which ends at ${last}`, at);
    if (begin > last)
      fail(`${label} begins at byte ${begin} and leaves a gap after ${before}, which ends at ${last}`, at);
    if (end > fileLength) fail(`${label} ends at byte ${end}, beyond the end of the file at ${fileLength}`, at);
    last = end;
    before = label;
  }
  if (last < fileLength)
    throw new SafetensorsError(
      `${fn}: expected the file to end after ${before}, got ${fileLength - last} more bytes`,
      last,
    );
}

function object(node: JsonNode, what: string, fail: FailAt): Map<string, JsonNode> {
  return node.value instanceof Map ? node.value : fail(`expected ${what}, got ${kindOf(node.value)}`, node.at);
}

function sizes(node: JsonNode, what: string, fail: FailAt): number[] {
  if (!Array.isArray(node.value)) return fail(`expected an array for ${what}, got ${kindOf(node.value)}`, node.at);
  return node.value.map(({ value, at }) => {
    const text = typeof value === "object" && value !== null && "number" in value ? value.number : undefined;
    if (text === undefined || !/^[0-9]+$/.test(text))
      return fail(`expected whole numbers >= 0 for ${what}, got ${text ?? kindOf(value)}`, at);
    const size = Number(text);
    if (!Number.isSafeInteger(size)) fail(`${what}: ${text} is too large`, at);
    return size;
  });
}

function kindOf(value: JsonNode["value"]): string {
  if (value === null) return "null";
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? `the number ${value.number}` : typeof value;
}
