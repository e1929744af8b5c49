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
    style: { head: [], border: [], "padding-right": 0 },
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

/** How the variants did, one table for each task and its settings, narrow enough for 80 columns. */
export function renderSummary(summaries: readonly VariantSummary[]): string {
  return [...groupBy(summaries, headingOf)]
    .map(([heading, group]) => {
      const race = group[0].spec.kind === "race";
      const head = [
        "",
        "weights",
        "solved",
        "sequences\n(middle half)",
        "time",
        "GFLOP",
        race ? "last\nloss" : "loss,\ntested",
      ];
      const rows = group.map((row) => [
        nameText(row),
        grouped(row.parameters),
        `${row.solved} of ${row.seeds.length}`,
        stacked(sequencesText(row)),
        duration(row.seconds.median ?? 0).replace(" min ", " min\n"),
        significant((row.flop.median ?? 0) / 1e9, 2),
        significant(row.loss.median, 2),
        race ? halfLifeText(row.halfLife) : fixed(row.accuracy.median, 3),
      ]);
      return `${heading}\n${tableOf([...head, race ? "half-\nlife,\nstart" : "right,\ntested"], rows)}`;
    })
    .join("\n\n");
}

/** What a table is about: a task with its settings, or an experiment of 1997 with what the paper reports. */
function headingOf(row: VariantSummary): string {
  if (row.spec.kind === "race") return `${row.title}: ${row.settings}`;
  return `${row.title}\nThe paper: ${paperText(row)}`;
}

/** What changed between two result files. */
export function renderDiff({ same, changed, onlyA, onlyB, variants }: Difference): string {
  const lines = [
    `${count(same, "run")} the same to the last bit, wall time apart; ${grouped(changed.length)} changed; ${grouped(onlyA.length)} only in the first, ${grouped(onlyB.length)} only in the second`,
    ...changed.map(
      ({ label, a, b }) =>
        `changed: ${label}: ${a.status} after ${grouped(a.sequences)}, then ${b.status} after ${grouped(b.sequences)} sequences`,
    ),
  ];
  const head = ["", "solved", "then", "sequences", "then", "middle\nhalves", "time"];
  const tables = [...groupBy(variants, ({ a }) => headingOf(a))].map(([heading, group]) => {
    const rows = group.map(({ a, b }) => [
      nameText(a),
      `${a.solved} of ${a.seeds.length}`,
      `${b.solved} of ${b.seeds.length}`,
      stacked(sequencesText(a)),
      stacked(sequencesText(b)),
      apart(a.sequences, b.sequences) ? "apart" : "",
      a.seconds.median && b.seconds.median ? `× ${significant(b.seconds.median / a.seconds.median, 3)}` : "–",
    ]);
    return `${heading}\n${tableOf(head, rows)}`;
  });
  return [lines.join("\n"), ...tables].join("\n\n");
}

/** A variant's name in lines that are short enough. */
function nameText({ variant }: VariantSummary): string {
  return variant.replace(", parameters of ", ",\nparameters of\n");
}

/** The middle half below the median. */
function stacked(sequences: string): string {
  return sequences.replace(" (", "\n(");
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

/** What the paper reports: `74,000 sequences, 100 %`. */
export function paperText({ spec }: VariantSummary): string {
  if (spec.kind !== "history") return "";
  const { solved, sequences } = experimentOf(spec.experiment).published;
  return `${grouped(sequences)} sequences, ${solved}`;
}
