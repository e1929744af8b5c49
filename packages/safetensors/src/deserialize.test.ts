import { DTypeError, OptionError, tensor, UnrollError } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { deserialize } from "./deserialize.ts";
import { SafetensorsError } from "./errors.ts";
import { serialize } from "./serialize.ts";

/** A file of this header text, this many bytes of zeros, and a length that may lie. */
function fileOf(header: string | Uint8Array, dataLength = 0, length?: bigint): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + text.length + dataLength);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const one = (dtype: string, shape: string, offsets: string): string =>
  `{"a":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`;

function errorOf(file: Uint8Array): SafetensorsError {
  try {
    deserialize(file);
  } catch (error) {
    if (SafetensorsError.is(error)) return error;
    throw error;
  }
  throw new Error("expected a SafetensorsError, got tensors");
}

describe("the error", () => {
  it("is typed, names the byte and is recognised by its brand", () => {
    const error = errorOf(new Uint8Array(3));
    expect(error.message).toBe("deserialize: expected at least 8 bytes, got a file of 3 (byte 3)");
    expect(error.byte).toBe(3);
    expect(error).toBeInstanceOf(UnrollError);
    expect(UnrollError.is(error)).toBe(true);
    expect(SafetensorsError.is(new OptionError("x"))).toBe(false);
    expect(SafetensorsError.is(new Error("x"))).toBe(false);
  });
});

describe("a lying length", () => {
  it.each([
    ["longer than the file", fileOf("{}", 0, 3n), "expected a header of 3 bytes, got a file that ends after 2", 10],
    ["beyond the cap", fileOf("{}", 0, 100_000_001n), "at most 100000000 bytes, got length 100000001", 0],
    ["beyond 2^53", fileOf("{}", 0, 0xffffffffffffffffn), "at most 100000000 bytes", 0],
    ["zero", fileOf("{}", 0, 0n), "expected an opening brace first", 8],
    ["shorter than the header", fileOf("{} ", 0, 1n), "expected a key in quotes, got the end", 9],
  ])("%s is refused", (_, file, message, byte) => {
    const error = errorOf(file);
    expect(error.message).toContain(message);
    expect(error.byte).toBe(byte);
  });
});

describe("a header that is no JSON", () => {
  it.each([
    ["no brace first", " {}", "expected an opening brace first", 8],
    ["an array", "[]", "expected an opening brace first", 8],
    ["text after the end", "{}x", 'expected the end of the JSON, got "x"', 10],
    ["NUL padding", "{}\0", 'got "\\u0000"', 10],
    ["a missing colon", '{"a" {}}', 'expected a colon, got "{"', 13],
    ["a trailing comma", '{"__metadata__":{},}', 'expected a key in quotes, got "}"', 27],
    ["an endless string", '{"abc', "a string does not end", 9],
    ["a control character", '{"a\nb":1}', "control character", 11],
    ["an unknown escape", '{"\\x":1}', "unknown escape", 10],
    ["a short escape", '{"\\u12":1}', "unknown escape", 10],
    ["half a surrogate pair", '{"\\ud800":1}', "surrogate", 9],
    ["NaN", '{"a":NaN}', 'expected a JSON value, got "N"', 13],
    ["a bare minus", '{"a":-}', 'expected a JSON value, got "-"', 13],
    ["a leading zero", one("F32", "[01]", "[0,4]"), "expected a comma or a closing bracket", 38],
    ["a byte order mark", "\ufeff{}", "expected an opening brace first", 8],
    ["deep nesting", `{"a":${"[".repeat(100_000)}`, "at most 32 nested values", 45],
    ["a multi-byte character before the fault", '{"ä":x}', 'got "x"', 14],
  ])("%s is refused", (_, header, message, byte) => {
    const error = errorOf(fileOf(header));
    expect(error.message).toContain(message);
    expect(error.byte).toBe(byte);
  });

  it("names the first byte that is not UTF-8", () => {
    const file = fileOf('{"name":1}');
    file[12] = 0xff;
    expect(errorOf(file).message).toBe("deserialize: expected UTF-8 in the header (byte 12)");
    const cut = fileOf('{"name":1}');
    cut[17] = 0xc3;
    expect(errorOf(cut).byte).toBe(18);
  });
});

describe("a header that says nonsense", () => {
  const at = (header: string, part: string): number => 8 + header.indexOf(part);
  it.each([
    [
      "duplicate tensors",
      '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{}}',
      '"a" appears twice',
      ',"a"',
      1,
    ],
    ["duplicate fields", '{"a":{"dtype":"F32","dtype":"F32"}}', '"dtype" appears twice', ',"dtype"', 1],
    ["an escaped duplicate", '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"\\u0061":{}}', "twice", ',"\\', 1],
    ["a tensor that is no object", '{"a":[]}', 'expected an object for tensor "a", got an array', "[]", 0],
    ["metadata that is no object", '{"__metadata__":null}', "expected an object for __metadata__, got null", "null", 0],
    [
      "metadata that is no text",
      '{"__metadata__":{"k":1}}',
      'text for "k" in __metadata__, got the number 1',
      "1}}",
      0,
    ],
    ["a missing dtype", '{"a":{"shape":[],"data_offsets":[0,4]}}', 'tensor "a" has no dtype', '{"shape', 0],
    ["a missing shape", '{"a":{"dtype":"F32","data_offsets":[0,4]}}', "has no shape", '{"dtype', 0],
    ["missing offsets", '{"a":{"dtype":"F32","shape":[]}}', "has no data_offsets", '{"dtype', 0],
    ["a dtype that is no text", '{"a":{"dtype":32,"shape":[],"data_offsets":[0,4]}}', "a dtype in quotes", "32", 0],
    ["a negative size", one("F32", "[-1]", "[0,4]"), 'whole numbers >= 0 for tensor "a": shape, got -1', "-1", 0],
    ["a fractional size", one("F32", "[1.5]", "[0,4]"), "got 1.5", "1.5", 0],
    ["a size with an exponent", one("F32", "[1e0]", "[0,4]"), "got 1e0", "1e0", 0],
    ["a size in quotes", one("F32", '["1"]', "[0,4]"), "got string", '"1"', 0],
    ["a null size", one("F32", "[null]", "[0,4]"), "got null", "null", 0],
    ["a huge size", one("F32", "[9007199254740993]", "[0,4]"), "9007199254740993 is too large", "9007199254740993", 0],
    ["an overflowing shape", one("F32", "[4294967296,4294967296]", "[0,4]"), "the shape overflows", "[4294967296", 0],
    ["a shape that is no array", one("F32", "4", "[0,4]"), "expected an array", "4,", 0],
    ["one offset", one("F32", "[1]", "[0]"), "expected two data_offsets, got 1", "[0]", 0],
    ["three offsets", one("F32", "[1]", "[0,4,8]"), "expected two data_offsets, got 3", "[0,4,8]", 0],
    ["backward offsets", one("F32", "[1]", "[4,0]"), "run backwards, from 4 to 0", "[4,0]", 0],
    [
      "a span that does not fit",
      one("F32", "[2]", "[0,4]"),
      "F32 of shape [2] needs 8 bytes, its data_offsets span 4",
      "[0,4]",
      0,
    ],
    [
      "overflowing offsets",
      one("I8", "[1]", "[9007199254740990,9007199254740991]"),
      "data_offsets overflow",
      "[9007",
      0,
    ],
    [
      "an unreadable dtype",
      one("F8_E4M3", "[4]", "[0,4]"),
      'cannot read dtype "F8_E4M3", expected one of F64,',
      '"F8',
      0,
    ],
    ["an unknown dtype", one("toString", "[4]", "[0,4]"), 'cannot read dtype "toString"', '"toString', 0],
  ])("%s is refused", (_, header, message, part, shift) => {
    const error = errorOf(fileOf(header, 4));
    expect(error.message).toContain(message);
    expect(error.byte).toBe(at(header, part) + shift);
  });

  it("may hold fields that this reader does not know", () => {
    const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"later":[{"x":true}]}}';
    expect(deserialize(fileOf(header, 4)).tensors.a.toArray()).toEqual([0]);
  });
});

describe("values that do not lie as the header says", () => {
  const two = (first: string, second: string): string =>
    `{"a":{"dtype":"F32","shape":[1],"data_offsets":${first}},"b":{"dtype":"F32","shape":[1],"data_offsets":${second}}}`;
  it.each([
    ["overlap", two("[0,4]", "[2,6]"), 6, 'tensor "b" begins at byte 117 and overlaps tensor "a", which ends at 119'],
    ["coincide", two("[0,4]", "[0,4]"), 4, 'tensor "b" begins at byte 115 and overlaps tensor "a"'],
    ["leave a gap", two("[0,4]", "[8,12]"), 12, 'tensor "b" begins at byte 124 and leaves a gap after tensor "a"'],
    ["begin late", one("F32", "[1]", "[4,8]"), 8, "leaves a gap after the header"],
    ["end beyond the file", two("[0,4]", "[4,8]"), 7, 'tensor "b" ends at byte 123, beyond the end of the file at 122'],
  ])("they %s", (_, header, dataLength, message) => {
    expect(errorOf(fileOf(header, dataLength)).message).toContain(message);
  });

  it("bytes are left over", () => {
    const header = one("F32", "[1]", "[0,4]");
    const error = errorOf(fileOf(header, 6));
    expect(error.message).toContain('expected the file to end after tensor "a", got 2 more bytes');
    expect(error.byte).toBe(8 + header.length + 4);
  });

  it("a claim of petabytes fails before anything is allocated", () => {
    const error = errorOf(fileOf(one("F64", "[1125899906842000]", "[0,9007199254736000]"), 8));
    expect(error.message).toContain("beyond the end of the file");
  });

  it("any truncation is an error", () => {
    const file = serialize({ a: tensor([1, 2, 3]), b: tensor([[true], [false]]) });
    for (let length = 0; length < file.length; length++) {
      expect(() => deserialize(file.subarray(0, length))).toThrow(SafetensorsError);
    }
  });
});

describe("values that do not fit", () => {
  it.each([
    ["I64", 8, (view: DataView, at: number) => view.setBigInt64(at, 2147483648n, true), "got 2147483648"],
    [
      "I64",
      8,
      (view: DataView, at: number) => view.setBigInt64(at, -9223372036854775808n, true),
      "got -9223372036854775808",
    ],
    [
      "U64",
      8,
      (view: DataView, at: number) => view.setBigUint64(at, 18446744073709551615n, true),
      "got 18446744073709551615",
    ],
    ["U32", 4, (view: DataView, at: number) => view.setUint32(at, 4294967295, true), "got 4294967295"],
  ])("%s names the dtype, the value and the byte", (dtype, width, write, message) => {
    const file = fileOf(one(dtype, "[2]", `[0,${2 * width}]`), 2 * width);
    write(new DataView(file.buffer), file.length - width);
    const error = errorOf(file);
    expect(error.message).toContain(`tensor "a": expected ${dtype} values that fit int32, ${message}`);
    expect(error.byte).toBe(file.length - width);
  });

  it("unsigned integers that fit are read", () => {
    for (const [dtype, width] of [
      ["U64", 8],
      ["U32", 4],
      ["U16", 2],
      ["U8", 1],
    ] as const) {
      const file = fileOf(one(dtype, "[1]", `[0,${width}]`), width);
      file[file.length - width] = 0xfe;
      expect(deserialize(file).tensors.a.toArray()).toEqual([0xfe]);
    }
  });

  it("a mask holds 0 or 1", () => {
    const file = serialize({ mask: tensor([true, false]) });
    file[file.length - 1] = 2;
    const error = errorOf(file);
    expect(error.message).toContain('tensor "mask": expected 0 or 1 for BOOL, got 2');
    expect(error.byte).toBe(file.length - 1);
  });
});

describe("options", () => {
  const file = serialize({ a: tensor([1, 2]), b: tensor([3]), c: tensor([true]) });

  it("names picks tensors, and names what is missing", () => {
    expect(Object.keys(deserialize(file, { names: ["c", "a"] }).tensors)).toEqual(["a", "c"]);
    expect(() => deserialize(file, { names: ["a", "z"] })).toThrow("deserialize: no tensor z; the file has a, b, c");
    expect(() => deserialize(file, { names: ["z"] })).toThrow(OptionError);
  });

  it("tensors own their values unless they share the bytes", () => {
    const copied = deserialize(file).tensors.a;
    const shared = deserialize(file, { share: true }).tensors.a;
    expect(copied.data.buffer).not.toBe(file.buffer);
    expect(shared.data.buffer).toBe(file.buffer);
    expect(shared.toArray()).toEqual([1, 2]);
  });

  it("owns its values when the bytes are a Buffer of Node, whose slice makes a view", () => {
    const buffer = Buffer.from(file);
    const { a, c } = deserialize(buffer).tensors;
    buffer.fill(0);
    expect(a.toArray()).toEqual([1, 2]);
    expect(c.toArray()).toEqual([true]);
  });

  it("copies values that lie at an odd address even when sharing is allowed", () => {
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const { a, c } = deserialize(shifted.subarray(1), { share: true }).tensors;
    expect(a.data.buffer).not.toBe(shifted.buffer);
    expect(a.toArray()).toEqual([1, 2]);
    expect(c.data.buffer).toBe(shifted.buffer);
  });

  it("takes an ArrayBuffer, and nothing that holds no bytes", () => {
    expect(deserialize(file.buffer as ArrayBuffer).tensors.b.toArray()).toEqual([3]);
    expect(() => deserialize([1, 2] as unknown as Uint8Array)).toThrow(DTypeError);
    expect(() => deserialize(null as unknown as Uint8Array)).toThrow("got null");
    expect(() => deserialize("x" as unknown as Uint8Array)).toThrow("got string");
  });

  it("names the nearest option", () => {
    expect(() => deserialize(file, { name: ["a"] } as unknown as { names: string[] })).toThrow("did you mean names");
  });
});
