import { describe } from "./describe.ts";
import { allocate, checkDType, type DType, type TypedArray } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { checkOptions } from "./options.ts";
import { checkShape, formatShape, sizeOf } from "./shape.ts";
import { type NestedArray, Tensor } from "./tensor.ts";

/** Options of {@link tensor}. */
export interface TensorOptions {
  /** Taken from the values unless given: booleans make bool, typed arrays keep their type, other numbers make float32. */
  dtype?: DType;
  /** Lays flat values out in this shape. */
  shape?: readonly number[];
}

/**
 * A tensor of the given values: a number, nested arrays, or a typed array; always a copy.
 *
 * @example
 * ```ts
 * tensor([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 * tensor(new Float64Array(6), { shape: [2, 3] }).dtype; // "float64"
 * ```
 * @throws {ShapeError} when nested arrays are ragged, or the values do not fill `shape`
 * @throws {DTypeError} when a value is neither number nor boolean, both are mixed, or int32 cannot hold one
 */
export function tensor(values: NestedArray | readonly NestedArray[] | TypedArray, options: TensorOptions = {}): Tensor {
  return tensorAs("tensor", values, options);
}

/** @internal The same, for a function that makes a tensor of its argument and is to be named in errors. */
export function tensorAs(fn: string, values: unknown, options: TensorOptions): Tensor {
  checkOptions(fn, options, ["dtype", "shape"]);
  const { flat, shape } = ArrayBuffer.isView(values) ? flatTyped(fn, values) : flatten(fn, values as NestedArray);
  const out = options.shape === undefined ? shape : checkShape(fn, options.shape);
  if (sizeOf(out) !== flat.length)
    throw new ShapeError(`${fn}: ${formatShape(out)} needs ${sizeOf(out)} values, got ${flat.length}`);
  const dtype = options.dtype === undefined ? dtypeOf(fn, flat) : checkDType(fn, options.dtype);
  const data = allocate(dtype, flat.length);
  if (dtype === "bool") for (let i = 0; i < flat.length; i++) data[i] = flat[i] ? 1 : 0;
  else data.set(flat as ArrayLike<number>);
  if (dtype === "int32" && !(flat instanceof Int32Array)) checkTruncated(fn, flat, data);
  return new Tensor(out, dtype, { data, version: 0 });
}

/** To int32 a number may lose its fraction, as in PyTorch, and nothing else. */
function checkTruncated(fn: string, flat: ArrayLike<number | boolean>, data: TypedArray): void {
  for (let i = 0; i < data.length; i++) {
    if (Math.trunc(Number(flat[i])) !== data[i]) throw new DTypeError(`${fn}: int32 cannot hold the number ${flat[i]}`);
  }
}

function flatTyped(fn: string, values: ArrayBufferView): { flat: ArrayLike<number>; shape: number[] } {
  // A DataView has no length, and the big integers of the 64-bit arrays are no numbers.
  const { length, 0: first } = values as unknown as ArrayLike<unknown>;
  if (typeof length !== "number" || (length > 0 && typeof first !== "number") || /^Big/.test(values.constructor.name))
    throw new DTypeError(`${fn}: expected an array of numbers, got ${describe(values)}`);
  return { flat: values as unknown as ArrayLike<number>, shape: [length] };
}

function dtypeOf(fn: string, flat: ArrayLike<number | boolean>): DType {
  if (flat instanceof Float32Array) return "float32";
  if (flat instanceof Float64Array) return "float64";
  if (flat instanceof Int32Array) return "int32";
  if (ArrayBuffer.isView(flat)) throw new DTypeError(`${fn}: say which dtype a ${flat.constructor.name} holds`);
  return flat.length > 0 && typeof flat[0] === "boolean" ? "bool" : "float32";
}

function flatten(fn: string, values: NestedArray): { flat: (number | boolean)[]; shape: number[] } {
  const shape: number[] = [];
  for (let level: NestedArray = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: (number | boolean)[] = [];
  const visit = (value: NestedArray, axis: number): void => {
    if (axis === shape.length) {
      if (Array.isArray(value))
        throw new ShapeError(`${fn}: ragged arrays, expected shape ${formatShape(shape)} but found a deeper array`);
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw new DTypeError(`${fn}: expected numbers or booleans, got ${describe(value)}`);
      }
      if (flat.length > 0 && typeof flat[0] !== typeof value)
        throw new DTypeError(`${fn}: numbers and booleans are mixed, got ${flat[0]} and ${value}`);
      flat.push(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[axis]) {
      throw new ShapeError(
        `${fn}: ragged arrays, expected ${shape[axis]} entries on axis ${axis}, found ${Array.isArray(value) ? value.length : describe(value)}`,
      );
    }
    for (const entry of value) visit(entry, axis + 1);
  };
  visit(values, 0);
  return { flat, shape };
}
