import { availableParallelism, cpus } from "node:os";
import path from "node:path";
import { writeWhole } from "../files.ts";
import { type Progress, startProgress } from "../progress.ts";
import { Collector } from "./collect.ts";
import { configOf, type GradflowOptions } from "./config.ts";
import type { Job } from "./job.ts";
import { runJobs } from "./jobs.ts";
import { entryOf } from "./lineup.ts";
import { makeTask, type NamedText } from "./make-task.ts";
import { type BenchResult, type GradflowConfig, resultVersion } from "./result.ts";
import { summarize } from "./summary.ts";
import { renderTable } from "./table.ts";
import type { Task } from "./task.ts";
import { loadText } from "./text.ts";

/** Exit code of a process that ended on Ctrl-C, by the convention of shells. */
const interrupted = 130;

/**
 * `bench gradflow`: trains the cells, measures how gradients flow back through them, prints a table, and writes a report
 * and its numbers. Ctrl-C keeps the results so far.
 *
 * @returns the process's exit code
 * @throws {InputError} before anything is written, when an option or the data is not usable
 */
export async function runGradflow(options: GradflowOptions, version: string): Promise<number> {
  const config = configOf(options);
  const text = config.tasks.includes("text") ? await loadText(config.data) : { name: "", text: "" };
  const tasks = config.tasks.map((task) => makeTask(task, text, config, 0));
  const startedAt = new Date();
  const out = path.resolve(
    options.out ?? path.join("results", `gradflow-${startedAt.toISOString().replaceAll(/[:.]/g, "-")}`),
  );

  const jobs = jobsOf(config, text);
  process.stderr.write(`gradient flow of ${config.cells.map((cell) => entryOf(cell).label).join("; ")}\n`);
  process.stderr.write(
    `${jobs.length} runs of ${Math.max(config.steps.text, config.steps.adding)} steps on ${Math.min(availableParallelism(), jobs.length)} threads; Ctrl-C keeps what there is\n`,
  );
  const { collector, aborted } = await runAll(jobs, config);

  const result: BenchResult = {
    version: resultVersion,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    complete: !aborted,
    environment: {
      node: process.version,
      platform: process.platform,
      arch: process.arch,
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      unroll: version,
    },
    config,
    tasks: tasks.map((task) => collector.task(task, config)),
  };
  return finish(result, tasks, out);
}

function jobsOf(config: GradflowConfig, text: NamedText): Job[] {
  const jobs = config.tasks.flatMap((task) =>
    config.cells.flatMap((cell) => config.seeds.map((seed): Job => ({ task, cell, seed, config, text }))),
  );
  // The longest first, so that no thread is left alone with one at the end.
  return jobs.sort((a, b) => workOf(b) - workOf(a));
}

/** Roughly how long a step takes: products with a gate's weights, for every gate. */
function workOf({ task, cell, config }: Job): number {
  const gates = cell.startsWith("lstm") ? 4 : cell.startsWith("gru") ? 3.5 : cell === "rnn-eq" ? 4 : 1.2;
  const hidden = config.hidden[task];
  return gates * hidden * (hidden + 32) * config.batch[task];
}

async function runAll(
  jobs: readonly Job[],
  config: GradflowConfig,
): Promise<{ collector: Collector; aborted: boolean }> {
  const collector = new Collector();
  const total = jobs.reduce((sum, job) => sum + workOf(job) * config.steps[job.task], 0);
  const abort = new AbortController();
  const stop = () => {
    // A second Ctrl-C is for those who do not want to wait for the report.
    if (abort.signal.aborted) process.exit(interrupted);
    abort.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const progress: Progress = startProgress(total);
  let done = 0;
  try {
    await runJobs(
      jobs,
      new URL("./worker.js", import.meta.url),
      {
        onStart: (job) => collector.start(job),
        onEvent: (job, event) => {
          collector.add(job, event);
          if (event.kind === "step") {
            done += workOf(job);
            progress.update(done, `${job.task}, ${entryOf(job.cell).label}: loss ${event.loss.toFixed(3)}`);
          } else if (event.kind === "diverged") {
            done += workOf(job) * (config.steps[job.task] - event.step + 1);
          }
        },
        onEnd: (job) => collector.end(job),
      },
      abort.signal,
    );
  } finally {
    progress.stop();
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  return { collector, aborted: abort.signal.aborted };
}

async function finish(result: BenchResult, tasks: readonly Task[], out: string): Promise<number> {
  const jsonFile = path.join(out, "result.json");
  const htmlFile = path.join(out, "report.html");
  const summary = Object.fromEntries(result.tasks.map((task) => [task.task, summarize(task)]));
  await writeWhole(jsonFile, `${JSON.stringify({ ...result, summary })}\n`);
  // The charting library is large; only a run that has something to draw loads it.
  const { renderReport } = await import("../report/render.ts");
  await writeWhole(htmlFile, renderReport(result));
  for (const task of result.tasks) process.stdout.write(`\n${renderTable(task)}\n`);
  const many = tasks.length > 1 ? "both tasks" : "the task";
  process.stdout.write(
    `\n${result.complete ? `Measured ${many}` : "Stopped early; results so far"} in ${result.seconds.toFixed(0)} s.\nreport   ${htmlFile}\nnumbers  ${jsonFile}\n`,
  );
  return result.complete ? 0 : interrupted;
}
