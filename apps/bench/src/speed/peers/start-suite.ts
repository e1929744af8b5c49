import type { Absent, Row } from "../result.ts";
import { ratios, spreadOf } from "../spread.ts";
import type { Bench, Suite } from "../suite.ts";
import { overBudget, whyNot } from "./contest.ts";
import { nameOf, sequenceJob, sizes } from "./job.ts";
import { ownCommand, peers } from "./lineup.ts";
import { type Command, PeerProcess } from "./peer-process.ts";

const [, small, middle] = sizes;
const rounds = 3;
/** After the first. */
const laterCalls = 3;
/** No library shall need longer for its first call, in seconds. */
const longest = 60;

/** What a user waits for before the first result, and the memory that it takes. */
export const startSuite: Suite = {
  suite: "start",
  title: "First calls and memory against peers",
  about: `A fresh process for each sample, up to ${rounds} samples in turns, as time allows. First call: from weights in memory to the gradients of one training step, with whatever is compiled for it. Compiling: how much longer that took than later calls; for another cell, a GRU (or an RNN where there is no such GRU) in the same process, when all code that cells share has been compiled. Memory: the most that the process held until it had trained ${laterCalls} steps more, Node and the library included.`,
  ratio: { kind: "times", against: "Unroll", head: "Unroll is faster by" },
  weight: 6,
  run: starts,
};

/** Seconds of a fresh process, and the most bytes that it held. */
interface Start {
  readonly first: number;
  readonly compiling: number;
  readonly other: number;
  readonly bytes: number;
}

async function* starts(bench: Bench): AsyncGenerator<Row | Absent> {
  for (const size of [small, middle]) {
    const what = nameOf("LSTM", size);
    const jobs = [
      sequenceJob("train", "lstm", size, bench.generator),
      sequenceJob("train", "gru", size, bench.generator),
      sequenceJob("train", "rnn", size, bench.generator),
    ];
    // Starting is not repeated until a time is over, so a short run takes the smaller size alone.
    if (size === middle && bench.seconds < 20) {
      yield overBudget(what);
      continue;
    }
    const entrants: { name: string; command: () => Promise<PeerProcess> }[] = [
      { name: "Unroll", command: () => fresh(ownCommand()) },
      ...peers
        .filter(({ trains }) => trains)
        .map((peer) => ({ name: peer.name, command: async () => (await bench.peers.fresh(peer)).process })),
    ];
    const found = new Map<string, Start[]>();
    const failed = new Map<string, Pick<Absent, "why" | "detail">>();
    const limit = Math.min(longest, Math.max(5, bench.left() / 3));
    // A round more only where there is time for one as long as the one before.
    for (let round = 0, took = 0; round < rounds && (round === 0 || took < bench.left()); round++) {
      const before = bench.left();
      for (const { name, command } of entrants) {
        if (bench.signal.aborted || failed.has(name)) continue;
        bench.note(`${what}: ${name} starts`);
        try {
          found.set(name, [...(found.get(name) ?? []), await startOnce(command, jobs, limit)]);
        } catch (error) {
          failed.set(name, whyNot(error));
        }
      }
      took = before - bench.left();
    }
    yield* rowsOf(what, found, failed);
  }
}

async function fresh(command: Command): Promise<PeerProcess> {
  return (await PeerProcess.start(command)).process;
}

async function startOnce(
  command: () => Promise<PeerProcess>,
  [lstm, gru, rnn]: readonly Parameters<PeerProcess["prepare"]>[1][],
  limit: number,
): Promise<Start> {
  const process = await command();
  try {
    const { cold: first } = await process.prepare("first", lstm, limit);
    const later = (await process.time("first", laterCalls, limit)) / laterCalls;
    const bytes = await process.memory();
    const { cold: second } = await process
      .prepare("other", gru, limit)
      .catch(() => process.prepare("other", rnn, limit));
    const other = second - (await process.time("other", laterCalls, limit)) / laterCalls;
    return { first, compiling: first - later, other, bytes };
  } finally {
    process.stop();
  }
}

function* rowsOf(
  what: string,
  found: ReadonlyMap<string, Start[]>,
  failed: ReadonlyMap<string, Pick<Absent, "why" | "detail">>,
): Generator<Row | Absent> {
  const own = found.get("Unroll") ?? [];
  for (const [label, key] of [
    ["first call", "first"],
    ["compiling", "compiling"],
    ["compiling another cell", "other"],
  ] as const)
    for (const [name, all] of found) {
      if (failed.has(name)) continue;
      const samples = all.map((one) => one[key]);
      const ratio =
        name === "Unroll" || own.length !== all.length
          ? undefined
          : ratios(
              samples,
              own.map((one) => one[key]),
            );
      yield {
        what: `${what}, ${label}`,
        way: name,
        seconds: spreadOf(samples),
        samples,
        calls: 1,
        ...(ratio === undefined ? {} : { ratio: spreadOf(ratio) }),
        ...(key === "first" ? { bytes: spreadOf(all.map(({ bytes }) => bytes)).median } : {}),
      };
    }
  for (const [name, why] of failed) yield { what, way: name, ...why };
}
