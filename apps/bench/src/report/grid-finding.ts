import { type Dot, type HalfLifeAgainstSuccess, halfLifeAgainstSuccess } from "../grid/correlation.ts";
import { variantOf } from "../grid/describe.ts";
import { groupBy } from "../grid/group.ts";
import type { RunRecord } from "../grid/record.ts";
import { spreadOf, type VariantSummary } from "../grid/summary.ts";
import { capital, nameOf, withNote } from "./finding.ts";
import { fixed, grouped, listed, significant } from "./format.ts";

/** Which variants solved a task, the quickest first, and which did not. */
export function raceFinding(rows: readonly VariantSummary[]): string {
  const solved = rows
    .filter((row) => row.sequences.median !== null)
    .sort((a, b) => Number(a.sequences.median) - Number(b.sequences.median));
  const others = rows.filter((row) => row.sequences.median === null);
  const quick = solved.map(
    (row, k) =>
      `${nameOf(row.variant)} ${k === 0 ? "solved it after " : ""}${grouped(Math.round(Number(row.sequences.median)))}${k === 0 ? " sequences" : ""}${row.solved < row.seeds.length ? ` (${row.solved} of ${row.seeds.length} seeds)` : ""}`,
  );
  const slow = others.map((row) =>
    withNote(nameOf(row.variant), [triesOf(row), lostOf(row)].filter(Boolean).join("; ")),
  );
  const oneEach = others.every(({ seeds }) => seeds.length === 1);
  const sentences = [
    ...(quick.length > 0 ? [`${capital(listed(quick))}${seedsOf(solved)}.`] : []),
    ...(slow.length > 0
      ? [`Not solved within the cap${oneEach ? "" : ", by half of the seeds or more"}: ${listed(slow)}.`]
      : []),
  ];
  return sentences.length > 0 ? sentences.join(" ") : "No run has ended.";
}

function triesOf({ solved, seeds }: VariantSummary): string {
  return seeds.length === 1 ? "" : `solved by ${solved} of ${seeds.length}`;
}

function lostOf({ diverged, seeds }: VariantSummary): string {
  if (diverged === 0) return "";
  return seeds.length === 1 ? "diverged" : `${diverged} diverged`;
}

function seedsOf(rows: readonly VariantSummary[]): string {
  const counts = rows.map(({ seeds }) => seeds.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return most > 1 ? `, in the median over ${least === most ? most : `${least} to ${most}`} seeds` : "";
}

/** How far the gradients of untrained nets reach, the shortest first. */
export function flowFinding(rows: readonly VariantSummary[]): string {
  const halves = rows
    .map((row) => ({ row, halfLife: row.halfLife.median ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.halfLife - b.halfLife)
    .map(({ row, halfLife }) => `${nameOf(row.variant)} ${lasting(halfLife)}`);
  return halves.length === 0
    ? "No gradient flow was measured."
    : `Before training, steps until half of the gradient is lost: ${listed(halves)}.`;
}

/** Far beyond the lags that were measured, the number would only be that of a nearly flat line. */
function lasting(halfLife: number | null, never = "never"): string {
  if (halfLife === null || !Number.isFinite(halfLife)) return never;
  return halfLife > 1000 ? "more than 1,000" : significant(halfLife, 2);
}

/** How half-lives change from before training to the end. */
export function changeFinding(
  variants: readonly { readonly label: string; readonly records: readonly RunRecord[] }[],
): string {
  const parts = variants.flatMap(({ label, records }) => {
    // A curve without a single line through it says nothing, before or after.
    const flows = records
      .map(({ outcome }) => [outcome.flows[0], outcome.flows[outcome.flows.length - 1]])
      .filter(([first, last]) => first !== last && [first, last].every(({ decayPerStep }) => decayPerStep !== null));
    if (flows.length === 0) return [];
    const middle = (moment: number) =>
      spreadOf(flows.map((own) => own[moment].halfLife ?? Number.POSITIVE_INFINITY)).median;
    return [`from ${lasting(middle(0), "∞")} to ${lasting(middle(1), "∞")} for ${nameOf(label)}`];
  });
  return parts.length === 0
    ? "No run was measured more than once."
    : `From before training to the end, the steps until half of the gradient is lost change ${listed(parts)}.`;
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
  const cellOf = ({ record: { spec } }: Dot) => variantOf(spec).split(", ")[0];
  const starting = dots.filter(({ record: { spec } }) => spec.kind === "race" && !spec.cell.endsWith("-eq"));
  const parts = [...groupBy(starting, cellOf)].flatMap(([cell, own]) => {
    const starts = new Set(own.map(({ record: { spec } }) => (spec.kind === "race" ? spec.cell : "")));
    const { rankCorrelation } = halfLifeAgainstSuccess(own.map(({ record }) => record));
    return starts.size < 2 || rankCorrelation === undefined ? [] : [`${fixed(rankCorrelation, 2)} for ${cell}`];
  });
  return parts.length === 0 ? "" : ` Among the starts of one cell: ${listed(parts)}.`;
}
