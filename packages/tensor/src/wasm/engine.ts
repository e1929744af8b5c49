import { type Build, type Kernels, kernels, kernelsProblem, type MemoryUse } from "@unroll/kernels";
import type { DType } from "../dtype.ts";
import { referenceEngine } from "../reference.ts";
import { type Engine, runtime } from "../runtime.ts";

/**
 * WebAssembly for float32 outputs of ops that have a kernel; everything else, and everything where WebAssembly cannot
 * start, by the reference. It starts at the first op that could use it.
 */
export const wasmEngine: Engine = {
  name: "wasm",
  run(op, out, output, inputs, attrs) {
    if (op.kernel !== undefined && output.dtype === "float32") {
      const started = kernels();
      if (started !== undefined && op.kernel(started, out as Float32Array, inputs, attrs as never, output)) return;
    }
    op.forward(out, inputs, attrs as never, output);
  },
};

/**
 * The kernels that compute values of `dtype` under the engine in force, or `undefined` when plain loops do: for what
 * writes in place, beside all ops.
 *
 * @example
 * ```ts
 * activeKernels("float64"); // undefined
 * ```
 */
export function activeKernels(dtype: DType): Kernels | undefined {
  if (dtype !== "float32") return undefined;
  const { engine } = runtime();
  return engine === undefined || engine === wasmEngine ? kernels() : undefined;
}

/** What computes float32 values, and with what memory. */
export interface EngineInfo {
  /** The name of the engine in force; "reference" also where WebAssembly cannot start. */
  readonly engine: string;
  /** Which build of the kernels runs: "simd" gives the same bits everywhere, "relaxed-simd" fuses multiply-adds. */
  readonly build: Build | undefined;
  /** Why WebAssembly cannot start, if so. */
  readonly reason: string | undefined;
  /** The kernels' memory, in bytes. */
  readonly memory: MemoryUse | undefined;
}

/**
 * What computes float32 values now. Starts the kernels if nothing has yet.
 *
 * @example
 * ```ts
 * engineInfo().engine; // "wasm"
 * useEngine("reference", () => engineInfo().engine); // "reference"
 * ```
 */
export function engineInfo(): EngineInfo {
  const engine = runtime().engine ?? wasmEngine;
  if (engine !== wasmEngine) return { engine: engine.name, build: undefined, reason: undefined, memory: undefined };
  const started = kernels();
  if (started === undefined)
    return { engine: referenceEngine.name, build: undefined, reason: kernelsProblem(), memory: undefined };
  return { engine: engine.name, build: started.build, reason: undefined, memory: started.memory.use() };
}
