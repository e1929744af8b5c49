import {
  DTypeError,
  formatShape,
  indexSelect,
  OptionError,
  ShapeError,
  sameShape,
  Tensor,
  tensor,
} from "@unroll/tensor";
import { got } from "./checks.ts";

/** How many steps each sample has, in any order; zero is allowed. */
export type Lengths = readonly number[] | Tensor;

/** A batch sorted by length, longest first, so that the samples still active at any step are its first rows. */
export interface Schedule {
  /** How many rows are active at each step. */
  readonly active: readonly number[];
  /** The sample that each sorted row belongs to; undefined when no sorting is needed. */
  readonly order: Tensor | undefined;
  /** The sorted row of each sample. */
  readonly inverse: Tensor | undefined;
  /** As `order`, for reports. */
  readonly samples: readonly number[];
}

/** The schedule of `batch` samples over `steps` steps. */
export function scheduleOf(fn: string, lengths: Lengths | undefined, steps: number, batch: number): Schedule {
  const samples = Array.from({ length: batch }, (_, b) => b);
  if (lengths === undefined)
    return { active: new Array<number>(steps).fill(batch), order: undefined, inverse: undefined, samples };
  const counts = checkLengths(fn, lengths, steps, batch);
  const active = Array.from({ length: steps }, (_, t) => counts.reduce((n, length) => n + (length > t ? 1 : 0), 0));
  if (counts.every((length, b) => b === 0 || length <= counts[b - 1]))
    return { active, order: undefined, inverse: undefined, samples };
  const sorted = samples.toSorted((a, b) => counts[b] - counts[a]);
  const inverse = new Array<number>(batch);
  sorted.forEach((sample, row) => {
    inverse[sample] = row;
  });
  return {
    active,
    order: tensor(sorted, { dtype: "int32" }),
    inverse: tensor(inverse, { dtype: "int32" }),
    samples: sorted,
  };
}

/** The lengths as numbers, or an error unless there is a whole number in [0, steps] for each sample. */
export function checkLengths(fn: string, lengths: Lengths, steps: number, batch: number): readonly number[] {
  if (Tensor.is(lengths)) {
    if (lengths.dtype !== "int32") throw new DTypeError(`${fn}: expected lengths of int32, got ${lengths.dtype}`);
    if (!sameShape(lengths.shape, [batch]))
      throw new ShapeError(`${fn}: expected lengths of shape [${batch}], got ${formatShape(lengths.shape)}`);
  } else if (!Array.isArray(lengths))
    throw new OptionError(`${fn}: lengths must be an array or an int32 tensor, got ${got(lengths)}`);
  else if (lengths.length !== batch)
    throw new ShapeError(`${fn}: expected a length for each of ${batch} samples, got ${lengths.length}`);
  const counts: readonly number[] = Tensor.is(lengths) ? Array.from(lengths.data) : lengths;
  const wrong = counts.findIndex((length) => !Number.isInteger(length) || length < 0 || length > steps);
  if (wrong !== -1)
    throw new OptionError(
      `${fn}: lengths must be whole numbers in [0, ${steps}], got ${String(counts[wrong])} for sample ${wrong}`,
    );
  return counts;
}

/** Puts rows along `dim` into the order of `index`, or leaves them where no order is needed. */
export function reorder(x: Tensor, dim: number, index: Tensor | undefined): Tensor {
  return index === undefined ? x : indexSelect(x, dim, index);
}
