import type { DType } from "@unroll/tensor";

/** The dtype names of the format whose values can be read. */
export type FileDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** Bytes per value, and what a tensor holds after reading. */
export interface FileDTypeInfo {
  readonly width: number;
  readonly dtype: DType;
}

/** How each readable dtype of the format becomes one of ours. */
export const fileDTypes: Readonly<Record<FileDType, FileDTypeInfo>> = {
  F64: { width: 8, dtype: "float64" },
  F32: { width: 4, dtype: "float32" },
  F16: { width: 2, dtype: "float32" },
  BF16: { width: 2, dtype: "float32" },
  I64: { width: 8, dtype: "int32" },
  I32: { width: 4, dtype: "int32" },
  I16: { width: 2, dtype: "int32" },
  I8: { width: 1, dtype: "int32" },
  U64: { width: 8, dtype: "int32" },
  U32: { width: 4, dtype: "int32" },
  U16: { width: 2, dtype: "int32" },
  U8: { width: 1, dtype: "int32" },
  BOOL: { width: 1, dtype: "bool" },
};

export function isFileDType(name: string): name is FileDType {
  return Object.hasOwn(fileDTypes, name);
}

/** What each of our dtypes is called in a file, in the order in which the reference implementation writes them: widest first. */
export const writtenDTypes: Readonly<Record<DType, { readonly name: FileDType; readonly rank: number }>> = {
  float64: { name: "F64", rank: 0 },
  float32: { name: "F32", rank: 1 },
  int32: { name: "I32", rank: 2 },
  bool: { name: "BOOL", rank: 3 },
};
