import { Generator } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import type { Absent, Row } from "../result.ts";
import type { Bench } from "../suite.ts";
import { inferSuite } from "./against-peers.ts";
import type { Peer } from "./lineup.ts";
import { Missing } from "./peers.ts";
import type { Job } from "./protocol.ts";
import { sampleMeasure } from "./sample-measure.ts";

/** A bench where Unroll takes a second, tfjs wasm twenty and tfjs cpu too long from the second size on; others are missing. */
function benchOf(prepared: string[]): Bench {
  const processOf = (name: string, seconds: (job: Job) => number) => {
    let job: Job | undefined;
    return {
      prepare: async (_: string, next: Job) => {
        job = next;
        prepared.push(`${name} ${next.cell} ${next.H}`);
        return { cold: 1, result: { output: Float32Array.of(1) } };
      },
      time: async (_: string, calls: number) => calls * seconds(job as Job),
      drop: async () => {},
    };
  };
  const processes: Record<string, ReturnType<typeof processOf>> = {
    Unroll: processOf("Unroll", () => 1),
    "tfjs wasm": processOf("tfjs wasm", () => 20),
    "tfjs cpu": processOf("tfjs cpu", ({ H }) => (H > 16 ? 1e6 : 1)),
  };
  const bench = {
    kernels: { build: "simd" },
    generator: new Generator(1),
    peers: {
      own: async () => processes.Unroll,
      get: async ({ name }: Peer) => {
        if (processes[name] === undefined) throw new Missing("not installed");
        return { process: processes[name], ready: { version: "1", notes: [] } };
      },
    },
    signal: new AbortController().signal,
    seconds: 200_000,
    left: () => 200_000,
    note: () => {},
    measure: sampleMeasure,
  };
  return bench as unknown as Bench;
}

describe("the suites against peers", () => {
  it("measure every cell at every size, and try nobody again at a larger size who had no time for a smaller one", async () => {
    const prepared: string[] = [];
    const rows: (Row | Absent)[] = [];
    for await (const row of inferSuite.run(benchOf(prepared))) rows.push(row);
    const measured = rows.filter((row): row is Row => !("why" in row));
    expect(measured.filter(({ way }) => way === "Unroll")).toHaveLength(20);
    // Its GRU is of the other kind.
    expect(measured.filter(({ way }) => way === "tfjs wasm").map(({ ratio }) => ratio?.median)).toEqual(
      Array(15).fill(20),
    );
    expect(prepared.filter((one) => one.startsWith("tfjs cpu"))).toEqual([
      "tfjs cpu lstm 16",
      "tfjs cpu lstm 32",
      "tfjs cpu rnn 16",
      "tfjs cpu rnn 32",
      "tfjs cpu gru-before 16",
      "tfjs cpu gru-before 32",
    ]);
    const late = rows.filter((row): row is Absent => "why" in row && row.way === "tfjs cpu");
    expect(late.map(({ detail }) => detail)).toEqual(
      Array(3).fill(["one call takes 1.0e+6 s", "a smaller one did", "a smaller one did", "a smaller one did"]).flat(),
    );
    // All others are missing everywhere.
    expect(rows.filter((row) => "why" in row && row.way === "PyTorch")).toHaveLength(15);
  });
});
