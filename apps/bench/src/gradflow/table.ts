import Table from "cli-table3";
import { metricText } from "../report/format.ts";
import { besideGuessing } from "./guessing.ts";
import type { TaskResult } from "./result.ts";
import { exponentialFrom, type FlowSummary, measuredAt, type SummaryRow, summarize, tableLags } from "./summary.ts";

/** What stands above each column, word by word on lines of their own: a table must fit in 120 columns. */
function headerOf(metric: string): string[] {
  return [
    "cell",
    "H",
    "params",
    metric.replaceAll(" ", "\n"),
    "step",
    ...tableLags.map((lag) => `lag\n${lag}`),
    "decay\nper\nstep",
    "half-\nlife\nof h",
    "half-\nlife\nof all",
    "R²",
  ];
}

/** The widest that a cell's name may be, with a space on either side; a longer one takes two lines. */
const nameWidth = 17;

/** The final table of a task: what each cell learned, and how far gradients reach before and after training. */
export function renderTable(task: TaskResult): string {
  const head = headerOf(task.metric);
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    colWidths: [nameWidth],
    wordWrap: true,
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "", middle: "", "top-mid": "", "bottom-mid": "" },
  });
  const rows = summarize(task);
  for (const row of rows) table.push(linesOf(row));
  return [`${task.task}: ${task.description}`, table.toString(), ...notes(task, rows)].join("\n");
}

/** A row of two lines: gradient flow before training and after it. */
function linesOf(row: SummaryRow): string[] {
  const flows = [row.initial, ...(row.trained === undefined ? [] : [row.trained])];
  return [
    row.label,
    String(row.hidden),
    row.parameters.toLocaleString("en-US"),
    metricText(row.validation),
    ...flows.map(flowCells).reduce((above, below) => above.map((cell, column) => `${cell}\n${below[column]}`)),
  ];
}

function flowCells(flow: FlowSummary | undefined): string[] {
  if (flow === undefined) return [0, ...tableLags, 0, 0, 0, 0].map(() => "–");
  return [
    String(flow.step),
    ...tableLags.map((lag) => number(flow.logs[lag], 1)),
    number(flow.decayPerStep, 3),
    number(flow.halfLife, 2),
    number(flow.jointHalfLife, 2),
    number(flow.r2, 3) + (flow.exponential === false ? "*" : ""),
  ];
}

function number(value: number | null | undefined, digits: number): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "–";
}

function notes(task: TaskResult, rows: readonly SummaryRow[]): string[] {
  const lines = [
    "lag n: log10 ‖∂L/∂h‖, n steps before the probe. Decay per step: what one step back leaves of it.",
    "Half-life: steps until half of the gradient is left, of ∂L/∂h and of all states together.",
  ];
  if (rows.some((row) => row.initial?.exponential === false || row.trained?.exponential === false))
    lines.push(`* not exponential: R² below ${exponentialFrom}, the half-life means little`);
  lines.push(...besideGuessing(task, rows));
  for (const row of rows) {
    const { gradients, validation } = measuredAt(row);
    if (validation !== null && validation !== gradients)
      lines.push(`${row.label}: ${task.metric} at step ${validation}, gradients at step ${gradients}`);
    if (row.note !== "") lines.push(`${row.label}: ${row.note}`);
  }
  return lines;
}
