import type { DType, TypedArray } from "./dtype.ts";
import { ShapeError, TracedValueError } from "./errors.ts";
import { formatTensor } from "./format.ts";
import { type Origin, ownOrigin } from "./origin.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

const brand = Symbol.for("unroll.tensor");

/** The values behind one tensor and its views. `data` is absent while a trace is made. */
export interface Storage {
  readonly data: TypedArray | undefined;
  /** Raised by every write in place; what was computed from an older version is stale. */
  version: number;
  /** What the wasm engine keeps of matrices that were packed from here. */
  panels?: object[];
}

/** Nested arrays of numbers, or of booleans for `bool` tensors. */
export type NestedArray = number | boolean | NestedArray[];

/**
 * A contiguous, row-major block of numbers with a shape and a dtype, owned by the garbage collector.
 *
 * Tensors are immutable by convention: functions return new ones, and only `assign`, `mutate`, `loadStateDict` and
 * optimizer steps write in place.
 *
 * @example
 * ```ts
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * [x.shape, x.dtype, x.size]; // [[2, 3], "float32", 6]
 * console.log(select(x, 0, 1));
 * // Tensor float32 [3]
 * // [4, 5, 6]
 * ```
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  /** @internal Shared by all views of the same values. */
  readonly storage: Storage;
  /** @internal Where this tensor's first value lies in the storage. */
  readonly offset: number;
  /** @internal Where the recorder keeps what it knows about this tensor. */
  node: object | undefined = undefined;
  #view: TypedArray | undefined = undefined;

  /** @internal Use `tensor(values)` or another constructor function. */
  constructor(shape: Shape, dtype: DType, storage: Storage, offset = 0) {
    (this as { [brand]?: Origin })[brand] = ownOrigin;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.storage = storage;
    this.offset = offset;
  }

  /** Whether `value` is a tensor of any copy of the package. */
  static is(value: unknown): value is Tensor {
    return typeof value === "object" && value !== null && brand in value;
  }

  /**
   * The values in row-major order, without a copy. Reading is free, writing is for `mutate` alone.
   *
   * @throws {TracedValueError} when the tensor is part of a trace and has none
   */
  get data(): TypedArray {
    if (this.#view !== undefined) return this.#view;
    const data = this.storage.data;
    if (data === undefined)
      throw new TracedValueError(
        `a tensor of shape ${formatShape(this.shape)} has no values while its function is being traced`,
      );
    this.#view =
      this.offset === 0 && this.size === data.length ? data : data.subarray(this.offset, this.offset + this.size);
    return this.#view;
  }

  /** The value of a tensor with exactly one element; 0 or 1 for `bool`. Throws a {@link ShapeError} for any other size. */
  item(): number {
    if (this.size !== 1) throw new ShapeError(`item: expected one value, got shape ${formatShape(this.shape)}`);
    return this.data[0];
  }

  /** The values as nested arrays, booleans for `bool`. */
  toArray(): NestedArray {
    const data = this.data;
    let at = 0;
    const build = (axis: number): NestedArray => {
      if (axis === this.shape.length) {
        const value = data[at++];
        return this.dtype === "bool" ? value !== 0 : value;
      }
      return Array.from({ length: this.shape[axis] }, () => build(axis + 1));
    };
    return build(0);
  }

  /** Shape, dtype and values, the middle of long axes left out. */
  toString(): string {
    return formatTensor(this);
  }

  /** @internal What `console.log` prints in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return formatTensor(this);
  }
}

/** @internal Which copy of the package made a tensor. */
export function originOf(value: Tensor): Origin {
  return (value as unknown as { [brand]: Origin })[brand];
}
