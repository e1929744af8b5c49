import { allocate, type DType, sameShape, sizeOf, type Tensor, tensor } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reverseGroups } from "./bytes.ts";
import { deserialize } from "./deserialize.ts";
import { SafetensorsError } from "./errors.ts";
import { serialize } from "./serialize.ts";

const dtypes = ["float32", "float64", "int32", "bool"] as const;
const word = fc.string({ unit: "grapheme", maxLength: 8 });
const name = word.filter((text) => text !== "__metadata__");
const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 3 });

/** Tensors of random bits, NaN payloads included. */
const anyTensor = fc.record({ dtype: fc.constantFrom(...dtypes), shape, seed: fc.integer() }).map(makeTensor);

function makeTensor({ dtype, shape, seed }: { dtype: DType; shape: number[]; seed: number }): Tensor {
  const data = allocate(dtype, sizeOf(shape));
  const bytes = new Uint8Array(data.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.imul(seed + i, 0x9e3779b1) >>> 24;
  return tensor(data, { dtype, shape });
}

const bytesOf = ({ data }: Tensor): number[] =>
  Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

describe("safetensors", () => {
  it("gives back what it was given, bit for bit", () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, anyTensor),
        fc.dictionary(word, word),
        fc.boolean(),
        (tensors, metadata, share) => {
          const file = serialize(tensors, metadata);
          const back = deserialize(file, { share });
          expect(back.metadata).toEqual({ ...metadata });
          expect(Object.keys(back.tensors).sort()).toEqual(Object.keys(tensors).sort());
          for (const [key, original] of Object.entries(tensors)) {
            const copy = back.tensors[key];
            expect(copy.dtype).toBe(original.dtype);
            expect(copy.shape).toEqual(original.shape);
            expect(bytesOf(copy)).toEqual(bytesOf(original));
          }
          expect(serialize(back.tensors, back.metadata)).toEqual(file);
        },
      ),
      { seed: 1, numRuns: 80 },
    );
  });

  it("turns damaged files into typed errors or valid tensors, never into anything else", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    const region = fc.constantFrom("header", "values", "file");
    let refused = 0;
    let read = 0;
    fc.assert(
      fc.property(fc.dictionary(name, anyTensor, { minKeys: 1 }), damage, region, (tensors, flips, where) => {
        const file = serialize(tensors, { format: "pt" });
        const data = 8 + new DataView(file.buffer).getUint32(0, true);
        const [begin, end] = where === "header" ? [0, data] : [where === "values" ? data : 0, file.length];
        for (const [at, value] of flips) if (begin < end) file[begin + (at % (end - begin))] = value;
        try {
          const back = deserialize(file);
          for (const { dtype, shape: sizes, data, size } of Object.values(back.tensors)) {
            expect(dtypes).toContain(dtype);
            expect(data.length).toBe(size);
            expect(sameShape(sizes, sizes.map(Math.trunc)) && sizes.every((n) => n >= 0)).toBe(true);
            if (dtype === "bool") expect(data.every((value) => value <= 1)).toBe(true);
          }
          expect(Object.keys(deserialize(serialize(back.tensors, back.metadata)).tensors)).toHaveLength(
            Object.keys(back.tensors).length,
          );
          read++;
        } catch (error) {
          if (!SafetensorsError.is(error)) throw error;
          expect(error.byte).toBeGreaterThanOrEqual(0);
          expect(error.byte).toBeLessThanOrEqual(file.length);
          refused++;
        }
      }),
      { seed: 2, numRuns: 600 },
    );
    // Both outcomes must occur, or the property says little.
    expect(refused).toBeGreaterThan(100);
    expect(read).toBeGreaterThan(100);
  });

  it("turns arbitrary bytes behind a plausible length into typed errors", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 80 }), (bytes, length) => {
        const file = new Uint8Array(8 + bytes.length);
        new DataView(file.buffer).setUint32(0, length, true);
        file.set(bytes, 8);
        expect(() => deserialize(file)).toThrow(SafetensorsError);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it("reverses the bytes of each value for a machine of the other byte order, and back", () => {
    const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Array.from(reverseGroups(bytes.slice(), 4))).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
    expect(reverseGroups(reverseGroups(bytes.slice(), 8), 8)).toEqual(bytes);
  });
});
