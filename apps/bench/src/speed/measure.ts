import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Generator } from "@unroll/tensor";

/** One call of something to be timed; what it returns is kept, so that no compiler may leave the work out. */
export type Run = () => unknown;

/** Something to be timed that runs on another thread. */
export interface Remote {
  /** Runs it so many times, and resolves to the seconds that took. */
  readonly time: (calls: number) => Promise<number>;
}

export type Candidate = Run | Remote;

/** How long a candidate took. */
export interface Timing {
  /** Seconds per call, one value for each round. */
  readonly samples: readonly number[];
  /** Calls that each of these is the mean of. */
  readonly calls: number;
}

export interface MeasureOptions {
  /** How long to measure, warm-up included. Goes on until there are {@link minRounds}, however long that takes. */
  readonly seconds: number;
  /** Draws the order of each round. */
  readonly generator: Generator;
  readonly signal?: AbortSignal;
  /** Told the seconds that have passed. */
  readonly onProgress?: (seconds: number) => void;
  /** The time in seconds. */
  readonly clock?: () => number;
}

/** Thrown when the wish to stop comes before there are enough samples. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** A sample takes at least so long, in seconds: far above what a clock and a call cost. */
export const sampleSeconds = 2e-3;
/** Fewer samples have no spread worth showing. */
export const minRounds = 5;
/** Warming up takes at least so long, in seconds, or this part of a candidate's time where that is short. */
const leastWarmUp = { seconds: 1, share: 0.5 };
/** It ends after so long at the latest, or after a candidate's time where that is shorter, but never before `short`. */
const longestWarmUp = { seconds: 4, short: 1.5 };
/** A candidate is warm when the best of the last half of its warming up gained less than this on the best of the first. */
const stillGains = 0.05;

/**
 * Times candidates against each other. Each is called until it gets no faster, since engines compile in stages for as long
 * as it is called, and then as often per sample as {@link sampleSeconds} need, the same number in all rounds. A round takes one sample of every
 * candidate, in an order drawn anew: what the machine does meanwhile hits all of them alike. Garbage of what ran before
 * is collected first; what a candidate makes is collected while it runs, and is part of its cost.
 */
export async function measure(candidates: readonly Candidate[], options: MeasureOptions): Promise<Timing[]> {
  const { seconds, generator, signal, onProgress, clock = now } = options;
  collectGarbage();
  const startedAt = clock();
  /** Lets signals, the progress bar and V8's own tasks have their turn. */
  const pause = async () => {
    onProgress?.(clock() - startedAt);
    await new Promise((resolve) => setImmediate(resolve));
    return signal?.aborted === true;
  };
  const stopped = new Stopped("stopped before there were enough samples");
  const calls: number[] = [];
  for (const candidate of candidates) {
    const warm = new WarmUp(candidate, seconds / candidates.length, clock);
    while (!(await warm.advance())) if (await pause()) throw stopped;
    calls.push(warm.calls);
  }
  const samples: number[][] = candidates.map(() => []);
  for (let round = 0; round < minRounds || clock() - startedAt < seconds; round++) {
    if (await pause()) {
      if (round < minRounds) throw stopped;
      break;
    }
    for (const k of shuffled(candidates.length, generator))
      samples[k].push((await timed(candidates[k], calls[k], clock)) / calls[k]);
  }
  return candidates.map((_, k) => ({ samples: samples[k], calls: calls[k] }));
}

let kept: unknown;

/** The last result of the last sample. */
export function lastResult(): unknown {
  return kept;
}

async function timed(candidate: Candidate, calls: number, clock: () => number): Promise<number> {
  if (typeof candidate !== "function") return candidate.time(calls);
  return timedHere(candidate, calls, clock);
}

/** The seconds that so many calls take on this thread. */
export function timedHere(run: Run, calls: number, clock: () => number = now): number {
  const start = clock();
  // So many functions are called from here that V8 inlines none of them: all work is done.
  for (let i = 0; i < calls; i++) kept = run();
  return clock() - start;
}

/** Runs a candidate in batches until it gets no faster, and finds how many calls a sample needs. */
class WarmUp {
  calls = 1;
  readonly #candidate: Candidate;
  readonly #clock: () => number;
  readonly #startedAt: number;
  readonly #least: number;
  readonly #longest: number;
  /** When each batch but the first ended, and the seconds per call: the first compiles. */
  readonly #batches: { readonly at: number; readonly each: number }[] = [];
  #first = true;

  /** @param seconds the candidate's part of the time, of which some should be left for samples */
  constructor(candidate: Candidate, seconds: number, clock: () => number) {
    this.#candidate = candidate;
    this.#clock = clock;
    this.#startedAt = clock();
    this.#least = Math.min(leastWarmUp.seconds, leastWarmUp.share * seconds);
    this.#longest = Math.min(longestWarmUp.seconds, Math.max(longestWarmUp.short, seconds));
  }

  /** Runs one batch; returns true after the last one, when `calls` is what a sample needs. */
  async advance(): Promise<boolean> {
    const elapsed = await timed(this.#candidate, this.calls, this.#clock);
    const at = this.#clock() - this.#startedAt;
    if (this.#first) {
      this.#first = false;
      return false;
    }
    this.#batches.push({ at, each: elapsed / this.calls });
    if (elapsed < sampleSeconds) this.calls *= 2;
    else if (at >= this.#longest || (at >= this.#least && this.#steady(at))) {
      // The fastest batch counts: in others the code was compiled, or something else ran.
      this.calls = Math.max(1, Math.ceil(sampleSeconds / best(this.#batches)));
      return true;
    }
    return false;
  }

  #steady(now: number): boolean {
    const half = this.#batches.findIndex(({ at }) => at > now / 2);
    return half > 0 && best(this.#batches.slice(half)) >= (1 - stillGains) * best(this.#batches.slice(0, half));
  }
}

function best(batches: readonly { readonly each: number }[]): number {
  return batches.reduce((least, { each }) => Math.min(least, each), Number.POSITIVE_INFINITY);
}

function shuffled(n: number, generator: Generator): number[] {
  const order = Array.from({ length: n }, (_, k) => k);
  for (let k = n - 1; k > 0; k--) {
    const other = generator.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}

function now(): number {
  return performance.now() / 1000;
}

let collect: (() => void) | undefined;

function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
