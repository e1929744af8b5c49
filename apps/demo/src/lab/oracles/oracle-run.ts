import { type Signal, signal } from "@preact/signals";
import type { OracleResult } from "@unroll/bench/lab";
import type { Report } from "../../engine/protocol.ts";
import type { OracleCommand, OracleReport } from "./protocol.ts";

/** What is known of the analytic presets so far. */
export interface OracleRun {
  readonly results: Signal<readonly OracleResult[]>;
  /** Why nothing can be measured. */
  readonly problem: Signal<string | null>;
}

let started: OracleRun | undefined;

/** Measures the analytic presets once for a page, in a worker of its own, which ends with the last one. */
export function runOracles(count: number): OracleRun {
  if (started !== undefined) return started;
  const results = signal<readonly OracleResult[]>([]);
  const problem = signal<string | null>(null);
  started = { results, problem };
  // The script of the lanes' workers: the browser has it already.
  const worker = new Worker(new URL("../../engine/worker.ts", import.meta.url), {
    type: "module",
    name: "unroll oracles",
  });
  worker.onmessage = ({ data }: MessageEvent<Report | OracleReport>) => {
    if (data.kind !== "oracle") return;
    results.value = [...results.peek(), data.result];
    if (results.peek().length === count) worker.terminate();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    problem.value = event.message ?? "";
    worker.terminate();
  };
  worker.postMessage({ kind: "oracles" } satisfies OracleCommand);
  return started;
}
