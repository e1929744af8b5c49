import type { Kernels } from "@unroll/kernels";
import { type Generator, randn, type Shape, type Tensor } from "@unroll/tensor";
import type { Candidate, Timing } from "./measure.ts";
import type { Peers } from "./peers/peers.ts";
import type { Absent, Row, SuiteResult } from "./result.ts";
import { spreadOf } from "./spread.ts";

/** What a suite measures with. */
export interface Bench {
  readonly kernels: Kernels;
  /** Draws operands, the same for the same seed. */
  readonly generator: Generator;
  /** Other libraries, and Unroll in a process like theirs. */
  readonly peers: Peers;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The seconds that the suite has in all, preparations included. */
  readonly seconds: number;
  /** The seconds that it still has; below 0 when it took longer. */
  left(): number;
  /** Shows what is going on where nothing is being timed yet. */
  note(text: string): void;
  /**
   * Times candidates against each other.
   *
   * @param share of the suite's time
   * @throws {Stopped} after Ctrl-C, when there are too few samples
   */
  measure<Name extends string>(
    note: string,
    share: number,
    candidates: Readonly<Record<Name, Candidate>>,
  ): Promise<Record<Name, Timing>>;
}

/** One suite: what it is about, and its rows, as far as they have been measured. */
export interface Suite extends Omit<SuiteResult, "rows" | "absent"> {
  /** What part of the time it needs, relative to the others. */
  readonly weight: number;
  readonly run: (bench: Bench) => AsyncIterable<Row | Absent>;
}

/** Standard normal operands. */
export function operand({ generator }: Bench, shape: Shape): Tensor {
  return randn(shape, { generator });
}

/** Puts arrays into the kernels' memory for as long as `body` takes; it gets their addresses. */
export async function placed<T>(
  { memory }: Kernels,
  arrays: readonly Float32Array[],
  body: (addresses: readonly number[]) => Promise<T>,
): Promise<T> {
  const addresses = arrays.map((array) => memory.allocate(4 * array.length, "an operand of the benchmark"));
  try {
    for (const [k, array] of arrays.entries()) memory.f32.set(array, addresses[k] >> 2);
    return await body(addresses);
  } finally {
    for (const address of addresses) memory.free(address);
  }
}

/** The parts of a row that follow from a timing alone. */
export function timingOf({ samples, calls }: Timing): Pick<Row, "seconds" | "samples" | "calls"> {
  return { seconds: spreadOf(samples), samples: samples.map(rounded), calls };
}

/** To four digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/**
 * Compares what is about to be timed with what is right: speed of a wrong result is worth nothing.
 *
 * @throws {Error} when a value is off by more than `tolerance`, relative to the larger of 1 and itself
 */
export function agree(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: expected ${expected.length} values, got ${actual.length}`);
  for (let i = 0; i < expected.length; i++)
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]))))
      throw new Error(`${what}: expected ${expected[i]} at ${i}, got ${actual[i]}`);
}
