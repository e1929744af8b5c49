import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { environment } from "../environment.ts";
import { claimFolder, writeWhole } from "../files.ts";
import { halfLifeAgainstSuccess } from "../grid/correlation.ts";
import { labelOf } from "../grid/describe.ts";
import { executeRuns } from "../grid/execute.ts";
import { RunLog } from "../grid/log.ts";
import { idOf } from "../grid/spec.ts";
import { summarizeRuns } from "../grid/summary.ts";
import { renderSummary } from "../grid/tables.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { runJobs } from "../jobs.ts";
import { pathOption } from "../options.ts";
import { startProgress } from "../progress.ts";
import { count } from "../report/format.ts";
import { Collector } from "./collect.ts";
import { configOf, type GradflowOptions } from "./config.ts";
import type { Job } from "./job.ts";
import { entryOf } from "./lineup.ts";
import { FlowLog } from "./log.ts";
import { makeTask } from "./make-task.ts";
import { planJobs, workOf } from "./plan.ts";
import { racesOf } from "./races.ts";
import { type BenchResult, type GradflowConfig, resultVersion } from "./result.ts";
import { withSummary } from "./summary.ts";
import { renderTable } from "./table.ts";
import type { Task } from "./task.ts";
import { loadText } from "./text.ts";
import { tokensOf } from "./tokens.ts";
import type { RunEvent } from "./train.ts";

const reportName = "report.html";
const resultName = "result.json";
const flowLogName = "flow.ndjson";
const raceLogName = "runs.ndjson";

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
  // What is not finished is gone on with; what is, is not overwritten.
  await claimFolder("--out", out, isFinished(path.join(out, resultName)) ? [reportName, resultName] : []);
  const log = new FlowLog(path.join(out, flowLogName));

  const interrupt = listenForInterrupt();
  const jobs = planJobs(config, text);
  const races = racesOf(config.races);
  announce(jobs, races.length, config);
  const collector = await train(jobs, tasks, config, log, interrupt.signal);
  const raceLog = new RunLog(path.join(out, raceLogName));
  const lost = await executeRuns(races, raceLog, environment(version), interrupt.signal);
  const stopped = interrupt.signal.aborted;
  const failed = collector.failed || lost.length > 0;
  for (const { spec, error } of lost) process.stderr.write(`failed: ${labelOf(spec)}: ${error}\n`);
  const result: BenchResult = {
    version: resultVersion,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    complete: !stopped && !failed,
    environment: environment(version),
    config,
    tasks: tasks.map((task) => collector.task(task, config)),
    races: races.flatMap((spec) => raceLog.get(idOf(spec)) ?? []),
  };
  await present(result, out, stopped);
  return stopped ? interrupt.exitCode : failed ? 1 : 0;
}

/** Whether a file holds a result whose runs have all ended. */
function isFinished(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    return JSON.parse(readFileSync(file, "utf8")).complete !== false;
  } catch {
    // Something else of that name: not ours to overwrite.
    return true;
  }
}

function announce(jobs: readonly Job[], races: number, config: GradflowConfig): void {
  const threads = Math.min(availableParallelism(), jobs.length);
  const steps = Math.max(...config.tasks.map((task) => config.steps[task]));
  process.stderr.write(
    `gradient flow of ${config.cells.map((cell) => entryOf(cell).label).join("; ")}\n` +
      `${count(jobs.length, "run")} of ${count(steps, "step")} on ${count(threads, "thread")}${races > 0 ? `, then ${count(races, "race")} on the adding problem` : ""}; Ctrl-C keeps what there is\n`,
  );
}

async function train(
  jobs: readonly Job[],
  tasks: readonly Task[],
  config: GradflowConfig,
  log: FlowLog,
  signal: AbortSignal,
): Promise<Collector> {
  const collector = new Collector();
  const open: Job[] = [];
  for (const job of jobs) {
    const before = log.get(job);
    if (before === undefined) open.push(job);
    else collector.restore(job, before);
  }
  const metrics = new Map(tasks.map(({ name, metric }) => [name, metric]));
  const progress = startProgress(open.reduce((sum, job) => sum + workOf(job) * config.steps[job.task], 0));
  let done = 0;
  const advance = (job: Job, steps: number, note: string) => {
    done += workOf(job) * steps;
    progress.update(done, `${job.task}, ${entryOf(job.cell).label}: ${note}`);
  };
  try {
    await runJobs<Job, RunEvent>(
      open,
      new URL("./worker.js", import.meta.url),
      {
        onStart: (job) => collector.start(job),
        onEvent: (job, event) => {
          collector.add(job, event);
          if (event.kind === "step") advance(job, 1, `loss ${event.loss.toFixed(3)} ${metrics.get(job.task)}`);
          else if (event.kind === "diverged") advance(job, config.steps[job.task] - event.step, "diverged");
        },
        onEnd: (job) => {
          collector.end(job);
          const result = collector.resultOf(job);
          if (result !== undefined) log.add(job, result);
        },
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
  if (result.races.length > 0) {
    const { correlationFinding } = await import("../report/grid-finding.ts");
    process.stdout.write(
      `\n${renderSummary(summarizeRuns(result.races))}\n${correlationFinding(halfLifeAgainstSuccess(result.races))}\n`,
    );
  }
  const what = stopped
    ? "Stopped early; the same command with --out goes on; results so far"
    : result.complete
      ? "Measured"
      : "Some runs failed; results of the others";
  process.stdout.write(
    `\n${what} in ${result.seconds.toFixed(0)} s.\nreport   ${reportFile}\nnumbers  ${resultFile}\n`,
  );
}
