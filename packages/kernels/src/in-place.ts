import type { Kernels } from "./load.ts";

/** How many values of each array are staged at a time: a few such pieces stay in a core's second cache. */
const chunkSize = 8192;

/**
 * Runs `f` over arrays of one length, piece by piece: a piece of each array is copied into the kernels' memory, `f` gets
 * the addresses and the number of values, and the pieces of the first `written` arrays are copied back.
 *
 * @example
 * ```ts
 * const [sum, x] = [new Float32Array([1, 2]), new Float32Array([10, 20])];
 * inPlace(kernels() as Kernels, "addInto", [sum, x], 1, ([out, from], n) => (kernels() as Kernels).run.add(out, out, from, n, 1, 1));
 * [...sum]; // [11, 22]
 * ```
 */
export function inPlace(
  { memory }: Kernels,
  label: string,
  arrays: readonly Float32Array[],
  written: number,
  f: (addresses: readonly number[], n: number) => void,
): void {
  const total = arrays[0].length;
  const size = Math.min(total, chunkSize);
  const at = memory.frame(4 * size * arrays.length, label);
  const addresses = arrays.map((_, k) => at + 4 * size * k);
  try {
    const { f32 } = memory;
    for (let start = 0; start < total; start += size) {
      const n = Math.min(size, total - start);
      for (let k = 0; k < arrays.length; k++)
        f32.set(n === total ? arrays[k] : arrays[k].subarray(start, start + n), addresses[k] >> 2);
      f(addresses, n);
      for (let k = 0; k < written; k++) {
        const index = addresses[k] >> 2;
        arrays[k].set(f32.subarray(index, index + n), start);
      }
    }
  } finally {
    memory.endFrame(at);
  }
}
