import type { Job } from "./job.ts";
import { entryOf } from "./lineup.ts";
import type { GradflowConfig, ProbeResult, RunResult, TaskResult } from "./result.ts";
import type { Task } from "./task.ts";
import type { RunEvent } from "./train.ts";

/** A run as far as it has come. */
interface RunSoFar {
  readonly job: Job;
  readonly startedAt: number;
  endedAt: number | undefined;
  describe: string;
  hidden: number;
  parameters: number;
  divergedAt: number | undefined;
  error: string | undefined;
  readonly loss: number[];
  readonly gradNorm: number[];
  readonly validation: { step: number; value: number }[];
  readonly probes: ProbeResult[];
}

/** Gathers the events of all runs; results can be taken at any time, also when only some have ended. */
export class Collector {
  readonly #runs = new Map<Job, RunSoFar>();
  readonly #restored = new Map<Job, RunResult>();

  /** A run that had ended before, in an earlier process. */
  restore(job: Job, result: RunResult): void {
    this.#restored.set(job, result);
  }

  /** What a run that has been started came to so far. */
  resultOf(job: Job): RunResult | undefined {
    const run = this.#runs.get(job);
    return run && resultOf(run);
  }

  start(job: Job): void {
    this.#runs.set(job, {
      job,
      startedAt: performance.now(),
      endedAt: undefined,
      describe: "",
      hidden: job.config.hidden[job.task],
      parameters: 0,
      divergedAt: undefined,
      error: undefined,
      loss: [],
      gradNorm: [],
      validation: [],
      probes: [],
    });
  }

  add(job: Job, event: RunEvent): void {
    const run = this.#runs.get(job);
    if (run === undefined) return;
    if (event.kind === "model")
      Object.assign(run, { describe: event.describe, hidden: event.hidden, parameters: event.parameters });
    else if (event.kind === "probe") run.probes.push(event.probe);
    else if (event.kind === "validation") run.validation.push({ step: event.step, value: event.value });
    else if (event.kind === "diverged") run.divergedAt = event.step;
    else {
      run.loss.push(event.loss);
      run.gradNorm.push(event.gradNorm);
    }
  }

  end(job: Job): void {
    const run = this.#runs.get(job);
    if (run !== undefined) run.endedAt = performance.now();
  }

  /** The program itself went wrong in this run; what it reported before stays. */
  fail(job: Job, error: string): void {
    const run = this.#runs.get(job);
    if (run !== undefined) run.error = error;
  }

  /** Whether a run ended by a fault of the program. */
  get failed(): boolean {
    return [...this.#runs.values()].some(({ error }) => error !== undefined);
  }

  /** The results of one task, in the order of the configuration. Runs that came to nothing are left out, unless they failed. */
  task({ name, description, metric, baseline }: Task, config: GradflowConfig): TaskResult {
    const runs = [...this.#runs.values()]
      .filter(({ job, describe, error }) => job.task === name && (describe !== "" || error !== undefined))
      .map(resultOf);
    for (const [job, result] of this.#restored) if (job.task === name) runs.push(result);
    const order = (run: RunResult) =>
      config.cells.indexOf(run.cell) * config.seeds.length + config.seeds.indexOf(run.seed);
    return { task: name, description, metric, baseline, runs: runs.sort((a, b) => order(a) - order(b)) };
  }
}

function resultOf({ job, startedAt, endedAt, divergedAt, error, ...run }: RunSoFar): RunResult {
  return {
    cell: job.cell,
    label: entryOf(job.cell).label,
    seed: job.seed,
    ...run,
    status:
      error !== undefined
        ? "failed"
        : divergedAt !== undefined
          ? "diverged"
          : endedAt === undefined
            ? "stopped"
            : "done",
    divergedAt,
    error,
    seconds: ((endedAt ?? performance.now()) - startedAt) / 1000,
  };
}
