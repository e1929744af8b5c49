import { type Dot, type HalfLifeAgainstSuccess, halfLifeAgainstSuccess } from "../grid/correlation.ts";
import { groupBy } from "../grid/group.ts";
import type { VariantSummary } from "../grid/summary.ts";
import { fixed, grouped, listed, significant } from "./format.ts";

/** Which variants solved a task, the quickest first, and which did not. */
export function raceFinding(rows: readonly VariantSummary[]): string {
  const solved = rows
    .filter((row) => row.sequences.median !== null)
    .sort((a, b) => Number(a.sequences.median) - Number(b.sequences.median));
  const others = rows.filter((row) => row.sequences.median === null);
  const quick = solved.map(
    (row, k) =>
      `${named(row)} ${k === 0 ? "solved it after " : ""}${grouped(Math.round(Number(row.sequences.median)))}${k === 0 ? " sequences" : ""}${row.solved < row.seeds.length ? ` (${row.solved} of ${row.seeds.length} seeds)` : ""}`,
  );
  const slow = others.map((row) => `${named(row)} (${row.solved} of ${row.seeds.length})`);
  const sentences = [
    ...(quick.length > 0 ? [`${capital(listed(quick))}${seedsOf(solved)}.`] : []),
    ...(slow.length > 0 ? [`Half of the seeds or more did not solve it within the cap: ${listed(slow)} solved.`] : []),
  ];
  return sentences.length > 0 ? sentences.join(" ") : "No run has ended.";
}

function seedsOf(rows: readonly VariantSummary[]): string {
  const most = Math.max(...rows.map(({ seeds }) => seeds.length));
  return most > 1 ? `, in the median over ${most} seeds` : "";
}

/** How far the gradients of untrained nets reach, the shortest first. */
export function flowFinding(rows: readonly VariantSummary[]): string {
  const halves = rows
    .map((row) => ({ row, halfLife: row.halfLife.median ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.halfLife - b.halfLife)
    .map(({ row, halfLife }) => `${named(row)} ${lasting(halfLife)}`);
  return halves.length === 0
    ? "No gradient flow was measured."
    : `Before training, steps until half of the gradient is lost: ${listed(halves)}.`;
}

/** Far beyond the lags that were measured, the number would only be that of a nearly flat line. */
function lasting(halfLife: number): string {
  if (!Number.isFinite(halfLife)) return "never";
  return halfLife > 1000 ? "more than 1,000" : significant(halfLife, 2);
}

/** What the rank correlation says. */
export function correlationFinding({ dots, rankCorrelation }: HalfLifeAgainstSuccess): string {
  const unsolved = dots.filter(({ solved }) => !solved).length;
  const tail = `${grouped(dots.length)} runs, ${unsolved} of them not solved`;
  if (rankCorrelation === undefined) return `Too few runs, or all alike, to say whether the two go together (${tail}).`;
  const size = Math.abs(rankCorrelation);
  const how = size < 0.3 ? "hardly tells" : size < 0.6 ? "tells something about" : "largely tells";
  const way = size < 0.3 ? "" : rankCorrelation < 0 ? ": the longer, the sooner" : ": the longer, the later";
  return `How long the gradient lasts before training ${how} how soon a net learns${way} (rank correlation ${fixed(rankCorrelation, 2)} over ${tail}).${withinCells(dots)}`;
}

/** The same among the initialisations of one cell, where there are several: cells differ by more than their gradients. */
function withinCells(dots: readonly Dot[]): string {
  const cellOf = ({ record: { spec } }: Dot) => (spec.kind === "race" ? spec.cell.split("-")[0] : "");
  const parts = [...groupBy(dots, cellOf)].flatMap(([cell, own]) => {
    const starts = new Set(own.map(({ record: { spec } }) => (spec.kind === "race" ? spec.cell : "")));
    const { rankCorrelation } = halfLifeAgainstSuccess(own.map(({ record }) => record));
    return starts.size < 2 || rankCorrelation === undefined ? [] : [`${fixed(rankCorrelation, 2)} for ${cell}`];
  });
  return parts.length === 0 ? "" : ` Among the starts of one cell: ${listed(parts)}.`;
}

/** The comma of `LSTM, forget bias 1` would read as the next item of a list. */
function named({ variant }: VariantSummary): string {
  return `the ${variant.replace(/, (.*)$/, " ($1)")}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
