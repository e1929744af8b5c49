import { type DType, type Tensor, tensor } from "@unroll/tensor";

/** A tensor as the golden files hold it; NaN is null. */
export interface Dump {
  readonly shape: readonly number[];
  readonly data: readonly (number | null)[];
}

/** What every golden case ends with. */
export interface Differentiated {
  readonly output: Dump;
  /** The gradients are those of the sum of output * direction. */
  readonly direction: Dump;
  readonly gradients: Readonly<Record<string, Dump>>;
}

export function read({ shape, data }: Dump, dtype: DType): Tensor {
  return tensor(
    data.map((value) => value ?? Number.NaN),
    { shape, dtype },
  );
}

/** The largest difference between a tensor and a golden, relative to the larger of 1 and the golden; shapes must agree. */
export function difference(actual: Tensor, { shape, data }: Dump): number {
  if (JSON.stringify(actual.shape) !== JSON.stringify(shape)) return Number.POSITIVE_INFINITY;
  return data.reduce<number>((worst, value, i) => {
    const found = actual.data[i];
    if (value === null) return Number.isNaN(found) ? worst : Number.POSITIVE_INFINITY;
    const error = Math.abs(found - value) / Math.max(1, Math.abs(value));
    // A NaN must not pass by failing every comparison.
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }, 0);
}
