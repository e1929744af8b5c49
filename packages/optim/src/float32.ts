import { inPlace, type KernelFunctions } from "@unroll/kernels";
import { activeKernels, type TypedArray } from "@unroll/tensor";

/**
 * Runs a step of the kernel module over arrays of one length, all of which it writes but the last; an array that is
 * `undefined` has address 0.
 *
 * @returns false, with nothing done, where plain loops are in force: in float64, and on another engine
 */
export function stepFloat32(
  name: string,
  arrays: readonly (TypedArray | undefined)[],
  step: (run: KernelFunctions, at: readonly number[], n: number) => void,
): boolean {
  const kernels = arrays[0] instanceof Float32Array ? activeKernels("float32") : undefined;
  if (kernels === undefined) return false;
  const { run } = kernels;
  const present = arrays.filter((array) => array !== undefined) as Float32Array[];
  inPlace(kernels, name, present, present.length - 1, (addresses, n) => {
    if (present.length === arrays.length) return step(run, addresses, n);
    let next = 0;
    step(
      run,
      arrays.map((array) => (array === undefined ? 0 : addresses[next++])),
      n,
    );
  });
  return true;
}
