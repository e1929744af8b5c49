import { Generator } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import type { Bench } from "../suite.ts";
import { contest } from "./contest.ts";
import { sequenceJob } from "./job.ts";
import type { Peer } from "./lineup.ts";
import { CannotDo, TookTooLong } from "./peer-process.ts";
import { Missing } from "./peers.ts";
import { sampleMeasure } from "./sample-measure.ts";

const job = sequenceJob("infer", "rnn", { B: 1, T: 1, I: 1, H: 1 }, new Generator(1));
const output = Float32Array.of(1, 2);

/** A peer by what it does. */
interface Behaviour {
  readonly seconds?: number;
  readonly result?: Record<string, Float32Array>;
  readonly differs?: string;
  readonly slow?: string;
  /** What it throws when it is started, prepares, or is timed in the rounds. */
  readonly start?: Error;
  readonly prepare?: Error;
  readonly rounds?: Error;
}

function processOf(trials: number, { seconds = 0.01, result = { output }, differs, prepare, rounds }: Behaviour) {
  let timed = 0;
  return {
    prepare: async () => {
      if (prepare !== undefined) throw prepare;
      return { cold: 1, result, ...(differs === undefined ? {} : { differs }) };
    },
    time: async (_: string, calls: number) => {
      // Two trials of a peer come before the rounds.
      if (++timed > trials && rounds !== undefined) throw rounds;
      return calls * seconds;
    },
    drop: async () => {},
  };
}

/** A bench whose clock is what the candidates say. */
function benchOf(behaviours: Readonly<Record<string, Behaviour>>): Bench {
  const processes = Object.fromEntries(
    Object.entries(behaviours).map(([name, one]) => [name, processOf(name === "Unroll" ? 0 : 2, one)]),
  );
  const bench = {
    peers: {
      own: async () => processes.Unroll,
      get: async ({ name }: Peer) => {
        const { start, slow } = behaviours[name];
        if (start !== undefined) throw start;
        return { process: processes[name], ready: { version: "1", notes: [], slow } };
      },
    },
    signal: new AbortController().signal,
    seconds: 10,
    left: () => 10,
    note: () => {},
    measure: sampleMeasure,
  };
  return bench as unknown as Bench;
}

async function outcome(behaviours: Readonly<Record<string, Behaviour>>, aim?: number) {
  const peers = Object.keys(behaviours)
    .filter((name) => name !== "Unroll")
    .map((name): Peer => ({ name, trains: true, program: "" }));
  const rows = [];
  for await (const row of contest(benchOf(behaviours), { what: "RNN", job, peers, parts: 1, aimOf: () => aim }))
    rows.push(row);
  return rows;
}

describe("contest", () => {
  it("says how many times as fast as each peer Unroll is, and whether that was the aim", async () => {
    const rows = await outcome({ Unroll: {}, twice: { seconds: 0.02 }, half: { seconds: 0.005 } }, 1.5);
    expect(rows).toMatchObject([
      { what: "RNN", way: "Unroll", seconds: { median: 0.01 } },
      { way: "twice", ratio: { median: 2 }, aim: { value: 1.5, met: true } },
      { way: "half", ratio: { median: 0.5 }, aim: { met: false } },
    ]);
    expect(rows[0]).not.toHaveProperty("ratio");
  });

  it("names who is missing, cannot, fails, differs or takes too long; the others go on", async () => {
    const rows = await outcome({
      Unroll: {},
      missing: { start: new Missing("not installed") },
      unable: { prepare: new CannotDo("no such cell") },
      broken: { prepare: new Error("oh") },
      wrong: { result: { output: Float32Array.of(1, 2.1) } },
      late: { prepare: new TookTooLong("no answer within 9 s") },
      slow: { seconds: 2 },
      dying: { rounds: new Error("its process ended") },
      good: {},
    });
    expect(rows).toMatchObject([
      { way: "missing", why: "not installed" },
      { way: "unable", why: "cannot: no such cell" },
      { way: "broken", why: "failed", detail: "oh" },
      { way: "wrong", why: "failed", detail: expect.stringContaining("output is another one than Unroll's") },
      { way: "late", why: "over budget: it needs more --seconds", detail: "no answer within 9 s" },
      { way: "slow", why: "over budget: it needs more --seconds", detail: "one call takes 2.0 s" },
      { way: "Unroll" },
      { way: "dying", why: "failed", detail: "its process ended" },
      { way: "good", ratio: { median: 1 } },
    ]);
  });

  it("lets the fastest in where there is no time for all", async () => {
    const slow = (seconds: number) => ({ seconds });
    const rows = await outcome({ Unroll: {}, first: slow(1), second: slow(1.2), third: slow(0.8) });
    expect(rows).toMatchObject([
      { way: "second", why: "over budget: it needs more --seconds", detail: "one call takes 1.2 s" },
      { way: "Unroll" },
      { way: "first", ratio: { median: 100 } },
      { way: "third", ratio: { median: 80 } },
    ]);
  });

  it("says so where nothing is left of the suite's time", async () => {
    const bench = { ...benchOf({ Unroll: {} }), left: () => 1 };
    const rows = [];
    for await (const row of contest(bench, { what: "RNN", job, peers: [], parts: 3 })) rows.push(row);
    expect(rows).toEqual([{ what: "RNN", way: "all", why: "over budget: it needs more --seconds" }]);
  });

  it("judges neither against another cell nor against a peer that is slower here than elsewhere", async () => {
    const other = { result: {}, differs: "another cell" };
    const rows = await outcome({ Unroll: {}, other, crippled: { slow: "reference BLAS" } }, 0.5);
    expect(rows).toMatchObject([{ way: "Unroll" }, { way: "other, another cell" }, { way: "crippled" }]);
    for (const row of rows) expect(row).not.toHaveProperty("aim");
  });

  it("does not begin what is far too much for its time", async () => {
    const huge = sequenceJob("infer", "rnn", { B: 1, T: 1, I: 1, H: 1 }, new Generator(1));
    const rows = [];
    const sized = { ...huge, B: 1e6, T: 1e6 };
    for await (const row of contest(benchOf({ Unroll: {} }), { what: "RNN", job: sized, peers: [], parts: 1 }))
      rows.push(row);
    expect(rows).toEqual([{ what: "RNN", way: "all", why: "over budget: it needs more --seconds" }]);
  });

  it.each([{ prepare: new Error("no memory") }, { rounds: new Error("no memory") }])(
    "says that Unroll itself failed, and goes on to the next one: %j",
    async (behaviour) => {
      expect(await outcome({ Unroll: behaviour, good: {} })).toEqual([
        { what: "RNN", way: "Unroll", why: "failed", detail: "no memory" },
      ]);
    },
  );
});
