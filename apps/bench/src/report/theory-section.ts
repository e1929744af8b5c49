import { decayAt, distinctCells, gainAt, keepProduct } from "../gradflow/detail.ts";
import type { RunResult, TaskResult } from "../gradflow/result.ts";
import { curveOver, exponentialFrom, type FlowCurve, type Moment } from "../gradflow/summary.ts";
import { namedLags, renderDataTable } from "./data-table.ts";
import { decayDomain, finite, intervalOf, renderDecayPanel, type TheoryLine } from "./decay-chart.ts";
import { cards, renderFigure } from "./figure.ts";
import { latest, momentText, nameOf, withNote } from "./finding.ts";
import { fixed, listed, significant } from "./format.ts";
import { type CellStyle, cellStyles } from "./palette.ts";

/** A cell's curve with what theory says of it. */
interface Compared {
  readonly cell: string;
  readonly label: string;
  readonly style: CellStyle;
  readonly curve: FlowCurve;
  readonly factor: number | null;
  readonly r2: number | null;
  /** The largest singular value of the weight: null for gated cells. */
  readonly gain: number | null;
  /** log10 by lag of what the gates alone leave; undefined without gates. */
  readonly product: readonly number[] | undefined;
}

const gateNames: Readonly<Record<string, string>> = { lstm: "forget gates", gru: "update gates" };
const plain: CellStyle = { color: "#59636e", ink: "#4a535d", dash: "solid", marker: "circle", filled: true };

/** Each cell's decay beside the straight line through it, the bound of its weight, and what its gates alone would leave. */
export function renderTheory(task: TaskResult, lags: number): string {
  const found = latest((moment) => comparedAt(task, moment, lags));
  if (found === undefined) return "";
  const { moment } = found;
  const cells = found.found;
  const [floor, ceiling] = decayDomain(
    cells.map(({ label, style, curve }) => ({ label, style, curve })),
    lags,
  );
  // A bound that lets gradients grow is to be seen leaving.
  const rising = cells.some(({ gain }) => gain !== null && gain > 1);
  const domain = [floor, rising ? Math.max(ceiling, intervalOf([floor, ceiling])) : ceiling] as const;
  const panels = cells.map((compared) => {
    const { cell, label, style, curve } = compared;
    const theory = theoryOf(compared, lags);
    return renderDecayPanel({
      id: `${task.task}-theory-${cell.replaceAll(/[^\w-]/g, "")}`,
      title: label,
      quantity: "‖∂L/∂s‖, all states",
      label: `${label}: log10 norm of the gradient of all states against lag, with ${listed(theory.map((line) => line.label ?? ""))}. The numbers are in the table below.`,
      lines: [{ label: "measured", style, curve }],
      theory,
      domain,
      lags,
      height: 330,
    });
  });
  const at = namedLags(lags);
  const table = renderDataTable(
    "Measurement and theory in numbers: log₁₀ by lag",
    ["at lag", ...at.map(String)],
    cells.flatMap((compared) => [
      [`${compared.label}: measured`, ...at.map((lag) => fixed(compared.curve.mean[lag], 2))],
      ...theoryOf(compared, lags).map((line) => [
        `${compared.label}: ${line.label}`,
        ...at.map((lag) => fixed(line.log10[lag], 2)),
      ]),
    ]),
  );
  return renderFigure({
    heading: "Beside theory",
    finding: theoryFinding(cells, moment, lags),
    body: cards(panels),
    caption: `Coloured: log₁₀ of the norm over all states, ${momentText(moment).toLowerCase()}, with the middle 80 % of samples. Dotted: the straight line through it, without the first 5 % of lags. Long dashes: σ<sub>max</sub>(U)<sup>lag</sup>, which no gradient of a simple recurrent cell exceeds, since the slopes of tanh and ReLU are at most 1. Dashes and dots: what the gates that keep the state would leave alone, the norm over units of e<sup>lag · E[ln f]</sup>, from where the state that they keep begins; an LSTM's and a GRU's gates also see h, so that more can flow than through them, or less.`,
    table,
  });
}

function comparedAt(task: TaskResult, moment: Moment, lags: number): Compared[] {
  const cells = distinctCells(task);
  const styles = cellStyles(cells.map(([{ cell }]) => cell));
  return cells.flatMap((runs): Compared[] => {
    const [{ cell, label }] = runs;
    const curve = curveOver(runs, moment, "joint");
    const style = styles.get(cell);
    if (curve === undefined || style === undefined || !curve.mean.some((value) => finite(value))) return [];
    return [
      {
        cell,
        label,
        style,
        curve,
        ...decayAt(runs, moment),
        gain: gainAt(runs, moment),
        product: productFrom(runs, moment, lags),
      },
    ];
  });
}

/** The product of keep gates, from where the gradient of the state that they keep begins: c of an LSTM, h of a GRU. */
function productFrom(runs: readonly RunResult[], moment: Moment, lags: number): number[] | undefined {
  const start = (curveOver(runs, moment, "c") ?? curveOver(runs, moment, "h"))?.mean[0];
  return finite(start) ? keepProduct(runs, moment, lags)?.map((value) => value + start) : undefined;
}

function theoryOf({ cell, curve, factor, r2, gain, product }: Compared, lags: number): TheoryLine[] {
  const lines: TheoryLine[] = [];
  const fit = factor === null ? undefined : lineThrough(curve, Math.log10(factor), lags);
  if (factor !== null && fit !== undefined) {
    const bad = r2 !== null && r2 < exponentialFrom ? ", a bad fit" : "";
    lines.push({ style: plain, log10: fit, label: `fit, ${significant(factor, 2)} a step${bad}`, dash: [1, 3] });
  }
  const start = curve.mean[0];
  if (gain !== null && finite(start)) {
    const log10 = Array.from({ length: lags + 1 }, (_, lag) => start + lag * Math.log10(gain));
    lines.push({ style: plain, log10, label: `bound, ${significant(gain, 2)} a step`, dash: [9, 4] });
  }
  if (product !== undefined)
    lines.push({ style: plain, log10: product, label: `${keepName(cell)}, alone`, dash: [7, 3, 1, 3] });
  return lines;
}

/** The least-squares line of a given slope: with NaN where the curve has no number, and for the first 5 % of lags. */
function lineThrough({ mean }: FlowCurve, slope: number, lags: number): number[] | undefined {
  const from = Math.ceil((lags + 1) / 20);
  const rests = mean.flatMap((value, lag) =>
    lag >= from && lag <= lags && finite(value) ? [value - slope * lag] : [],
  );
  if (rests.length < 2) return undefined;
  const height = rests.reduce((sum, value) => sum + value, 0) / rests.length;
  return Array.from({ length: lags + 1 }, (_, lag) =>
    lag >= from && finite(mean[lag]) ? height + slope * lag : Number.NaN,
  );
}

function theoryFinding(cells: readonly Compared[], moment: Moment, lags: number): string {
  const parts = cells.flatMap(({ cell, label, factor, r2, gain, product }) => {
    if (factor === null) return [];
    const beside = [
      ...(gain === null ? [] : [`its weight allows up to ${significant(gain, 2)}`]),
      ...(product === undefined
        ? []
        : [`its ${keepName(cell)} alone give ${significant(10 ** ((product[lags] - product[0]) / lags), 2)}`]),
      ...(r2 !== null && r2 < exponentialFrom ? ["no straight line fits"] : []),
    ];
    return [`${significant(factor, 2)} for ${withNote(nameOf(label), beside.join("; "))}`];
  });
  return parts.length === 0
    ? "No decay could be fitted."
    : `${momentText(moment)}, each step back in time multiplies the gradient by ${listed(parts)}.`;
}

function keepName(cell: string): string {
  return gateNames[cell.split("-")[0]] ?? "gates";
}
