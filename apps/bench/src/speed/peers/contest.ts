import { atLeast } from "../aims.ts";
import { type Candidate, Stopped } from "../measure.ts";
import type { Absent, Row } from "../result.ts";
import { ratios, spreadOf } from "../spread.ts";
import { type Bench, timingOf } from "../suite.ts";
import { checkEqual } from "./compare-results.ts";
import { flopsOf } from "./job.ts";
import type { Peer } from "./lineup.ts";
import { CannotDo, type PeerProcess, TookTooLong } from "./peer-process.ts";
import { Missing } from "./peers.ts";
import type { Job } from "./protocol.ts";
import { Trials } from "./trials.ts";

/** One thing that Unroll and its peers compute. */
export interface Contest {
  readonly what: string;
  readonly job: Job;
  readonly peers: readonly Peer[];
  /** How many contests share what is left of the suite's time, this one included. */
  readonly parts: number;
  /** What is known of the peers from smaller sizes. */
  readonly trials?: Trials;
  /** How many times as fast as a peer Unroll is meant to be. */
  readonly aimOf?: (peer: string) => number | undefined;
}

/** Warm-up and rounds: a candidate is called at least so often. */
const leastCalls = 7;
/** In less time, in seconds, libraries do not get warm. */
const leastSeconds = 10;
/** A contest may take so many times its part; those that follow have less then. */
const allowance = 1.5;
/** Operations per second that Unroll surely reaches on any machine that is not much too slow for the size. */
const surely = 5e9;

const slot = "contest";

/**
 * Lets Unroll and its peers compute the same in turns. Results are compared first; who is missing, fails, differs or would
 * take longer than the contest's time, of which preparations are a part, is named, and the others go on.
 */
export async function* contest(bench: Bench, contest: Contest): AsyncGenerator<Row | Absent> {
  const { what, job, parts, peers, trials = new Trials() } = contest;
  const before = bench.left();
  const seconds = Math.max(leastSeconds, before / parts);
  const flops = flopsOf(job);
  // The first one of a suite is begun however short the suite is.
  if (before < Math.min(leastSeconds, 0.9 * bench.seconds) || (leastCalls * flops) / surely > 10 * seconds) {
    yield overBudget(what);
    return;
  }
  const limit = Math.min(60, 2 * seconds);
  const tried: Tried[] = [];
  const entered = new Map<string, Entrant>();
  try {
    const own = await bench.peers.own();
    bench.note(`${what}: Unroll prepares`);
    const { result: expected } = await own.prepare(slot, job, 10 * limit);
    entered.set("Unroll", { process: own, way: "Unroll", judged: false });
    for (const peer of peers) {
      bench.note(`${what}: ${peer.name} prepares`);
      if (bench.signal.aborted) throw new Stopped("stopped while peers were preparing");
      const hopeless = trials.hopeless(peer.name, flops, leastCalls, seconds);
      if (hopeless !== undefined) {
        yield { what, way: peer.name, why: tooLong, detail: hopeless };
        continue;
      }
      try {
        const { process, ready } = await bench.peers.get(peer);
        const { result, differs } = await process.prepare(slot, job, limit);
        if (differs === undefined) checkEqual(job, expected, result);
        // The first call compiled things; this says what others will take.
        const once = await process.time(slot, 1, limit);
        trials.called(peer.name, once, flops);
        const way = differs === undefined ? peer.name : `${peer.name}, ${differs}`;
        const judged = differs === undefined && ready.slow === undefined;
        tried.push({ peer, once, entrant: { process, way, judged } });
      } catch (error) {
        if (error instanceof TookTooLong) trials.late(peer.name);
        yield { what, way: peer.name, ...whyNot(error) };
      }
    }
    // The fastest first: as many as there is time for.
    let planned = Math.min(before - bench.left(), seconds / 2);
    const admitted = new Set<Peer>();
    for (const { peer, once } of [...tried].sort((a, b) => a.once - b.once)) {
      if (leastCalls * once > seconds || planned + leastCalls * once > allowance * seconds) continue;
      planned += leastCalls * once;
      admitted.add(peer);
    }
    for (const { peer, once, entrant } of tried) {
      if (admitted.has(peer)) {
        entered.set(peer.name, entrant);
        continue;
      }
      trials.late(peer.name);
      yield { what, way: peer.name, why: tooLong, detail: `one call takes ${once.toPrecision(2)} s` };
      await entrant.process.drop(slot);
    }
    yield* await rounds(bench, contest, entered, flops, Math.max(seconds / 2, seconds - (before - bench.left())));
  } catch (error) {
    if (error instanceof Stopped) throw error;
    yield { what, way: "Unroll", why: "failed", detail: (error as Error).message };
  } finally {
    await Promise.allSettled([...entered.values()].map(({ process }) => process.drop(slot)));
  }
}

/** All that could be said of something for which there is no time. */
export function overBudget(what: string): Absent {
  return { what, way: "all", why: tooLong };
}

/** Why something was not measured for which there is no time. */
export const tooLong = "over budget: it needs more --seconds";

/** What is said of a peer that could not be measured. */
export function whyNot(error: unknown): Pick<Absent, "why" | "detail"> {
  if (error instanceof Missing) return { why: error.message };
  if (error instanceof CannotDo) return { why: `cannot: ${error.message}` };
  if (error instanceof TookTooLong) return { why: tooLong, detail: error.message };
  return { why: "failed", detail: (error as Error).message };
}

/** One who computes it, by the name in the table. */
interface Entrant {
  readonly process: PeerProcess;
  readonly way: string;
  /** Whether Unroll is meant to be faster by some factor. */
  readonly judged: boolean;
}

/** A peer that is ready, with the seconds of one call. */
interface Tried {
  readonly peer: Peer;
  readonly once: number;
  readonly entrant: Entrant;
}

async function rounds(
  bench: Bench,
  { what, aimOf }: Contest,
  entered: ReadonlyMap<string, Entrant>,
  flops: number,
  seconds: number,
) {
  const failures = new Map<string, string>();
  const candidates = Object.fromEntries(
    [...entered].map(([name, { process }]) => [name, remote(process, (why) => failures.set(name, why))]),
  );
  const timings = await bench.measure(what, seconds / bench.seconds, candidates);
  const ownFailed = failures.get("Unroll");
  if (ownFailed !== undefined) throw new Error(ownFailed);
  const own = timings.Unroll.samples;
  return [...entered].map(([name, { way, judged }]): Row | Absent => {
    const failed = failures.get(name);
    if (failed !== undefined) return { what, way, why: "failed", detail: failed };
    const timing = timings[name];
    const gigaflops = spreadOf(timing.samples.map((time) => flops / time / 1e9));
    if (name === "Unroll") return { what, way, ...timingOf(timing), gigaflops };
    const ratio = spreadOf(ratios(timing.samples, own));
    const aim = judged ? aimOf?.(name) : undefined;
    return {
      what,
      way,
      ...timingOf(timing),
      gigaflops,
      ratio,
      ...(aim === undefined ? {} : { aim: atLeast(aim, ratio) }),
    };
  });
}

/** A call may take longer than in the trial, but not without end. */
const longestSample = 120;

/** A candidate that, once it has failed, lets the others go on. */
export function remote(process: PeerProcess, onFailure: (why: string) => void, id: string = slot): Candidate {
  let failed = false;
  return {
    time: async (calls) => {
      if (failed) return Number.POSITIVE_INFINITY;
      try {
        return await process.time(id, calls, longestSample);
      } catch (error) {
        failed = true;
        onFailure((error as Error).message);
        return Number.POSITIVE_INFINITY;
      }
    },
  };
}
