import Table from "cli-table3";
import { experimentOf } from "../history/experiments.ts";
import { count, duration, fixed, grouped, significant } from "../report/format.ts";
import { apart, type Difference } from "./diff.ts";
import { groupBy } from "./group.ts";
import type { Plan } from "./plan.ts";
import type { Spread, VariantSummary } from "./summary.ts";

/** A table in the style of all others of the benchmark: no rules between rows, text to the left, numbers to the right. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column < texts ? "left" : "right")),
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "", middle: "", "top-mid": "", "bottom-mid": "" },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** The same for Markdown: the first columns are text, the others numbers. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const rule = head.map((_, column) => (column < texts ? "---" : "---:"));
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("\n", " ")).join(" | ")} |`;
  return [head, rule, ...rows].map(line).join("\n");
}

/** What a grid would take. */
export function renderPlan({ rows, runs, threads, hours }: Plan): string {
  const tables = [...groupBy(rows, ({ title }) => title)].map(([title, group]) => {
    const lines = group.map(({ variant, settings, seeds, cap, secondsPerSequence, hours: own }) => [
      variant,
      settings,
      String(seeds),
      grouped(cap),
      significant(1000 * secondsPerSequence, 3),
      fixed(own, 2),
    ]);
    return `${title}\n${tableOf(["", "settings", "seeds", "cap", "ms per\nsequence", "core\nhours"], lines, 2)}`;
  });
  const cores = rows.reduce((sum, row) => sum + row.hours, 0);
  return [
    ...tables,
    `${count(runs, "run")}; at most ${fixed(cores, 1)} core hours, ${fixed(hours, 1)} hours on ${count(threads, "core")}, if every run reached its cap; those that solve their task end earlier.`,
  ].join("\n\n");
}

/** What stands above the experiments of 1997. */
const history = "Hochreiter and Schmidhuber, Long short-term memory, 1997";

/** How the variants did, one table for each task and its settings. */
export function renderSummary(summaries: readonly VariantSummary[]): string {
  return [
    ...groupBy(summaries, ({ title, settings, spec }) => (spec.kind === "race" ? `${title}: ${settings}` : history)),
  ]
    .map(([heading, group]) => {
      const paper = heading === history;
      const head = ["", "weights", "solved", "sequences, median\n(middle half)", ...(paper ? ["paper"] : [])];
      const rows = group.map((row) => [
        paper ? `${row.title},\n${row.variant}` : row.variant,
        grouped(row.parameters),
        `${row.solved} of ${row.seeds.length}`,
        sequencesText(row),
        ...(paper ? [paperText(row)] : []),
        duration(row.seconds.median ?? 0),
        `${significant((row.flop.median ?? 0) / 1e9, 2)} G`,
        significant(row.loss.median, 3),
        row.spec.kind === "race" ? halfLifeText(row.halfLife) : fixed(row.accuracy.median, 3),
      ]);
      const ends = ["time", "FLOP", "last\nloss", paper ? "tested\nright" : "half-life\nat start"];
      return `${heading}\n${tableOf([...head, ...ends], rows)}`;
    })
    .join("\n\n");
}

/** What changed between two result files. */
export function renderDiff({ same, changed, onlyA, onlyB, variants }: Difference): string {
  const rows = variants.map(({ a, b }) => [
    a.title,
    a.variant,
    a.settings,
    `${a.solved} of ${a.seeds.length}`,
    `${b.solved} of ${b.seeds.length}`,
    sequencesText(a),
    sequencesText(b),
    apart(a.sequences, b.sequences) ? "apart" : "",
    a.seconds.median && b.seconds.median ? `× ${significant(b.seconds.median / a.seconds.median, 3)}` : "–",
  ]);
  const lines = [
    `${count(same, "run")} the same to the last bit, wall time apart; ${grouped(changed.length)} changed; ${grouped(onlyA.length)} only in the first, ${grouped(onlyB.length)} only in the second`,
    ...changed.map(
      ({ label, a, b }) =>
        `changed: ${label}: ${a.status} after ${grouped(a.sequences)}, then ${b.status} after ${grouped(b.sequences)} sequences`,
    ),
  ];
  const head = ["", "", "settings", "solved", "then", "sequences", "then", "middle\nhalves", "time"];
  return [...lines, ...(rows.length === 0 ? [] : [tableOf(head, rows, 3)])].join("\n");
}

/** `13,024 (9,000–15,000)`; `> 20,000` for a median that is beyond the cap. */
export function sequencesText({ sequences, spec }: VariantSummary): string {
  const beyond = `> ${grouped(spec.cap)}`;
  const text = (value: number | null) => (value === null ? beyond : grouped(Math.round(value)));
  if (sequences.p25 === null) return beyond;
  return `${text(sequences.median)} (${text(sequences.p25)}–${text(sequences.p75)})`;
}

/** A half-life with `∞` where nothing is lost. */
export function halfLifeText({ median }: Spread): string {
  return median === null ? "∞" : significant(median, 3);
}

/** What the paper reports: `74,000, 100 %`. */
export function paperText({ spec }: VariantSummary): string {
  if (spec.kind !== "history") return "";
  const { solved, sequences } = experimentOf(spec.experiment).published;
  return `${grouped(sequences)}, ${solved}`;
}
