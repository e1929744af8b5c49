import { KernelBuildError } from "./errors.ts";
import type { KernelFunctions } from "./generated/functions.ts";
import { relaxedSimd } from "./generated/relaxed-simd.ts";
import { simd } from "./generated/simd.ts";
import { KernelMemory } from "./memory.ts";
import { type Build, kernelState } from "./state.ts";
import { webAssembly } from "./web-assembly.ts";

/** 2 GiB, as the modules declare it: every address fits into a positive int32. */
const maximumPages = 32_768;
/**
 * 32 MiB, of which the system hands out only the pages that are used. Growing detaches the memory's buffer, and from the
 * first detached buffer on V8 checks at every access to any typed array: a plain loop took 35 µs instead of 23.5 in Node
 * 20. Most programs never grow beyond this.
 */
const initialPages = 512;

/** The kernels, ready to be called. */
export interface Kernels {
  readonly build: Build;
  /** What the functions read and write. */
  readonly memory: KernelMemory;
  readonly run: KernelFunctions;
}

/** Why there are no kernels. */
export interface NoKernels {
  readonly build?: undefined;
  readonly run?: undefined;
  readonly reason: string;
}

/**
 * The kernels, compiled and started at the first call; `undefined` where they cannot be, which is said once, and
 * {@link kernelsProblem} says why. Takes the relaxed build where the machine accepts it, unless {@link setDeterministic} asked for the plain one.
 *
 * @example
 * ```ts
 * const { memory, run } = kernels() as Kernels;
 * const at = memory.frame(12, "three numbers");
 * memory.f32.set([1, 4, 9], at / 4);
 * run.sqrt(at, at, 3);
 * [...memory.f32.subarray(at / 4, at / 4 + 3)]; // [1, 2, 3]
 * memory.endFrame(at);
 * ```
 */
export function kernels(): Kernels | undefined {
  const state = kernelState();
  state.loaded ??= load();
  const { loaded } = state;
  return loaded.run === undefined ? undefined : loaded;
}

/** Why {@link kernels} gives none, or `undefined` when it does. */
export function kernelsProblem(): string | undefined {
  kernels();
  const { loaded } = kernelState();
  return loaded?.run === undefined ? loaded?.reason : undefined;
}

/**
 * Whether float32 results must be the same bits on every machine: the plain SIMD build, at some speed. Call it before the
 * first operation.
 *
 * @throws {KernelBuildError} when the kernels already run, chosen the other way
 */
export function setDeterministic(on: boolean): void {
  const { settings, loaded } = kernelState();
  const build = on ? "simd" : undefined;
  // The plain build is deterministic, however it came to run.
  if (loaded?.build !== undefined && settings.build !== build && !(on && loaded.build === "simd"))
    throw new KernelBuildError(
      `setDeterministic: the ${loaded.build} build already runs; call this before the first operation`,
    );
  settings.build = build;
}

function load(): Kernels | NoKernels {
  const { settings } = kernelState();
  if (settings.disabled !== undefined) return { reason: settings.disabled };
  const candidates: Build[] = settings.build === undefined ? ["relaxed-simd", "simd"] : [settings.build];
  let reason = "";
  for (const build of candidates) {
    try {
      return start(build, settings.maximumPages ?? maximumPages, settings.stress);
    } catch (error) {
      // No SIMD, a content security policy, no memory: the runtime's own words say which.
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  console.warn(`unroll: WebAssembly cannot start (${reason}), so plain JavaScript computes, slower`);
  return { reason };
}

function start(build: Build, pages: number, stress: boolean | undefined): Kernels {
  const api = webAssembly();
  if (api === undefined) throw new KernelBuildError("this runtime has no WebAssembly");
  const module = new api.Module(bytesOf(build));
  const memory = new api.Memory({ initial: Math.min(initialPages, pages), maximum: pages });
  const { exports } = new api.Instance(module, { env: { memory } });
  return { build, memory: new KernelMemory(memory, pages, stress), run: { ...(exports as KernelFunctions) } };
}

/** The module of a build, as it is compiled. */
export function bytesOf(build: Build): Uint8Array {
  return Uint8Array.from(atob(build === "simd" ? simd : relaxedSimd), (character) => character.charCodeAt(0));
}
