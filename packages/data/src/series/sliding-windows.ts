import { DTypeError, ShapeError, slice, Tensor } from "@unroll/tensor";
import { checkGiven, show, wholeNumber } from "../check.ts";
import { checkIndex, type Dataset } from "../dataset.ts";
import { DataError } from "../errors.ts";

/** Options of {@link slidingWindows}. */
export interface SlidingWindowsOptions {
  /** Steps that are seen. */
  length: number;
  /** Steps after them that are to be foretold; 1 unless given. */
  horizon?: number;
  /** Steps from the start of one window to the start of the next; 1 unless given. */
  stride?: number;
}

/** A piece of a series and what came after it, both views of the series. */
export interface SeriesWindow {
  /** `[length, …]` */
  input: Tensor;
  /** `[horizon, …]` */
  target: Tensor;
}

/**
 * Windows over a series `[N]` or `[N, F]` in order of time: window i sees steps i stride … i stride + length - 1, its
 * target is the `horizon` steps after them. There are floor((N - length - horizon) / stride) + 1.
 *
 * @example
 * ```ts
 * const { input, target } = slidingWindows(arange(6), { length: 3 }).get(2);
 * input.toArray(); // [2, 3, 4]
 * target.toArray(); // [5]
 * ```
 * @throws {DataError} when the series is shorter than one window
 * @throws {OptionError} when an option has a wrong name or value
 */
export function slidingWindows(series: Tensor, options: SlidingWindowsOptions): Dataset<SeriesWindow> {
  const fn = "slidingWindows";
  checkGiven(fn, options, ["length", "horizon", "stride"]);
  const seen = wholeNumber(fn, "length", options.length, 1);
  const horizon = wholeNumber(fn, "horizon", options.horizon ?? 1, 0);
  const stride = wholeNumber(fn, "stride", options.stride ?? 1, 1);
  if (!Tensor.is(series)) throw new DTypeError(`${fn}: expected a tensor, got ${show(series)}`);
  const [steps] = series.shape;
  if (steps === undefined) throw new ShapeError(`${fn}: expected a series [N] or [N, F], got a scalar`);
  if (steps < seen + horizon)
    throw new DataError(
      `${fn}: expected at least ${seen + horizon} steps (length ${seen} and horizon ${horizon}), got ${steps}`,
    );
  const count = Math.floor((steps - seen - horizon) / stride) + 1;
  return {
    length: count,
    get: (index) => {
      const start = checkIndex(fn, index, count) * stride;
      return {
        input: slice(series, 0, start, start + seen),
        target: slice(series, 0, start + seen, start + seen + horizon),
      };
    },
  };
}
