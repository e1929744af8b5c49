import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import path from "node:path";
import { type Kernels, kernels, kernelsProblem } from "@unroll/kernels";
import { Generator } from "@unroll/tensor";
import { environment } from "../environment.ts";
import { claimFolder, writeWhole } from "../files.ts";
import { InputError } from "../input-error.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { pathOption } from "../options.ts";
import { startProgress } from "../progress.ts";
import { type SpeedOptions, speedConfigOf } from "./config.ts";
import { eagerSuite } from "./eager.ts";
import { elementwiseSuite } from "./elementwise.ts";
import { gemmSuite } from "./gemm.ts";
import { measure, Stopped, type Timing } from "./measure.ts";
import { inferSuite, modelSuite, scalingSuite, trainSuite } from "./peers/against-peers.ts";
import { installPeers } from "./peers/install.ts";
import { renderPeerTables } from "./peers/markdown.ts";
import { callsSuite, cellsSuite } from "./peers/own-suites.ts";
import { Peers } from "./peers/peers.ts";
import { startSuite } from "./peers/start-suite.ts";
import {
  type Absent,
  type Row,
  type SpeedConfig,
  type SpeedResult,
  type SuiteName,
  type SuiteResult,
  speedVersion,
} from "./result.ts";
import type { Bench, Suite } from "./suite.ts";
import { loadWarning, machineText, renderMarkdown, renderTables } from "./table.ts";
import { trainingSuite } from "./training.ts";

const reportName = "report.html";
const resultName = "result.json";

const suites: Readonly<Record<SuiteName, Suite>> = {
  gemm: gemmSuite,
  elementwise: elementwiseSuite,
  eager: eagerSuite,
  training: trainingSuite,
  train: trainSuite,
  infer: inferSuite,
  model: modelSuite,
  cells: cellsSuite,
  calls: callsSuite,
  scaling: scalingSuite,
  start: startSuite,
};

/**
 * `bench speed`: times the kernels and what is built on them, prints tables, and writes a report and its numbers. With
 * `--from`, prints the tables of earlier runs instead. Ctrl-C keeps the results so far.
 *
 * @returns the process's exit code: 0, 1 where Unroll itself failed, or 130 after Ctrl-C
 * @throws {InputError} before anything is measured, when an option or the folder is not usable
 */
export async function runSpeed(options: SpeedOptions, version: string): Promise<number> {
  const { markdown = false } = options;
  if (options.from !== undefined) {
    print(await Promise.all([options.from].flat().map(readResult)), markdown);
    return 0;
  }
  if (options.installPeers) return installPeers();
  const config = speedConfigOf(options);
  const started = kernels();
  if (started === undefined)
    throw new InputError(`there is nothing to measure: WebAssembly cannot start (${kernelsProblem()})`);
  const startedAt = new Date();
  const out = path.resolve(
    pathOption("out", options.out) ?? path.join("results", `speed-${startedAt.toISOString().replaceAll(/[:.]/g, "-")}`),
  );
  await claimFolder("--out", out, [reportName, resultName]);
  const interrupt = listenForInterrupt();
  const env = { ...environment(version), v8: process.versions.v8, build: started.build };
  const before = loadavg()[0];
  announce(config, { ...env, load: { before, after: before } });
  const [resultFile, reportFile] = [path.join(out, resultName), path.join(out, reportName)];
  const peers = new Peers();
  const resultOf = (measured: readonly SuiteResult[], complete: boolean): SpeedResult => ({
    version: speedVersion,
    kind: "speed",
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    complete,
    environment: {
      ...env,
      load: { before, after: loadavg()[0] },
      ...(peers.infos.length === 0 ? {} : { peers: peers.infos }),
    },
    config,
    suites: measured,
  });
  // What has been measured is written as it comes: a run that is killed loses nothing of it.
  const save = (result: SpeedResult) => writeWhole(resultFile, `${JSON.stringify(result)}\n`);
  const { measured, complete } = await measureSuites(config, { started, peers, signal: interrupt.signal }, (so) =>
    save(resultOf(so, false)),
  );
  const result = resultOf(measured, complete);
  await save(result);
  // The charting library is large; only a run that has something to draw loads it.
  const { renderSpeedReport } = await import("./report.ts");
  await writeWhole(reportFile, renderSpeedReport(result));
  print([result], markdown);
  process.stderr.write(
    `\n${complete ? "Measured" : "Stopped early; results so far"} in ${result.seconds.toFixed(0)} s.\nreport   ${reportFile}\nnumbers  ${resultFile}\n`,
  );
  if (!complete) return interrupt.exitCode;
  // A peer may fail; Unroll may not.
  return measured.some(({ absent = [] }) => absent.some(({ way, why }) => way === "Unroll" && why === "failed"))
    ? 1
    : 0;
}

function announce(config: SpeedConfig, env: SpeedResult["environment"]): void {
  process.stderr.write(
    `speed of ${config.suites.join(", ")}: about ${config.seconds} s, seed ${config.seed}; Ctrl-C keeps what there is\n${machineText(env)}\n`,
  );
  const warning = loadWarning(env);
  if (warning !== undefined) process.stderr.write(`warning: ${warning}\n`);
}

/** What all suites measure with. */
interface Tools {
  readonly started: Kernels;
  readonly peers: Peers;
  readonly signal: AbortSignal;
}

async function measureSuites(
  config: SpeedConfig,
  tools: Tools,
  onSuite: (measured: readonly SuiteResult[]) => Promise<void>,
): Promise<{ measured: SuiteResult[]; complete: boolean }> {
  const chosen = config.suites.map((name): Suite => suites[name]);
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const startedAt = performance.now();
  const passed = () => (performance.now() - startedAt) / 1000;
  const progress = startProgress(config.seconds);
  const generator = new Generator(config.seed);
  const measured: SuiteResult[] = [];
  let weightLeft = weights;
  try {
    for (const { weight, run, ...about } of chosen) {
      const planned = (config.seconds * weight) / weights;
      // What a suite took too long or left over, those that follow share; none is cut to less than half.
      const seconds = Math.max(planned / 2, ((config.seconds - passed()) * weight) / weightLeft);
      weightLeft -= weight;
      const rows: Row[] = [];
      const absent: Absent[] = [];
      measured.push({ ...about, rows, absent });
      const bench = benchWith(tools, generator, seconds, (note) =>
        progress.update(Math.min(passed(), config.seconds), note),
      );
      for await (const row of run(bench)) {
        if ("why" in row) absent.push(row);
        else rows.push(row);
        await onSuite(measured);
      }
    }
    return { measured, complete: !tools.signal.aborted };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return { measured: measured.filter(({ rows }) => rows.length > 0), complete: false };
  } finally {
    progress.stop();
    tools.peers.stop();
  }
}

/** A bench for one suite, which has `seconds`. */
function benchWith(
  { started, peers, signal }: Tools,
  generator: Generator,
  seconds: number,
  note: (text: string) => void,
): Bench {
  const startedAt = performance.now();
  return {
    kernels: started,
    generator,
    peers,
    signal,
    seconds,
    left: () => seconds - (performance.now() - startedAt) / 1000,
    note,
    async measure(what, share, candidates) {
      const names = Object.keys(candidates) as (keyof typeof candidates)[];
      const timings = await measure(
        names.map((id) => candidates[id]),
        { seconds: share * seconds, generator, signal, onProgress: () => note(what) },
      );
      return Object.fromEntries(names.map((id, k) => [id, timings[k]])) as Record<(typeof names)[number], Timing>;
    },
  };
}

function print(results: readonly SpeedResult[], markdown: boolean): void {
  const text = markdown
    ? [renderMarkdown(results), ...results.map(renderPeerTables)].filter((text) => text !== "").join("\n\n")
    : results.map(renderTables).join("\n\n");
  process.stdout.write(`\n${text}\n`);
}

/** The result of an earlier run. */
async function readResult(file: unknown): Promise<SpeedResult> {
  const name = pathOption("from", file) as string;
  let read: Partial<SpeedResult>;
  try {
    read = JSON.parse(await readFile(name, "utf8")) as Partial<SpeedResult>;
  } catch (error) {
    throw new InputError(`--from: ${(error as Error).message}`);
  }
  if (read?.kind !== "speed" || read.version !== speedVersion)
    throw new InputError(`--from: ${name} is no result of this version of bench speed`);
  return read as SpeedResult;
}
