import { kernels } from "./load.ts";
import { type KernelSettings, kernelState } from "./state.ts";

export type { KernelSettings } from "./state.ts";

/** Runs `fn` with kernels of its own, started by `settings`, and restores those that ran before. */
export function withKernels<T>(settings: KernelSettings, fn: () => T): T {
  const state = kernelState();
  const { settings: before, loaded } = state;
  state.settings = settings;
  state.loaded = undefined;
  try {
    kernels();
    return fn();
  } finally {
    state.settings = before;
    state.loaded = loaded;
  }
}
