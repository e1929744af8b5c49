import type { Environment } from "../environment.ts";
import { runJobs } from "../jobs.ts";
import { startProgress } from "../progress.ts";
import { labelOf, workOf } from "./describe.ts";
import type { RunLog } from "./log.ts";
import { type GridEvent, recordVersion } from "./record.ts";
import { idOf, type RunSpec } from "./spec.ts";

/** A run that broke down; it is tried again the next time. */
export interface Failure {
  readonly spec: RunSpec;
  readonly error: string;
}

/**
 * Makes all runs that the log does not hold yet, one on each core, and adds each to the log as soon as it has ended.
 * Whatever ends this process, the runs in the log are whole, and the next call goes on behind them.
 */
export async function executeRuns(
  specs: readonly RunSpec[],
  log: RunLog,
  environment: Environment,
  signal: AbortSignal,
  worker: URL = new URL("./grid-worker.js", import.meta.url),
): Promise<readonly Failure[]> {
  const open = specs.filter((spec) => !log.has(idOf(spec)));
  const failures: Failure[] = [];
  // A run that is solved early leaves the rest of its cap: the bar jumps ahead.
  const progress = startProgress(open.reduce((total, spec) => total + workOf(spec), 0));
  const reached = new Map<RunSpec, number>();
  let done = 0;
  const reach = (spec: RunSpec, share: number, note: string) => {
    const work = workOf(spec) * share;
    done += work - (reached.get(spec) ?? 0);
    reached.set(spec, work);
    progress.update(done, `${labelOf(spec)}: ${note}`);
  };
  try {
    await runJobs<RunSpec, GridEvent>(
      open,
      worker,
      {
        onStart: () => {},
        onEvent: (spec, event) => {
          if (event.kind === "progress") return reach(spec, event.sequences / spec.cap, event.note);
          const { outcome } = event;
          const finishedAt = new Date().toISOString();
          log.add({ version: recordVersion, id: idOf(spec), spec, outcome, environment, finishedAt });
          reach(spec, 1, `${outcome.status} after ${outcome.sequences.toLocaleString("en-US")} sequences`);
        },
        onEnd: () => {},
        onFail: (spec, error) => failures.push({ spec, error }),
      },
      signal,
    );
  } finally {
    progress.stop();
  }
  return failures;
}
