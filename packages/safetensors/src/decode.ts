import { allocate, type DType, Tensor, type TypedArray } from "@unroll/tensor";
import { isLittleEndian, reverseGroups } from "./bytes.ts";
import { type FileDType, fileDTypes } from "./dtypes.ts";
import { SafetensorsError } from "./errors.ts";
import { bfloat16ToFloat32Bits, float16ToFloat32Bits } from "./half.ts";
import type { Entry } from "./header.ts";

/**
 * The tensor that `entry` describes, from its own `bytes`.
 *
 * @param share lets the tensor lie on `bytes` where dtype and alignment allow it; otherwise it owns a copy
 */
export function decodeTensor(fn: string, entry: Entry, bytes: Uint8Array, share: boolean): Tensor {
  const { dtype } = fileDTypes[entry.dtype];
  const data = isNative(entry.dtype) ? native(entry.dtype, bytes, share) : convert(fn, entry, bytes, dtype);
  if (dtype === "bool") checkBooleans(fn, entry, data);
  return new Tensor([...entry.shape], dtype, { data, version: 0 });
}

const nativeArrays = { F64: Float64Array, F32: Float32Array, I32: Int32Array, BOOL: Uint8Array } as const;

function isNative(dtype: FileDType): dtype is keyof typeof nativeArrays {
  return Object.hasOwn(nativeArrays, dtype);
}

function native(dtype: keyof typeof nativeArrays, bytes: Uint8Array, share: boolean): TypedArray {
  const { width } = fileDTypes[dtype];
  const littleEndian = isLittleEndian();
  const usable = share && bytes.byteOffset % width === 0 && (littleEndian || width === 1);
  // Not slice: that of a Node Buffer makes a view.
  const own = usable ? bytes : new Uint8Array(bytes);
  if (!littleEndian && !usable) reverseGroups(own, width);
  return new nativeArrays[dtype](own.buffer as ArrayBuffer, own.byteOffset, own.length / width);
}

function checkBooleans(fn: string, { name, begin }: Entry, data: TypedArray): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i] > 1)
      throw new SafetensorsError(
        `${fn}: tensor ${JSON.stringify(name)}: expected 0 or 1 for BOOL, got ${data[i]}`,
        begin + i,
      );
  }
}

function convert(fn: string, entry: Entry, bytes: Uint8Array, dtype: DType): TypedArray {
  const { width } = fileDTypes[entry.dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = allocate(dtype, bytes.length / width);
  if (entry.dtype === "F16" || entry.dtype === "BF16") {
    const bits = entry.dtype === "F16" ? float16ToFloat32Bits : bfloat16ToFloat32Bits;
    const words = new Uint32Array(out.buffer as ArrayBuffer);
    for (let i = 0; i < words.length; i++) words[i] = bits(view.getUint16(2 * i, true));
    return out;
  }
  const read = integers[entry.dtype as IntegerDType];
  for (let i = 0; i < out.length; i++) {
    const value = read(view, i);
    if (value > 0x7fffffff || value < -0x80000000)
      throw new SafetensorsError(
        `${fn}: tensor ${JSON.stringify(entry.name)}: expected ${entry.dtype} values that fit int32, got ${value}`,
        entry.begin + i * width,
      );
    out[i] = Number(value);
  }
  return out;
}

type IntegerDType = "I64" | "I16" | "I8" | "U64" | "U32" | "U16" | "U8";

const integers: Readonly<Record<IntegerDType, (view: DataView, index: number) => number | bigint>> = {
  I64: (view, i) => view.getBigInt64(8 * i, true),
  U64: (view, i) => view.getBigUint64(8 * i, true),
  U32: (view, i) => view.getUint32(4 * i, true),
  I16: (view, i) => view.getInt16(2 * i, true),
  U16: (view, i) => view.getUint16(2 * i, true),
  I8: (view, i) => view.getInt8(i),
  U8: (view, i) => view.getUint8(i),
};
