import type { KernelFunctions } from "@unroll/kernels";
import type { OpKernel } from "../op.ts";
import { chunkSize, exactFrom } from "./chunk.ts";

/** The functions of the kernel module that work as `f(out, x, n)` on `n` values, also in place. */
export type UnaryKernel =
  | "abs"
  | "erf"
  | "exp"
  | "expm1"
  | "floor"
  | "hardSigmoid"
  | "log"
  | "log1p"
  | "neg"
  | "relu"
  | "round"
  | "sigmoid"
  | "sign"
  | "softplus"
  | "sqrt"
  | "tanh";

/** Those that the reference computes to the same bits, so that few values may be left to it. */
const exact: readonly UnaryKernel[] = ["abs", "floor", "neg", "relu", "round", "sign", "sqrt"];

/** Runs a one-input function of the kernel module. */
export function unaryKernel(name: UnaryKernel): OpKernel<unknown> {
  return mapKernel(exact.includes(name) ? exactFrom : 0, (run, at, n) => run[name](at, at, n));
}

/**
 * Runs a function of the kernel module on all values of one or two inputs of the output's shape, chunk by chunk, in place
 * in one frame: the frame never outgrows a core's cache, and memory never grows for an elementwise op.
 *
 * @param from fewer values are left to the reference
 * @param call works on `n` values at `x` and `y`, and leaves its results at `x`
 */
export function mapKernel<Attrs>(
  from: number,
  call: (run: KernelFunctions, x: number, n: number, attrs: Attrs, y: number) => void,
): OpKernel<Attrs> {
  return ({ memory, run }, out, inputs, attrs) => {
    const total = out.length;
    if (total < from) return false;
    const size = Math.min(total, chunkSize);
    // Before the frame, which a tensor without values would leave behind.
    const [first, second] = [inputs[0].data, inputs[1]?.data];
    const x = memory.frame(4 * size * inputs.length, "the values of an elementwise op");
    const y = x + 4 * size;
    const { f32 } = memory;
    for (let i = 0; i < total; i += size) {
      const n = Math.min(size, total - i);
      f32.set(n === total ? first : first.subarray(i, i + n), x >> 2);
      if (second !== undefined) f32.set(n === total ? second : second.subarray(i, i + n), y >> 2);
      call(run, x, n, attrs, y);
      out.set(f32.subarray(x >> 2, (x >> 2) + n), i);
    }
    memory.endFrame(x);
    return true;
  };
}
