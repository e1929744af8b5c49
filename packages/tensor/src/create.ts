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
 * @throws {DTypeError} when a value is neither number nor boolean
 */
export function tensor(values: NestedArray | readonly NestedArray[] | TypedArray, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options, ["dtype", "shape"]);
  const typed = ArrayBuffer.isView(values);
  const { flat, shape } = typed
    ? { flat: values as TypedArray, shape: [(values as TypedArray).length] }
    : flatten(values as NestedArray);
  const dtype = options.dtype === undefined ? dtypeOf(flat) : checkDType("tensor", options.dtype);
  const data = allocate(dtype, flat.length);
  if (dtype === "bool") for (let i = 0; i < flat.length; i++) data[i] = flat[i] ? 1 : 0;
  else data.set(flat as ArrayLike<number>);
  const out = options.shape === undefined ? shape : checkShape("tensor", options.shape);
  if (sizeOf(out) !== flat.length)
    throw new ShapeError(`tensor: ${formatShape(out)} needs ${sizeOf(out)} values, got ${flat.length}`);
  return new Tensor([...out], dtype, { data, version: 0 });
}

function dtypeOf(flat: ArrayLike<number | boolean>): DType {
  if (flat instanceof Float32Array) return "float32";
  if (flat instanceof Float64Array) return "float64";
  if (flat instanceof Int32Array) return "int32";
  if (ArrayBuffer.isView(flat)) throw new DTypeError(`tensor: say which dtype a ${flat.constructor.name} holds`);
  return flat.length > 0 && typeof flat[0] === "boolean" ? "bool" : "float32";
}

function flatten(values: NestedArray): { flat: (number | boolean)[]; shape: number[] } {
  const shape: number[] = [];
  for (let level: NestedArray = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: (number | boolean)[] = [];
  const visit = (value: NestedArray, axis: number): void => {
    if (axis === shape.length) {
      if (Array.isArray(value))
        throw new ShapeError(`tensor: ragged arrays, expected shape ${formatShape(shape)} but found a deeper array`);
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw new DTypeError(`tensor: expected numbers or booleans, got ${value === null ? "null" : typeof value}`);
      }
      flat.push(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[axis]) {
      throw new ShapeError(
        `tensor: ragged arrays, expected ${shape[axis]} entries on axis ${axis}, found ${Array.isArray(value) ? value.length : String(value)}`,
      );
    }
    for (const entry of value) visit(entry, axis + 1);
  };
  visit(values, 0);
  return { flat, shape };
}
