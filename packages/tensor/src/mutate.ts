import { checkTensor } from "./check.ts";
import { tensorAs } from "./create.ts";
import type { TypedArray } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { checkFunction } from "./options.ts";
import { formatShape, sameShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * Writes into a tensor's values in place and raises their version, so that graphs that kept the old ones notice. For
 * optimizers and for loading weights; everything else makes new tensors.
 *
 * @example
 * ```ts
 * const x = tensor([1, 2]);
 * mutate(x, (data) => data.fill(0));
 * x.toArray(); // [0, 0]
 * ```
 * @throws {TracedValueError} while `x` has no values
 */
export function mutate(x: Tensor, write: (data: TypedArray) => void): void {
  checkTensor("mutate", x);
  checkFunction("mutate", "write", write);
  const data = x.data;
  x.storage.version++;
  write(data);
}

/**
 * Overwrites all values of `x` in place and raises their version.
 *
 * @example
 * ```ts
 * const x = tensor([1, 2]);
 * assign(x, [3, 4]);
 * x.toArray(); // [3, 4]
 * ```
 * @throws {ShapeError} when the shapes differ
 * @throws {DTypeError} when the dtypes differ, or the values are not numbers
 */
export function assign(x: Tensor, values: Tensor | ArrayLike<number>): void {
  checkTensor("assign", x);
  if (Tensor.is(values)) {
    checkTensor("assign", values);
    if (!sameShape(values.shape, x.shape))
      throw new ShapeError(`assign: expected shape ${formatShape(x.shape)}, got ${formatShape(values.shape)}`);
    if (values.dtype !== x.dtype) throw new DTypeError(`assign: expected ${x.dtype}, got ${values.dtype}; use cast`);
    const source = values.data;
    mutate(x, (data) => data.set(source));
    return;
  }
  // Made a tensor of x's dtype first: whatever that does not take leaves x as it was.
  const source = tensorAs("assign", values, { dtype: x.dtype });
  if (source.shape.length !== 1 || source.size !== x.size)
    throw new ShapeError(`assign: expected ${x.size} values, got shape ${formatShape(source.shape)}`);
  mutate(x, (data) => data.set(source.data));
}
