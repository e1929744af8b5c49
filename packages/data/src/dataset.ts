import { DTypeError, IndexError, ShapeError, select, Tensor } from "@unroll/tensor";
import { checkList, show } from "./check.ts";

/**
 * Samples by index. Anything with these two members is one; transforms take datasets and return datasets, and compute
 * a sample only when it is asked for.
 */
export interface Dataset<T> {
  readonly length: number;
  /** The sample at `index`, a whole number in [0, length). */
  get(index: number): T;
}

/** Samples in an order of their own, whose number need not be known: any iterable, synchronous or not. */
export type IterableDataset<T> = Iterable<T> | AsyncIterable<T>;

/**
 * The values of an array as a dataset; later changes of the array show.
 *
 * @example
 * ```ts
 * fromArray(["a", "b"]).get(1); // "b"
 * ```
 */
export function fromArray<T>(values: ArrayLike<T>): Dataset<T> {
  if (typeof values !== "string") checkList("fromArray", "an array", values);
  return {
    get length(): number {
      return values.length;
    },
    get: (index) => values[checkIndex("fromArray", index, values.length)],
  };
}

/**
 * Tensors of equally many rows as one dataset, each sample a tuple of their rows. PyTorch: `TensorDataset`.
 *
 * @example
 * ```ts
 * const [x, y] = fromTensors(tensor([[1, 2], [3, 4]]), tensor([0, 1])).get(1);
 * x.toArray(); // [3, 4]
 * y.item(); // 1
 * ```
 * @throws {ShapeError} when the numbers of rows differ
 */
export function fromTensors<Tensors extends readonly Tensor[]>(
  ...tensors: Tensors
): Dataset<{ [K in keyof Tensors]: Tensor }> {
  for (const value of tensors)
    if (!Tensor.is(value)) throw new DTypeError(`fromTensors: expected tensors, got ${show(value)}`);
  const sizes = tensors.map(({ shape }) => shape[0]);
  if (sizes.length === 0 || sizes.some((size) => size === undefined || size !== sizes[0]))
    throw new ShapeError(
      `fromTensors: expected tensors with equally many rows, got ${tensors.map(({ shape }) => `[${shape.join(", ")}]`).join(" and ") || "none"}`,
    );
  return {
    length: sizes[0],
    get: (index) => {
      checkIndex("fromTensors", index, sizes[0]);
      return tensors.map((rows) => select(rows, 0, index)) as { [K in keyof Tensors]: Tensor };
    },
  };
}

/**
 * Each sample put through `transform`, anew at every access.
 *
 * @example
 * ```ts
 * map(fromArray([1, 2]), (n) => n * n).get(1); // 4
 * ```
 */
export function map<T, U>(dataset: Dataset<T>, transform: (sample: T, index: number) => U): Dataset<U> {
  const source = checkDataset("map", dataset);
  if (typeof transform !== "function") throw new DTypeError(`map: expected a function, got ${show(transform)}`);
  return {
    get length(): number {
      return source.length;
    },
    get: (index) => transform(source.get(checkIndex("map", index, source.length)), index),
  };
}

/** The samples of a dataset from first to last. */
export function* iterate<T>(dataset: Dataset<T>): IterableIterator<T> {
  const source = checkDataset("iterate", dataset);
  for (let index = 0; index < source.length; index++) yield source.get(index);
}

/** Returns `source` when it can be iterated, at once or asynchronously. */
export function checkSource<T>(fn: string, source: IterableDataset<T>): IterableDataset<T> {
  const value = source as Partial<Iterable<T> & AsyncIterable<T>> | null | undefined;
  if (typeof value?.[Symbol.asyncIterator] === "function" || typeof value?.[Symbol.iterator] === "function")
    return source;
  throw new DTypeError(`${fn}: expected an iterable of samples, got ${show(source)}`);
}

/** Returns `index` when it is a whole number in [0, length). */
export function checkIndex(fn: string, index: number, length: number): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new IndexError(`${fn}: expected an index in [0, ${length}), got ${show(index)}`);
}

/** Returns `dataset` when it has the two members of one. */
export function checkDataset<T>(fn: string, dataset: Dataset<T>): Dataset<T> {
  const value = dataset as Partial<Dataset<T>> | null | undefined;
  if (
    typeof value === "object" &&
    value !== null &&
    typeof value.get === "function" &&
    Number.isSafeInteger(value.length)
  )
    return dataset;
  const hint = Array.isArray(value) ? "; use fromArray" : "";
  throw new DTypeError(`${fn}: expected a dataset with length and get, got ${show(value)}${hint}`);
}
