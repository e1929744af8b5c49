import type { VariantSummary } from "../grid/summary.ts";
import { halfLifeText, paperText, sequencesText } from "../grid/tables.ts";
import { duration, grouped, significant } from "./format.ts";
import { escapeHtml } from "./html.ts";

/** The numbers of variants as a table; with what the paper reports for those of 1997. */
export function renderGridTable(rows: readonly VariantSummary[], paper: boolean = false): string {
  const head = [
    "",
    "Units",
    "Weights",
    "Solved",
    "Sequences to success,<br>median (middle half)",
    ...(paper ? ["Paper"] : []),
    "Time",
    "FLOP",
    "Last loss",
    paper ? "Test,<br>right" : "Half-life<br>before",
  ];
  const lines = rows.map((row) => {
    const diverged = row.diverged > 0 ? `<small class="warn">${row.diverged} diverged</small>` : "";
    const cells = [
      grouped(row.hidden),
      grouped(row.parameters),
      `${row.solved} of ${row.seeds.length}${diverged}`,
      sequencesText(row),
      ...(paper ? [paperText(row)] : []),
      duration(row.seconds.median ?? 0),
      `${significant((row.flop.median ?? 0) / 1e9, 2)} G`,
      significant(row.loss.median, 3),
      paper ? `${significant(100 * (row.accuracy.median ?? 0), 4)} %` : halfLifeText(row.halfLife),
    ];
    const name = paper ? `${escapeHtml(row.title)}<small>${escapeHtml(row.variant)}</small>` : escapeHtml(row.variant);
    return `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<div class="wide" role="group" tabindex="0" aria-label="Numbers"><table><caption><span>Medians over seeds${paper ? ", beside the paper's" : ""}; a run that hit its cap counts as not solved.</span></caption><thead><tr>${head.map((name) => (name === "" ? "<td></td>" : `<th scope="col">${name}</th>`)).join("")}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
}
