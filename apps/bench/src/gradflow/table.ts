import Table from "cli-table3";
import type { TaskResult } from "./result.ts";
import { type FlowSummary, type SummaryRow, summarize, tableLags } from "./summary.ts";

/** The final table of a task: what each cell learned, and how far gradients reach before and after training. */
export function renderTable(task: TaskResult): string {
  const table = new Table({
    head: [
      "cell",
      "H",
      "parameters",
      task.metric,
      "measured",
      ...tableLags.map((lag) => `lag ${lag}`),
      "decay/step",
      "half-life",
      "all states",
      "R²",
    ],
    colAligns: [
      "left",
      "right",
      "right",
      "right",
      "left",
      ...tableLags.map(() => "right" as const),
      "right",
      "right",
      "right",
      "right",
    ],
    style: { head: [], border: [] },
    // Lines between all rows would hide that two of them belong to one cell.
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const row of summarize(task)) {
    const what = [row.label, String(row.hidden), row.parameters.toLocaleString("en-US"), number(row.validation, 3)];
    table.push([...what, "at the start", ...flowCells(row.initial)]);
    if (row.trained !== undefined) table.push(["", "", "", "", `step ${row.trained.step}`, ...flowCells(row.trained)]);
  }
  const { value, formula } = task.baseline;
  return [
    `${task.task}: ${task.description}`,
    table.toString(),
    `guessing: ${value.toFixed(3)} (${formula})`,
    ...notes(summarize(task)),
  ].join("\n");
}

function flowCells(flow: FlowSummary | undefined): string[] {
  if (flow === undefined) return [...tableLags, 0, 0, 0, 0].map(() => "–");
  const r2 = flow.exponential === false ? `${number(flow.r2, 3)} *` : number(flow.r2, 3);
  return [
    ...tableLags.map((lag) => number(flow.logs[lag], 1)),
    number(flow.decayPerStep, 3),
    number(flow.halfLife, 2),
    number(flow.jointHalfLife, 2),
    r2,
  ];
}

function number(value: number | null | undefined, digits: number): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "–";
}

function notes(rows: readonly SummaryRow[]): string[] {
  const lines = [
    "lag n: log10 ‖∂L/∂h‖, n steps before the probe; half-life: steps until half of the gradient is left, of ∂L/∂h and of all states together",
  ];
  if (rows.some((row) => row.initial?.exponential === false || row.trained?.exponential === false))
    lines.push("* not exponential: R² below 0.9, the half-life means little");
  for (const row of rows) if (row.note !== "") lines.push(`${row.label}: ${row.note}`);
  return lines;
}
