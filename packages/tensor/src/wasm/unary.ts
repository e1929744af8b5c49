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
 * Runs a function of the kernel module on all values of the first input, chunk by chunk, in place in one frame: the frame
 * never outgrows a core's cache, and memory never grows for an elementwise op.
 *
 * @param from fewer values are left to the reference
 */
export function mapKernel<Attrs>(
  from: number,
  call: (run: KernelFunctions, at: number, n: number, attrs: Attrs) => void,
): OpKernel<Attrs> {
  return ({ memory, run }, out, [x], attrs) => {
    const total = out.length;
    if (total < from) return false;
    const data = x.data;
    const size = Math.min(total, chunkSize);
    const at = memory.frame(4 * size, "the values of an elementwise op");
    const index = at >> 2;
    const f32 = memory.f32;
    for (let i = 0; i < total; i += size) {
      const n = Math.min(size, total - i);
      f32.set(n === total ? data : data.subarray(i, i + n), index);
      call(run, at, n, attrs);
      out.set(f32.subarray(index, index + n), i);
    }
    memory.endFrame(at);
    return true;
  };
}
