import { bytesOf, type Kernels, kernels } from "./load.ts";
import type { Build } from "./state.ts";
import { withKernels } from "./testing.ts";
import { webAssembly } from "./web-assembly.ts";

const started: ReadonlyMap<Build, Kernels> = new Map(
  (["simd", "relaxed-simd"] as const)
    .filter(accepts)
    .map((build) => [build, withKernels({ build }, kernels) as Kernels]),
);

function accepts(build: Build): boolean {
  try {
    return new (webAssembly() as NonNullable<ReturnType<typeof webAssembly>>).Module(bytesOf(build)) !== undefined;
  } catch {
    return false;
  }
}

/** The builds that this machine accepts. */
export const builds: readonly Build[] = [...started.keys()];

/** A NaN that no kernel makes: reading it shows in results, and overwriting it is found out. */
const guard = 0x7fedcba9;
const guards = 5;

/** Arrays in kernel memory, each between guards, at addresses that are multiples of 4 and of no more. */
export class Placed {
  readonly run: Kernels["run"];
  readonly #memory: Kernels["memory"];
  readonly #block: number;
  readonly #arrays: { at: number; length: number }[] = [];
  #end: number;

  constructor({ memory, run }: Kernels, shift: number) {
    this.run = run;
    this.#memory = memory;
    this.#block = memory.allocate(1 << 22, "a test");
    this.#end = this.#block + 4 * shift;
  }

  /** Gives the memory back. */
  end(): void {
    this.#memory.free(this.#block);
  }

  /** Puts values there and gives their address. */
  put(values: ArrayLike<number>): number {
    const at = this.#place(values.length);
    this.#memory.f32.set(values, at >> 2);
    return at;
  }

  /** Puts int32 values there and gives their address. */
  putIndices(values: ArrayLike<number>): number {
    const at = this.#place(values.length);
    this.#memory.i32.set(values, at >> 2);
    return at;
  }

  /** Room for `length` values, each NaN. */
  room(length: number): number {
    return this.put(new Float32Array(length).fill(Number.NaN));
  }

  /** The values at an address that this handed out, after a check of all guards. */
  read(at: number): Float32Array {
    for (const array of this.#arrays) {
      const from = array.at >> 2;
      for (let i = 1; i <= guards; i++) {
        for (const place of [from - i, from + array.length + i - 1])
          if (this.#memory.i32[place] !== guard)
            throw new Error(`written ${place - from} values from an array's start`);
      }
    }
    const length = this.#arrays.find((array) => array.at === at)?.length ?? 0;
    return this.#memory.f32.slice(at >> 2, (at >> 2) + length);
  }

  #place(length: number): number {
    const at = this.#end + 4 * guards;
    this.#memory.i32.fill(guard, this.#end >> 2, (at >> 2) + length + guards);
    this.#end = at + 4 * length;
    this.#arrays.push({ at, length });
    return at;
  }
}

/** Runs `fn` with a build's kernels and room for arrays in their memory, `shift` values from an aligned address. */
export function withPlaced<T>(build: Build, shift: number, fn: (placed: Placed) => T): T {
  const placed = new Placed(started.get(build) as Kernels, shift);
  try {
    return fn(placed);
  } finally {
    placed.end();
  }
}

/** The first place where two arrays differ, in a zero's sign too, or -1. */
export function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(got.length, expected.length); i++) if (!Object.is(got[i], expected[i])) return i;
  return -1;
}

/** Numbers in [-1, 1) that are the same at every run. */
export function noise(n: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2147483648;
  });
}
