import { availableParallelism } from "node:os";
import path from "node:path";
import { environment } from "../environment.ts";
import { claimFolder, writeWhole } from "../files.ts";
import { InputError } from "../input-error.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { pathOption } from "../options.ts";
import { count, duration } from "../report/format.ts";
import { readGrid, shardOption } from "./config.ts";
import { labelOf } from "./describe.ts";
import { diffRuns } from "./diff.ts";
import { executeRuns } from "./execute.ts";
import { RunLog } from "./log.ts";
import { renderMarkdown } from "./markdown.ts";
import { planRuns } from "./plan.ts";
import type { RunRecord } from "./record.ts";
import { fileNames, type GridResult, gridResultVersion, readRuns } from "./result.ts";
import { sourcesOf } from "./sources.ts";
import { type GridConfig, idOf, runsOf, shardOf } from "./spec.ts";
import { summarizeRuns } from "./summary.ts";
import { renderDiff, renderPlan, renderSummary } from "./tables.ts";

/** The options of the grid commands as they come from the command line. */
export interface GridOptions {
  shard?: unknown;
  out?: unknown;
}

/**
 * `bench grid`: makes the runs of a grid that its folder does not hold yet, prints a table, and writes a report. Ctrl-C, or
 * anything else that ends the process, keeps the runs that have ended; the same command with the same `--out` goes on.
 *
 * @returns the process's exit code: 0, 1 when a run failed, 130 after Ctrl-C
 */
export async function runGrid(given: string, options: GridOptions, version: string): Promise<number> {
  const config = readGrid(given);
  const shard = shardOption(options.shard);
  const specs = shard === undefined ? runsOf(config) : shardOf(runsOf(config), shard);
  const out = outOf(options, config.name);
  await claimFolder("--out", out, []);
  // Worker threads load them again; what has to be fetched is fetched once, and said once.
  await sourcesOf(specs);
  const log = new RunLog(path.join(out, fileNames.log));
  const ids = new Set(specs.map(idOf));
  const before = log.records.filter(({ id }) => ids.has(id)).length;
  const threads = Math.min(availableParallelism(), Math.max(1, specs.length - before));
  process.stderr.write(
    [
      config.title,
      `${count(specs.length, "run")}${shard === undefined ? "" : ` of part ${shard.index} of ${shard.of}`}, ${before} of them done before, on ${count(threads, "thread")}; what has ended is in ${path.join(out, fileNames.log)}`,
      ...(log.torn > 0 ? [`${count(log.torn, "line")} of the log ended in the middle; such runs are done again`] : []),
      "",
    ].join("\n"),
  );
  const interrupt = listenForInterrupt();
  const startedAt = performance.now();
  const failures = await executeRuns(specs, log, environment(version), interrupt.signal);
  for (const { spec, error } of failures) process.stderr.write(`failed: ${labelOf(spec)}: ${error}\n`);
  const records = log.records.filter(({ id }) => ids.has(id));
  await present(config, specs.length, inOrder(records, specs.map(idOf)), out);
  process.stdout.write(
    `${interrupt.signal.aborted ? "Stopped early; the same command with --out goes on" : "Done"} after ${duration((performance.now() - startedAt) / 1000)}.\nreport   ${path.join(out, fileNames.report)}\nnumbers  ${path.join(out, fileNames.result)}\n`,
  );
  return interrupt.signal.aborted ? interrupt.exitCode : failures.length > 0 ? 1 : 0;
}

/** `bench plan`: what a grid would take here, without running it. */
export async function planGrid(given: string, options: GridOptions): Promise<number> {
  const config = readGrid(given);
  const shard = shardOption(options.shard);
  const specs = shard === undefined ? runsOf(config) : shardOf(runsOf(config), shard);
  const plan = planRuns(specs, await sourcesOf(specs), (done, of) =>
    process.stderr.write(`timing ${done + 1} of ${of}\r`),
  );
  process.stdout.write(`${config.title}\n\n${renderPlan(plan)}\n`);
  return 0;
}

/** `bench merge`: the runs of several folders in one, with a report over all of them. */
export async function mergeRuns(
  folders: readonly string[],
  options: GridOptions & { grid?: unknown },
): Promise<number> {
  if (folders.length === 0) throw new InputError("bench merge: name the folders whose runs shall come together");
  const given = pathOption("grid", options.grid);
  if (given === undefined) throw new InputError("bench merge: --grid names the grid that the runs belong to");
  const config = readGrid(given);
  const out = outOf(options, config.name);
  const parts = folders.map((folder) => readRuns(folder));
  await claimFolder("--out", out, [fileNames.log]);
  const log = new RunLog(path.join(out, fileNames.log));
  for (const record of parts.flat()) if (!log.has(record.id)) log.add(record);
  const ids = runsOf(config).map(idOf);
  await present(config, ids.length, inOrder(log.records, ids), out);
  const twice = parts.flat().length - log.records.length;
  process.stdout.write(
    `${count(log.records.length, "run")} of ${ids.length}${twice > 0 ? `, ${twice} more that were there twice` : ""}\nreport   ${path.join(out, fileNames.report)}\nnumbers  ${path.join(out, fileNames.result)}\n`,
  );
  return 0;
}

/** `bench show`: the tables of runs that were made before, as text or as a Markdown document with what has not been run. */
export function showRuns(given: string, options: GridOptions & { grid?: unknown; markdown?: boolean }): number {
  const file = pathOption("grid", options.grid);
  const config = file === undefined ? undefined : readGrid(file);
  const found = readRuns(given);
  const specs = config === undefined ? found.map(({ spec }) => spec) : runsOf(config);
  const records = inOrder(found, specs.map(idOf));
  const text = options.markdown
    ? renderMarkdown(config?.title ?? path.basename(given), specs, records)
    : `${renderSummary(summarizeRuns(records))}\n\n${records.length} of ${count(specs.length, "run")}\n`;
  process.stdout.write(text);
  return 0;
}

/** `bench diff`: compares two results. The exit code is that of `diff`: 1 when a run of equal settings came out differently. */
export function diffResults(a: string, b: string): number {
  const difference = diffRuns(readRuns(a), readRuns(b));
  process.stdout.write(`${renderDiff(difference)}\n`);
  return difference.changed.length > 0 ? 1 : 0;
}

function outOf(options: GridOptions, name: string): string {
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  return path.resolve(pathOption("out", options.out) ?? path.join("results", `${name}-${time}`));
}

/** In the order of the grid, whichever ended first. */
function inOrder(records: readonly RunRecord[], ids: readonly string[]): RunRecord[] {
  const known = new Map(records.map((record) => [record.id, record]));
  return ids.flatMap((id) => known.get(id) ?? []);
}

/** Writes the report and the numbers, and prints the tables. */
async function present(config: GridConfig, runs: number, records: readonly RunRecord[], out: string): Promise<void> {
  const result: GridResult = {
    version: gridResultVersion,
    kind: "grid",
    name: config.name,
    title: config.title,
    complete: records.length === runs,
    runs,
    records,
    summary: summarizeRuns(records),
  };
  await writeWhole(path.join(out, fileNames.result), `${JSON.stringify(result)}\n`);
  // The charting library is large; only a run that has something to draw loads it.
  const { renderGridReport } = await import("../report/grid-report.ts");
  await writeWhole(path.join(out, fileNames.report), renderGridReport(result));
  if (records.length > 0) process.stdout.write(`\n${renderSummary(result.summary)}\n\n`);
}
