import Table from "cli-table3";
import { grouped, significant } from "../report/format.ts";
import type { Aim, RatioMeaning, Row, SpeedEnvironment, SpeedResult, SuiteResult } from "./result.ts";
import type { Spread } from "./spread.ts";

/** From this load on, other work takes time from what is measured; the program itself is no part of it yet. */
const busyFrom = 0.3;

/** A warning where other programs were running when the measurements began. */
export function loadWarning({ load, cores }: SpeedEnvironment): string | undefined {
  if (load.before <= busyFrom) return undefined;
  return `other programs are running (load ${load.before.toFixed(2)} on ${cores} cores): times are too long and ratios less certain`;
}

/** The machine in one line. */
export function machineText({ cpu, cores, platform, arch, node, v8, build, unroll }: SpeedEnvironment): string {
  return `${cpu}, ${cores} cores, ${platform} ${arch}, Node ${node.replace(/^v/, "")}, V8 ${v8}, ${buildText(build)} build, Unroll ${unroll}`;
}

/** The name of a build. */
export function buildText(build: SpeedEnvironment["build"]): string {
  return build === "simd" ? "plain SIMD" : "relaxed SIMD";
}

/** `8.31 µs`: three digits, in the unit that leaves at most three before the point. */
export function timeText(seconds: number): string {
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? units[units.length - 1];
  return `${significant(seconds / size, 3)} ${unit}`;
}

/** A time that was chosen, not measured: `8 µs`, `1.5 ms`, without zeros behind the point. */
export function roundTimeText(seconds: number): string {
  return timeText(seconds)
    .replace(/(\.\d*?)0+ /, "$1 ")
    .replace(". ", " ");
}

const units: readonly (readonly [string, number])[] = [
  ["s", 1],
  ["ms", 1e-3],
  ["µs", 1e-6],
  ["ns", 1e-9],
];

/** `93.1 %` or `8.42 ×`. */
export function ratioText(value: number, { kind }: RatioMeaning): string {
  return kind === "share" ? `${(100 * value).toFixed(1)} %` : `${significant(value, 3)} ×`;
}

/** `≥ 90 %`, `≤ 1 µs`; empty without an aim. */
export function aimText(aim: Aim | undefined, ratio: RatioMeaning | undefined): string {
  if (aim === undefined) return "";
  const sign = aim.bound === "least" ? "≥" : "≤";
  if (aim.of === "seconds") return `${sign} ${roundTimeText(aim.value)}`;
  return `${sign} ${ratio?.kind === "share" ? `${100 * aim.value} %` : `${aim.value} ×`}`;
}

/** Whether an aim is reached, in words. */
export function verdictText(aim: Aim | undefined): string {
  if (aim === undefined) return "";
  return aim.met ? "met" : "falls short";
}

/** `p10 – p90`, as `text` writes each. */
export function spreadText({ p10, p90 }: Spread, text: (value: number) => string): string {
  return `${text(p10)} – ${text(p90)}`;
}

/** `88 MB`. */
function megabytes(bytes: number): string {
  return `${grouped(Math.round(bytes / 1e6))} MB`;
}

/** The other libraries that took part, one line each. */
export function peerLines({ peers = [] }: SpeedEnvironment): string[] {
  return peers.map(({ name, version, notes, slow }) => {
    const warning = slow === undefined ? "" : `; not judged: ${slow}`;
    return `${name} ${version} (${notes.join("; ")})${warning}`;
  });
}

/** What was not measured, the same reasons together: `jax-js: over budget: … (LSTM B 1 …: one call takes 2 s; …)`. */
export function absentLines({ absent = [] }: SuiteResult): string[] {
  const reasons = new Map<string, string[]>();
  for (const { what, way, why, detail } of absent) {
    const key = `${way}: ${why}`;
    reasons.set(key, [...(reasons.get(key) ?? []), detail === undefined ? what : `${what}: ${detail}`]);
  }
  return [...reasons].map(([key, whats]) => `${key} (${whats.join("; ")})`);
}

/** All that a table has on a row, as text; what a suite does not have is left out. */
export interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string;
}

/** The columns of a suite's table. */
export function columnsOf({ rows, ratio }: SuiteResult): Column[] {
  const columns: Column[] = [
    { head: "what", cell: (row) => row.what },
    { head: "by", cell: (row) => row.way },
    { head: "median", cell: (row) => timeText(row.seconds.median) },
  ];
  // One spread is enough: that of the number which is judged.
  if (ratio === undefined) columns.push({ head: "p10 – p90", cell: (row) => spreadText(row.seconds, timeText) });
  if (rows.some((row) => row.gigaflops !== undefined))
    columns.push({
      head: "GFLOP/s",
      cell: ({ gigaflops }) => (gigaflops === undefined ? "" : gigaflops.median.toFixed(1)),
    });
  if (ratio !== undefined) {
    const { against, kind } = ratio;
    const text = (value: number) => ratioText(value, ratio);
    columns.push(
      {
        head: ratio.head ?? (kind === "share" ? `of ${against}` : `against ${against}`),
        cell: (row) => (row.ratio === undefined ? "" : text(row.ratio.median)),
      },
      { head: "p10 – p90", cell: (row) => (row.ratio === undefined ? "" : spreadText(row.ratio, text)) },
    );
  }
  if (rows.some((row) => row.bytes !== undefined))
    columns.push({ head: "peak memory", cell: ({ bytes }) => (bytes === undefined ? "" : megabytes(bytes)) });
  columns.push(
    { head: "aim", cell: ({ aim }) => aimText(aim, ratio) },
    { head: "verdict", cell: ({ aim }) => verdictText(aim) },
  );
  return columns;
}

/** The tables of a run, for a terminal. */
export function renderTables(result: SpeedResult): string {
  const { environment, seconds, config, startedAt } = result;
  const warning = loadWarning(environment);
  return [
    ...result.suites.map(renderTable),
    `${startedAt.slice(0, 10)}, ${machineText(environment)}`,
    `${grouped(Math.round(seconds))} s, seed ${config.seed}; medians over rounds in which all candidates of a table take turns, and where the middle 80 % lie.`,
    ...peerLines(environment),
    ...(warning === undefined ? [] : [`Warning: ${warning}.`]),
  ].join("\n");
}

function renderTable(suite: SuiteResult): string {
  const columns = columnsOf(suite);
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ head }) => (["what", "by", "verdict"].includes(head) ? "left" : "right")),
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "", middle: "", "top-mid": "", "bottom-mid": "" },
  });
  for (const row of suite.rows) table.push(columns.map(({ cell }) => cell(row)));
  const absent = absentLines(suite).map((line) => `  ${line}\n`);
  return `${suite.title}\n${table.toString()}\n${absent.join("")}`;
}

/** The numbers that have an aim in any of the runs, and those of the training step, as a Markdown table with a column for each run. */
export function renderMarkdown(results: readonly SpeedResult[]): string {
  const heads = results.map(
    ({ environment: { node, build } }) => `Node ${node.replace(/^v/, "")}, ${buildText(build)}`,
  );
  const keys = new Map<string, string>();
  // Those have tables of their own.
  for (const { suites } of results)
    for (const { suite, rows, ratio } of suites)
      for (const row of rows)
        if (ratio?.against !== "Unroll" && (row.aim !== undefined || row.way === "wasm"))
          keys.set(`${suite} ${row.what} ${row.way}`, labelOf(suite, row));
  const lines = [...keys].map(([key, label]) => {
    const cells = results.map((result) => markdownCell(result, key));
    return `| ${label} | ${cells.join(" | ")} |`;
  });
  const runs = results.map(
    ({ environment, startedAt }, k) =>
      `${heads[k]}: ${startedAt.slice(0, 10)}, ${machineText(environment)}, load ${environment.load.before.toFixed(2)}.`,
  );
  return [`| what | ${heads.join(" | ")} |`, `|---|${heads.map(() => "---|").join("")}`, ...lines, "", ...runs].join(
    "\n",
  );
}

function labelOf(suite: SuiteResult["suite"], { what, way }: Row): string {
  if (suite === "gemm") return `product ${what}, of the peak`;
  if (suite === "cells") return `${what}, ${way}, time of the built-in per operation`;
  if (suite === "calls") return `${what}, ${way}, time of the first`;
  if (suite === "elementwise") return `${what}, ${way}, against a loop`;
  return suite === "eager" ? `${what}, ${way}` : `training step, ${what}, against the reference engine`;
}

function markdownCell({ suites }: SpeedResult, key: string): string {
  for (const { suite, rows, ratio } of suites)
    for (const row of rows) {
      if (`${suite} ${row.what} ${row.way}` !== key) continue;
      const value =
        row.ratio === undefined || ratio === undefined
          ? timeText(row.seconds.median)
          : ratioText(row.ratio.median, ratio);
      if (row.aim === undefined) return value;
      return `${value} (${aimText(row.aim, ratio)}${row.aim.met ? "" : ", falls short"})`;
    }
  return "–";
}
