import type { TypedArray } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { formatShape, sameShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * Writes into a tensor's values in place and raises their version, so that graphs that kept the old ones notice.
 * For optimizers and for loading weights; everything else makes new tensors.
 */
export function mutate(x: Tensor, write: (data: TypedArray) => void): void {
  const data = x.data;
  x.storage.version++;
  write(data);
}

/**
 * Overwrites all values of `x` in place.
 *
 * @throws {ShapeError} when the shapes differ
 * @throws {DTypeError} when the dtypes differ
 */
export function assign(x: Tensor, values: Tensor | ArrayLike<number>): void {
  const source = Tensor.is(values) ? values.data : values;
  if (Tensor.is(values)) {
    if (!sameShape(values.shape, x.shape))
      throw new ShapeError(`assign: expected shape ${formatShape(x.shape)}, got ${formatShape(values.shape)}`);
    if (values.dtype !== x.dtype) throw new DTypeError(`assign: expected ${x.dtype}, got ${values.dtype}; use cast`);
  }
  if (source.length !== x.size) throw new ShapeError(`assign: expected ${x.size} values, got ${source.length}`);
  mutate(x, (data) => data.set(source));
}
