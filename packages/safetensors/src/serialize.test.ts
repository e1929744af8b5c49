import { DTypeError, OptionError, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { deserialize } from "./deserialize.ts";
import { serialize } from "./serialize.ts";

const headerOf = (file: Uint8Array): string => {
  const length = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  return new TextDecoder().decode(file.subarray(8, 8 + length));
};

describe("serialize", () => {
  it("writes the length, the header padded to eight bytes, the values", () => {
    const file = serialize({ a: tensor([1, 2]) });
    const json = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    expect(headerOf(file)).toBe(json.padEnd(56, " "));
    expect(Array.from(file.subarray(0, 8))).toEqual([56, 0, 0, 0, 0, 0, 0, 0]);
    expect(Array.from(file.subarray(64))).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]);
  });

  it("writes an empty file as the reference implementation does", () => {
    expect(Array.from(serialize({}))).toEqual([8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, 32, 32, 32, 32, 32, 32]);
    expect(headerOf(serialize({}, { framework: "pt" })).trimEnd()).toBe('{"__metadata__":{"framework":"pt"}}');
  });

  it("puts the widest dtype first, then orders names as UTF-8 bytes", () => {
    const file = serialize({
      mask: tensor([true]),
      "😀": tensor([1]),
      "\uffee": tensor([2]),
      b: tensor([3]),
      ids: tensor(new Int32Array([4])),
      double: tensor(new Float64Array([5])),
    });
    expect(Object.keys(deserialize(file).tensors)).toEqual(["double", "b", "\uffee", "😀", "ids", "mask"]);
  });

  it("gives equal bytes whatever the order of the names", () => {
    const [a, b] = [tensor([1, 2]), tensor([[3]])];
    expect(serialize({ a, b })).toEqual(serialize({ b, a }));
  });

  it("writes a view of a larger tensor as its own values", () => {
    const whole = new Float32Array([1, 2, 3, 4]);
    const view = deserialize(serialize({ x: tensor(whole) }), { share: true }).tensors.x;
    expect(deserialize(serialize({ view })).tensors.view.toArray()).toEqual([1, 2, 3, 4]);
  });

  it("writes any value of a mask other than 0 as 1", () => {
    const mask = tensor([true, false, true]);
    mask.data[0] = 7;
    expect(Array.from(serialize({ mask }).subarray(-3))).toEqual([1, 0, 1]);
  });

  it("keeps names that JavaScript treats specially", () => {
    const tensors = Object.fromEntries([
      ["__proto__", tensor([1])],
      ["10", tensor([2])],
      ['quote " and \\ and \n', tensor([3])],
      ["", tensor([4])],
    ]);
    const back = deserialize(serialize(tensors, Object.fromEntries([["__proto__", "m"]])));
    expect(Object.keys(back.tensors).sort()).toEqual(Object.keys(tensors).sort());
    expect(Object.getOwnPropertyDescriptor(back.tensors, "__proto__")?.value.toArray()).toEqual([1]);
    expect(Object.entries(back.metadata)).toEqual([["__proto__", "m"]]);
  });

  it("refuses what is no tensor, naming the key", () => {
    expect(() => serialize({ w: [1, 2] as unknown as Tensor })).toThrow(DTypeError);
    expect(() => serialize({ w: [1, 2] as unknown as Tensor })).toThrow(
      'serialize: expected a tensor for "w", got an array',
    );
    expect(() => serialize(tensor([1]) as unknown as Record<string, Tensor>)).toThrow("got a tensor");
    expect(() => serialize(null as unknown as Record<string, Tensor>)).toThrow("got null");
  });

  it("refuses names and metadata that a file cannot hold", () => {
    expect(() => serialize({ __metadata__: tensor([1]) })).toThrow(OptionError);
    expect(() => serialize({ "\ud800": tensor([1]) })).toThrow("surrogate");
    expect(() => serialize({}, { a: "\udc00" })).toThrow("surrogate");
    expect(() => serialize({}, { a: 3 as unknown as string })).toThrow(
      'serialize: expected text for the metadata "a", got number',
    );
  });
});
