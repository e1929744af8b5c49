import { inPlace } from "@unroll/kernels";
import { describe } from "../describe.ts";
import type { TypedArray } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { exactFrom } from "./chunk.ts";
import { activeKernels } from "./engine.ts";

/**
 * Adds one array to another of the same length, in place: `into += values`; the same bits on every engine. For sums that
 * grow, such as gradients, where a new tensor for each term would cost more than the sum.
 *
 * @example
 * ```ts
 * const total = new Float32Array([1, 2]);
 * accumulate(total, new Float32Array([10, 20]));
 * [...total]; // [11, 22]
 * ```
 * The arrays must not overlap, save for being the same.
 *
 * @throws {ShapeError} unless both are typed arrays of one length
 * @throws {DTypeError} unless they are of one kind
 */
export function accumulate(into: TypedArray, values: TypedArray): void {
  if (!ArrayBuffer.isView(into) || !ArrayBuffer.isView(values) || into.length !== values.length)
    throw new ShapeError(
      `accumulate: expected two typed arrays of one length, got ${describe(into)} and ${describe(values)}`,
    );
  if (into.constructor !== values.constructor)
    throw new DTypeError(`accumulate: expected arrays of one kind, got ${describe(into)} and ${describe(values)}`);
  const kernels = into.length >= exactFrom && into instanceof Float32Array ? activeKernels("float32") : undefined;
  if (kernels === undefined) {
    for (let i = 0; i < into.length; i++) into[i] += values[i];
    return;
  }
  const { run } = kernels;
  inPlace(kernels, "accumulate", [into as Float32Array, values as Float32Array], 1, ([sum, x], n) =>
    run.addInto(sum, x, n),
  );
}
