import type { Kernels } from "./load.ts";

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
  loaded: Kernels | { readonly reason: string } | undefined;
}

const key = Symbol.for("unroll.kernels/v1");

/** The process-wide state of the kernels; a second copy of the package joins it. */
export function kernelState(): KernelState {
  const shared = globalThis as { [key]?: Partial<KernelState> };
  shared[key] ??= {};
  shared[key].settings ??= {};
  return shared[key] as KernelState;
}
