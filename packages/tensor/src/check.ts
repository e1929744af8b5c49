import { describe } from "./describe.ts";
import { DTypeError, FormatError } from "./errors.ts";
import { ownOrigin } from "./origin.ts";
import { normalizeDim } from "./shape.ts";
import { originOf, Tensor } from "./tensor.ts";

/**
 * Throws unless `value` is a tensor that this copy of the package can read.
 *
 * @throws {DTypeError} when it is something else
 * @throws {FormatError} when a copy of the package with another tensor format made it
 */
export function checkTensor(fn: string, value: unknown): asserts value is Tensor {
  if (!Tensor.is(value)) {
    const hint = Array.isArray(value) || ArrayBuffer.isView(value) ? "; use tensor(values)" : "";
    throw new DTypeError(`${fn}: expected a tensor, got ${describe(value)}${hint}`);
  }
  const { format, version, path } = originOf(value);
  if (format !== ownOrigin.format) {
    throw new FormatError(
      `${fn}: got a tensor of format ${format} from @unroll/tensor ${version} at ${path}, but @unroll/tensor ${ownOrigin.version} at ${ownOrigin.path} works with format ${ownOrigin.format}; install one version only`,
    );
  }
}

/** The axis `dim` of `x`, in [0, rank); checks that `x` is a tensor and has that axis. */
export function axisOf(fn: string, x: Tensor, dim: number): number {
  checkTensor(fn, x);
  return normalizeDim(fn, dim, x.shape.length);
}
