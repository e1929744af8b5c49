import { availableParallelism } from "node:os";
import path from "node:path";
import { environment } from "../environment.ts";
import { claimFolder, writeWhole } from "../files.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { runJobs } from "../jobs.ts";
import { pathOption } from "../options.ts";
import { startProgress } from "../progress.ts";
import { count } from "../report/format.ts";
import { Collector } from "./collect.ts";
import { configOf, type GradflowOptions } from "./config.ts";
import type { Job } from "./job.ts";
import { entryOf } from "./lineup.ts";
import { makeTask } from "./make-task.ts";
import { planJobs, workOf } from "./plan.ts";
import { type BenchResult, type GradflowConfig, resultVersion } from "./result.ts";
import { withSummary } from "./summary.ts";
import { renderTable } from "./table.ts";
import type { Task } from "./task.ts";
import { loadText } from "./text.ts";
import { tokensOf } from "./tokens.ts";
import type { RunEvent } from "./train.ts";

const reportName = "report.html";
const resultName = "result.json";

/**
 * `bench gradflow`: trains the cells, measures how gradients flow back through them, prints a table, and writes a report
 * and its numbers. Ctrl-C keeps the results so far.
 *
 * @returns the process's exit code: 0, 1 when a run failed, 130 after Ctrl-C
 * @throws {InputError} before anything is trained, when an option, the data or the folder is not usable
 */
export async function runGradflow(options: GradflowOptions, version: string): Promise<number> {
  const config = configOf(options);
  const text = config.tasks.includes("text") ? await loadText(config.data) : tokensOf("", "");
  const tasks = config.tasks.map((task) => makeTask(task, text, config, 0));
  const startedAt = new Date();
  const named = pathOption("out", options.out);
  const out = path.resolve(
    named ?? path.join("results", `gradflow-${startedAt.toISOString().replaceAll(/[:.]/g, "-")}`),
  );
  await claimFolder("--out", out, [reportName, resultName]);

  const interrupt = listenForInterrupt();
  const jobs = planJobs(config, text);
  announce(jobs, config);
  const collector = await train(jobs, tasks, config, interrupt.signal);
  const stopped = interrupt.signal.aborted;
  const result: BenchResult = {
    version: resultVersion,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    complete: !stopped && !collector.failed,
    environment: environment(version),
    config,
    tasks: tasks.map((task) => collector.task(task, config)),
  };
  await present(result, out, stopped);
  return stopped ? interrupt.exitCode : collector.failed ? 1 : 0;
}

function announce(jobs: readonly Job[], config: GradflowConfig): void {
  const threads = Math.min(availableParallelism(), jobs.length);
  const steps = Math.max(...config.tasks.map((task) => config.steps[task]));
  process.stderr.write(
    `gradient flow of ${config.cells.map((cell) => entryOf(cell).label).join("; ")}\n` +
      `${count(jobs.length, "run")} of ${count(steps, "step")} on ${count(threads, "thread")}; Ctrl-C keeps what there is\n`,
  );
}

async function train(
  jobs: readonly Job[],
  tasks: readonly Task[],
  config: GradflowConfig,
  signal: AbortSignal,
): Promise<Collector> {
  const collector = new Collector();
  const metrics = new Map(tasks.map(({ name, metric }) => [name, metric]));
  const progress = startProgress(jobs.reduce((sum, job) => sum + workOf(job) * config.steps[job.task], 0));
  let done = 0;
  const advance = (job: Job, steps: number, note: string) => {
    done += workOf(job) * steps;
    progress.update(done, `${job.task}, ${entryOf(job.cell).label}: ${note}`);
  };
  try {
    await runJobs<Job, RunEvent>(
      jobs,
      new URL("./worker.js", import.meta.url),
      {
        onStart: (job) => collector.start(job),
        onEvent: (job, event) => {
          collector.add(job, event);
          if (event.kind === "step") advance(job, 1, `loss ${event.loss.toFixed(3)} ${metrics.get(job.task)}`);
          else if (event.kind === "diverged") advance(job, config.steps[job.task] - event.step, "diverged");
        },
        onEnd: (job) => collector.end(job),
        onFail: (job, error) => collector.fail(job, error),
      },
      signal,
    );
  } finally {
    progress.stop();
  }
  return collector;
}

/** Writes both files and prints the tables and where the files are. */
async function present(result: BenchResult, out: string, stopped: boolean): Promise<void> {
  const resultFile = path.join(out, resultName);
  const reportFile = path.join(out, reportName);
  await writeWhole(resultFile, `${JSON.stringify(withSummary(result))}\n`);
  // The charting library is large; only a run that has something to draw loads it.
  const { renderReport } = await import("../report/render.ts");
  await writeWhole(reportFile, renderReport(result));
  for (const task of result.tasks) process.stdout.write(`\n${renderTable(task)}\n`);
  const what = stopped
    ? "Stopped early; results so far"
    : result.complete
      ? "Measured"
      : "Some runs failed; results of the others";
  process.stdout.write(
    `\n${what} in ${result.seconds.toFixed(0)} s.\nreport   ${reportFile}\nnumbers  ${resultFile}\n`,
  );
}
