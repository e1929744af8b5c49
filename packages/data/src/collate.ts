import { DTypeError, ShapeError, stack, Tensor, type TypedArray, tensor } from "@unroll/tensor";
import { checkList, show } from "./check.ts";

/** What {@link defaultCollate} makes of samples of type `T`. */
export type Collated<T> = T extends Tensor | TypedArray | number | boolean
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Collated<T[K]> }
      : T extends object
        ? { [K in keyof T]: Collated<T[K]> }
        : T[];

/**
 * Turns samples into a batch as PyTorch's `default_collate` does: tensors of one shape are stacked along a new first
 * axis, numbers (float32) and booleans become tensors `[B]`, tuples and plain objects are collated member by member,
 * and whatever else comes stays a list. Sequences of unequal length want `padSequences` instead.
 *
 * @example
 * ```ts
 * const batch = defaultCollate([{ x: tensor([1, 2]), y: 0 }, { x: tensor([3, 4]), y: 1 }]);
 * batch.x.toArray(); // [[1, 2], [3, 4]]
 * batch.y.toArray(); // [0, 1]
 * ```
 * @throws {ShapeError} when shapes, tuple lengths or keys differ between samples
 */
export function defaultCollate<T>(samples: readonly T[]): Collated<T> {
  checkList("defaultCollate", "an array of samples", samples);
  if (samples.length === 0) throw new ShapeError("defaultCollate: expected at least one sample, got none");
  return collate(samples, "sample") as Collated<T>;
}

function collate(samples: readonly unknown[], where: string): unknown {
  const [first] = samples;
  if (Tensor.is(first)) return stack(all(samples, where, "a tensor", Tensor.is));
  if (typeof first === "number") return tensor(all(samples, where, "a number", isNumber));
  if (typeof first === "boolean") return tensor(all(samples, where, "a boolean", isBoolean));
  if (ArrayBuffer.isView(first)) return stack(samples.map((value) => tensor(value as TypedArray)));
  if (Array.isArray(first)) {
    const tuples = all(samples, where, "an array", isArray);
    for (const tuple of tuples)
      if (tuple.length !== first.length)
        throw new ShapeError(
          `defaultCollate: ${where} has ${first.length} and ${tuple.length} entries; pad sequences of unequal length with padSequences`,
        );
    return first.map((_, i) =>
      collate(
        tuples.map((tuple) => tuple[i]),
        `${where}[${i}]`,
      ),
    );
  }
  if (!isRecord(first)) return [...samples];
  const records = all(samples, where, "a plain object", isRecord);
  return Object.fromEntries(
    Object.keys(first).map((key) => [
      key,
      collate(
        records.map((record) => {
          if (Object.hasOwn(record, key)) return record[key];
          throw new ShapeError(`defaultCollate: ${where} lacks the key ${key} in one of the samples`);
        }),
        `${where}.${key}`,
      ),
    ]),
  );
}

function all<T>(samples: readonly unknown[], where: string, what: string, is: (value: unknown) => value is T): T[] {
  return samples.map((value) => {
    if (is(value)) return value;
    throw new DTypeError(`defaultCollate: ${where} is ${what} in one sample and ${show(value)} in another`);
  });
}

const isNumber = (value: unknown): value is number => typeof value === "number";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isArray = (value: unknown): value is unknown[] => Array.isArray(value);

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
