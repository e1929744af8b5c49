export { KernelBuildError, KernelMemoryError } from "./errors.ts";
export {
  gemm,
  gemmPacked,
  type PackedProduct,
  type Panels,
  type Product,
  type ProductShape,
  packedBytes,
  packPanels,
  scratchBytes,
} from "./gemm.ts";
export type { KernelFunctions } from "./generated/functions.ts";
export { inPlace } from "./in-place.ts";
export { bytesOf, type Kernels, kernels, kernelsProblem, setDeterministic } from "./load.ts";
export { KernelMemory, type Label, type MemoryUse } from "./memory.ts";
export type { Build } from "./state.ts";
export { type WasmMemory, type WebAssemblyApi, webAssembly } from "./web-assembly.ts";
