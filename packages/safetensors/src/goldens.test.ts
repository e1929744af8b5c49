import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { deserialize } from "./deserialize.ts";
import { bfloat16ToFloat32Bits, float16ToFloat32Bits } from "./half.ts";
import { serialize } from "./serialize.ts";

// Written by the reference implementation and PyTorch: tooling/goldens/safetensors_goldens.py.
const read = (name: string): Uint8Array => readFileSync(new URL(`./goldens/${name}`, import.meta.url));

type Listed = Record<string, { shape: number[]; values: (number | boolean | string)[] }>;
interface Values {
  lstm: Listed;
  halves: Listed;
  integers: Listed;
  digests: { float16: string; bfloat16: string };
}
const golden = JSON.parse(new TextDecoder().decode(read("values.json"))) as Values;

function expectValues(tensors: Record<string, Tensor>, listed: Listed): void {
  expect(Object.keys(tensors).sort()).toEqual(Object.keys(listed).sort());
  for (const [name, { shape, values }] of Object.entries(listed)) {
    expect(tensors[name].shape, name).toEqual(shape);
    expect(Array.from(tensors[name].data), name).toEqual(values.map(Number));
  }
}

describe("files of the reference implementation", () => {
  it("hold a PyTorch LSTM under PyTorch's keys, bit for bit", () => {
    const { tensors, metadata } = deserialize(read("lstm.safetensors"));
    expectValues(tensors, golden.lstm);
    expect(tensors.weight_ih_l0.shape).toEqual([16, 3]);
    expect(tensors.weight_hh_l1_reverse.dtype).toBe("float32");
    expect(Object.keys(tensors)).toHaveLength(16);
    expect(metadata).toEqual({ format: "pt" });
  });

  it("hold float16 and bfloat16, which widen to float32 exactly", () => {
    const { tensors } = deserialize(read("halves.safetensors"));
    expectValues(tensors, golden.halves);
    expect(tensors.half.dtype).toBe("float32");
    expect(Object.is(tensors.half.data[1], -0)).toBe(true);
    expect(tensors.half.data[2]).toBe(1 / 16777216);
    expect(tensors.brain.data[13]).toBeNaN();
  });

  it.each(["integers.safetensors", "unaligned.safetensors"])("%s holds the other dtypes", (name) => {
    for (const share of [false, true]) {
      const { tensors, metadata } = deserialize(read(name), { share });
      expectValues(tensors, golden.integers);
      expect(Object.fromEntries(Object.entries(tensors).map(([key, { dtype }]) => [key, dtype]))).toEqual({
        double: "float64",
        empty: "float32",
        i16: "int32",
        i32: "int32",
        i64: "int32",
        i8: "int32",
        mask: "bool",
        scalar: "float32",
        u8: "int32",
      });
      expect(metadata).toEqual({ note: "Größe 😀" });
    }
  });

  it("come out again byte for byte when every dtype is one that we write", () => {
    const file = read("lstm.safetensors");
    const { tensors, metadata } = deserialize(file);
    const shuffled = Object.fromEntries(Object.entries(tensors).reverse());
    expect(serialize(shuffled, metadata)).toEqual(new Uint8Array(file));
  });
});

describe("widening", () => {
  it.each([
    ["float16" as const, float16ToFloat32Bits],
    ["bfloat16" as const, bfloat16ToFloat32Bits],
  ])("agrees with PyTorch on all 65536 patterns of %s", (name, bits) => {
    const words = new Uint32Array(1);
    const value = new Float32Array(words.buffer);
    const hash = createHash("sha256");
    let nans = 0;
    for (let pattern = 0; pattern < 65536; pattern++) {
      words[0] = bits(pattern);
      if (Number.isNaN(value[0])) nans++;
      else hash.update(new Uint8Array(words.buffer.slice(0)));
    }
    expect(hash.digest("hex")).toBe(golden.digests[name]);
    // Both signs, all fractions but the one of infinity.
    expect(nans).toBe(name === "float16" ? 2 * 1023 : 2 * 127);
  });
});
