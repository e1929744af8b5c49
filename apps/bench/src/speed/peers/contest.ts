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

/** One thing that Unroll and its peers compute. */
export interface Contest {
  readonly what: string;
  readonly job: Job;
  readonly peers: readonly Peer[];
  /** Of the suite's time. */
  readonly share: number;
  /** How many times as fast as a peer Unroll is meant to be. */
  readonly aimOf?: (peer: string) => number | undefined;
}

/** Warm-up and rounds: a candidate is called at least so often. */
const leastCalls = 7;
/** Operations per second that Unroll surely reaches on any machine that is not much too slow for the size. */
const surely = 5e9;

const slot = "contest";

/**
 * Lets Unroll and its peers compute the same in turns. Results are compared first; who is missing, fails, differs or would
 * take longer than the contest's time is named, and the others go on.
 */
export async function* contest(bench: Bench, contest: Contest): AsyncGenerator<Row | Absent> {
  const { what, job, share, peers } = contest;
  const seconds = bench.secondsOf(share);
  const flops = flopsOf(job);
  if ((leastCalls * flops) / surely > 10 * seconds) {
    yield overBudget(what);
    return;
  }
  const limit = Math.min(90, Math.max(10, 5 * seconds));
  const entered = new Map<string, { process: PeerProcess; way: string; judged: boolean }>();
  try {
    const own = await bench.peers.own();
    bench.note(`${what}: Unroll prepares`);
    const { result: expected } = await own.prepare(slot, job, 10 * limit);
    entered.set("Unroll", { process: own, way: "Unroll", judged: false });
    for (const peer of peers) {
      bench.note(`${what}: ${peer.name} prepares`);
      if (bench.signal.aborted) throw new Stopped("stopped while peers were preparing");
      try {
        const { process, ready } = await bench.peers.get(peer);
        const { result, differs } = await process.prepare(slot, job, limit);
        if (differs === undefined) checkEqual(job, expected, result);
        // The first call compiled things; these say what others will take.
        const once = Math.min(await process.time(slot, 1, limit), await process.time(slot, 1, limit));
        if (leastCalls * once > Math.max(seconds, 2)) throw new TookTooLong(`one call takes ${once.toPrecision(2)} s`);
        const way = differs === undefined ? peer.name : `${peer.name}, ${differs}`;
        entered.set(peer.name, { process, way, judged: differs === undefined && ready.slow === undefined });
      } catch (error) {
        yield { what, way: peer.name, ...whyNot(error) };
      }
    }
    yield* await rounds(bench, contest, entered, flops);
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

function whyNot(error: unknown): Pick<Absent, "why" | "detail"> {
  if (error instanceof Missing) return { why: error.message };
  if (error instanceof CannotDo) return { why: `cannot: ${error.message}` };
  if (error instanceof TookTooLong) return { why: tooLong, detail: error.message };
  return { why: "failed", detail: (error as Error).message };
}

type Entered = ReadonlyMap<string, { process: PeerProcess; way: string; judged: boolean }>;

async function rounds(bench: Bench, { what, share, aimOf }: Contest, entered: Entered, flops: number) {
  const failures = new Map<string, string>();
  const candidates = Object.fromEntries(
    [...entered].map(([name, { process }]) => [name, remote(process, (why) => failures.set(name, why))]),
  );
  const timings = await bench.measure(what, share, candidates);
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
