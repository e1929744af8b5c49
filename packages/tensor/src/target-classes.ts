import { IndexError } from "./errors.ts";
import type { Tensor } from "./tensor.ts";

/** The target that counts for nothing. */
export interface CrossEntropyAttrs {
  readonly ignoreIndex: number;
}

/**
 * The class that each target names, -1 where it is ignored.
 *
 * @throws {IndexError} for another target outside [0, classes)
 */
export function classesOf(
  fn: string,
  targets: Tensor,
  classes: number,
  { ignoreIndex }: CrossEntropyAttrs,
): Int32Array {
  return Int32Array.from(targets.data, (target) => {
    if (target === ignoreIndex) return -1;
    if (target < 0 || target >= classes)
      throw new IndexError(`${fn}: target ${target} is neither in [0, ${classes}) nor ignored (${ignoreIndex})`);
    return target;
  });
}
