import { besideGuessing } from "../gradflow/guessing.ts";
import type { TaskResult } from "../gradflow/result.ts";
import { type FlowSummary, measuredAt, type SummaryRow, summarize, tableLags } from "../gradflow/summary.ts";
import { splitLabel } from "./curve-labels.ts";
import { fixed, grouped, halfLifeText, metricText, noNumber, significant } from "./format.ts";
import { escapeHtml } from "./html.ts";
import { type CellStyle, cellStyles } from "./palette.ts";

/** The final numbers of a task, as a table that screen readers can walk: after training, then at initialisation. */
export function renderTable(task: TaskResult): string {
  const rows = summarize(task);
  const styles = cellStyles(rows.map((row) => row.cell));
  const lags = tableLags.map((lag) => `<th scope="col">${lag}</th>`).join("");
  const metric = escapeHtml(task.metric);
  return `<div class="wide" tabindex="0" role="group" aria-label="Final numbers"><table>
<caption><span>Final numbers${rows.some((row) => row.seeds.length > 1) ? ", medians over seeds" : ""}. Norms are of ∂L/∂h; half-life and horizon are in steps. ${escapeHtml(besideGuessing(task, rows).join(" "))}</span></caption>
<thead><tr><th scope="col" rowspan="2">Cell</th><th scope="col" rowspan="2">Hidden</th><th scope="col" rowspan="2">Parameters</th><th scope="col" rowspan="2">Validation,<br><span class="metric">${metric}</span></th><th scope="colgroup" colspan="${tableLags.length}">log₁₀ ‖∂L/∂h‖ at lag</th><th scope="col" rowspan="2">Decay<br>per step</th><th scope="col" rowspan="2">Half-life</th><th scope="col" rowspan="2">R²</th><th scope="col" rowspan="2">Horizon</th></tr><tr>${lags}</tr></thead>
${bodyOf("After training", rows, "trained", styles)}
${bodyOf("Before training", rows, "initial", styles)}
</table></div>`;
}

function bodyOf(
  heading: string,
  rows: readonly SummaryRow[],
  moment: "trained" | "initial",
  styles: ReadonlyMap<string, CellStyle>,
): string {
  const columns = 8 + tableLags.length;
  const lines =
    rows.length === 0
      ? [`<tr><td colspan="${columns}">No run has finished its first step.</td></tr>`]
      : rows.map((row) => rowOf(row, row[moment], moment, styles.get(row.cell)));
  return `<tbody><tr><th scope="rowgroup" colspan="${columns}">${heading}</th></tr>${lines.join("")}</tbody>`;
}

function rowOf(
  row: SummaryRow,
  flow: FlowSummary | undefined,
  moment: "trained" | "initial",
  style: CellStyle | undefined,
): string {
  const notes = moment === "trained" ? [...apart(row), row.note].filter((note) => note !== "") : [];
  const note = notes.map((text) => `<small class="warn">${escapeHtml(text)}</small>`).join("");
  const ink =
    style === undefined ? "" : ` style="--cell:${style.color};--dash:${style.dash === "solid" ? "solid" : "dashed"}"`;
  const cells = [
    grouped(row.hidden),
    grouped(row.parameters),
    moment === "trained" ? metricText(row.validation) : "",
    ...tableLags.map((lag) => fixed(flow?.logs[lag], 1)),
    significant(flow?.decayPerStep, 3),
    flow === undefined ? noNumber : halfLifeText(flow),
    fixed(flow?.r2, 3) + (flow?.exponential === false ? '<small class="warn">not exponential</small>' : ""),
    fixed(flow?.horizon, 0),
  ];
  return `<tr><th scope="row"${ink}><span class="cell">${labelOf(row)}${note}</span></th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

/** The steps of a row whose last numbers are not of one step. */
function apart(row: SummaryRow): string[] {
  const { gradients, validation } = measuredAt(row);
  if (validation === null || validation === gradients) return [];
  return [`validation at step ${validation}, gradients at step ${gradients}`];
}

function labelOf({ label }: SummaryRow): string {
  const [name, detail] = splitLabel(label);
  return escapeHtml(name) + (detail === "" ? "" : `<small>${escapeHtml(detail)}</small>`);
}
