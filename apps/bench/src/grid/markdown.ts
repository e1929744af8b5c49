import { count, duration, fixed, grouped, listed, significant } from "../report/format.ts";
import { settingsOf, titleOf, variantOf } from "./describe.ts";
import { judgeExpectations } from "./expectations.ts";
import { groupBy, variantKey } from "./group.ts";
import type { RunRecord } from "./record.ts";
import { idOf, type RaceSpec, type RunSpec } from "./spec.ts";
import { summarizeRuns, type VariantSummary } from "./summary.ts";
import { halfLifeText, markdownTable, paperText, sequencesText } from "./tables.ts";

/** The runs of a grid as a Markdown document: what was expected, what came out, where, and what has not been run. */
export function renderMarkdown(title: string, specs: readonly RunSpec[], records: readonly RunRecord[]): string {
  const summaries = summarizeRuns(records);
  const races = specs.filter((spec): spec is RaceSpec => spec.kind === "race");
  const judged = judgeExpectations(races, summaries);
  const parts = [
    `# ${title}`,
    `${count(records.length, "run")} of ${grouped(specs.length)}. ${whereText(records)}`,
    ...(judged.length === 0
      ? []
      : [
          "## Expected and measured",
          "Medians over the seeds that have run; a seed that reached its cap counts as not solved and as slower than all that solved.",
          markdownTable(
            ["expected", "", "measured"],
            judged.map(({ expected, verdict, measured, seeds }) => [
              expected,
              `**${verdict}**${seeds === 0 ? "" : `, ${count(seeds, "seed")}`}`,
              measured,
            ]),
            3,
          ),
        ]),
    "## Results",
    ...[...groupBy(summaries, headingOf)].flatMap(([heading, rows]) => [`### ${heading}`, ...resultsOf(rows)]),
    "## Not run",
    notRun(specs, records),
  ];
  return `${parts.join("\n\n")}\n`;
}

const headingOf = ({ spec, title, settings }: VariantSummary): string =>
  spec.kind === "race" ? `${title}: ${settings}, cap ${grouped(spec.cap)}` : `${title}, cap ${grouped(spec.cap)}`;

function resultsOf(rows: readonly VariantSummary[]): string[] {
  const [{ spec, chance, success }] = rows;
  const paper = spec.kind === "history" ? paperText(rows[0]) : undefined;
  const [loss, right] = paper === undefined ? ["last loss", "right"] : ["loss in the test", "right"];
  const head = [
    "",
    "weights",
    "seeds",
    "solved",
    "sequences, median (middle half)",
    loss,
    right,
    "half-life at start",
    "GFLOP",
    "time",
  ];
  const lines = rows.map((row) => [
    row.variant,
    grouped(row.parameters),
    row.seeds.join(", "),
    `${row.solved} of ${row.seeds.length}${row.diverged > 0 ? `, ${row.diverged} diverged` : ""}`,
    sequencesText(row),
    significant(row.loss.median, 3),
    fixed(row.accuracy.median, 3),
    halfLifeText(row.halfLife),
    significant((row.flop.median ?? 0) / 1e9, 3),
    duration(row.seconds.median ?? 0),
  ]);
  return [
    `Solved: ${success}. Chance: a loss of ${significant(chance, 4)}.${paper === undefined ? "" : ` The paper: ${paper}.`}`,
    markdownTable(head, lines, 1),
  ];
}

function whereText(records: readonly RunRecord[]): string {
  if (records.length === 0) return "";
  const machines = [
    ...groupBy(
      records,
      ({ environment: e }) => `${e.cpu}, ${count(e.cores, "core")}, ${e.platform} ${e.arch}, Node ${e.node.slice(1)}`,
    ).keys(),
  ];
  const days = [...new Set(records.map(({ finishedAt }) => finishedAt.slice(0, 10)))].sort();
  return `Machine: ${listed(machines)}; ${days.length === 1 ? days[0] : `${days[0]} to ${days[days.length - 1]}`}. Times are those of training on one core, whatever else the machine did.`;
}

function notRun(specs: readonly RunSpec[], records: readonly RunRecord[]): string {
  const done = new Set(records.map(({ id }) => id));
  const open = specs.filter((spec) => !done.has(idOf(spec)));
  if (open.length === 0) return "Nothing: the grid is complete.";
  const seedsOf = new Map([...groupBy(open, variantKey)].map(([key, group]) => [key, group.map(({ seed }) => seed)]));
  const firsts = [...groupBy(open, variantKey).values()].map(([spec]) => spec);
  // Variants of one task that lack the same seeds share a line.
  const lines = groupBy(firsts, (spec) =>
    JSON.stringify([titleOf(spec), settingsOf(spec), seedsOf.get(variantKey(spec))]),
  );
  const rows = [...lines.values()].map((group) => [
    titleOf(group[0]),
    group.map(variantOf).join("; "),
    settingsOf(group[0]),
    seedsOf.get(variantKey(group[0]))?.join(", ") ?? "",
  ]);
  return markdownTable(["", "", "settings", "seeds"], rows, 4);
}
