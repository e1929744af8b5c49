import type { Kernels, NoKernels } from "./load.ts";

/** The two builds of the kernels. */
export type Build = "simd" | "relaxed-simd";

/** What may be asked of the kernels before their first use. */
export interface KernelSettings {
  /** This build and no other; the better one that the machine accepts when left out. */
  build?: Build;
  /** Why the kernels are not to be used at all. */
  disabled?: string;
  /** Grow memory at every allocation and fill what is freed with NaN, to find what reads it all the same. */
  stress?: boolean;
  /** How far the memory may grow, in pages of 64 KiB. */
  maximumPages?: number;
}

/** What exists once per process, whichever copy of the package created it. */
export interface KernelState {
  settings: KernelSettings;
  /** The kernels, or why there are none; absent before the first use. */
  loaded: Kernels | NoKernels | undefined;
}

const key = Symbol.for("unroll.kernels/v1");
let own: KernelState | undefined;

/** The process-wide state of the kernels; a second copy of the package joins it. */
export function kernelState(): KernelState {
  if (own === undefined) {
    const shared = globalThis as { [key]?: KernelState };
    shared[key] ??= { settings: {}, loaded: undefined };
    own = shared[key];
  }
  return own;
}
