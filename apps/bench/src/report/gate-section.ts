import { distinctCells, gateCourses, timeScalesAt } from "../gradflow/detail.ts";
import type { TaskResult } from "../gradflow/result.ts";
import type { Moment } from "../gradflow/summary.ts";
import { renderDataTable } from "./data-table.ts";
import { cards, renderFigure, wideCard } from "./figure.ts";
import { gateFinding, momentText, timeScaleFinding } from "./finding.ts";
import { fixed, grouped } from "./format.ts";
import { percent, renderGateRidges } from "./gate-ridges.ts";
import { cellStyles } from "./palette.ts";
import { middleOf, renderTimeScales, scaleText, type TimeScaleRow } from "./time-scale-chart.ts";

const gateTitles: Readonly<Record<string, string>> = {
  i: "input gate i",
  f: "forget gate f",
  o: "output gate o",
  r: "reset gate r",
  z: "update gate z",
};

/** How gates lie between closed and open through the training, and how long units remember; nothing without gates. */
export function renderGates(task: TaskResult, horizon: number): string {
  const cells = distinctCells(task);
  const styles = cellStyles(cells.map(([{ cell }]) => cell));
  const found = cells.flatMap((runs) => {
    const style = styles.get(runs[0].cell);
    const courses = gateCourses(runs);
    return style === undefined || courses.length === 0 ? [] : [{ runs, style, courses, ...label(runs[0]) }];
  });
  if (found.length === 0) return "";
  const full = Math.max(
    ...found.flatMap(({ courses }) => courses.flatMap(({ moments }) => moments.flatMap(({ histogram }) => histogram))),
  );
  const ridges = found.flatMap(({ cell, name, style, courses }) =>
    courses.map(({ gate, moments }) => {
      const title = `${name}: ${gateTitles[gate] ?? gate}`;
      return renderGateRidges({
        id: `${task.task}-gate-${cell.replaceAll(/[^\w-]/g, "")}-${gate}`,
        title,
        label: `${title}: how its values lie between 0 and 1 at ${moments.map(({ step }) => `step ${step}`).join(", ")}. The numbers are in the table below.`,
        moments,
        style,
        full,
      });
    }),
  );
  const shares = renderDataTable(
    "The gates in numbers",
    ["", "at step", "below 0.1", "above 0.9", "mean of ln"],
    found.flatMap(({ name, courses }) =>
      courses.flatMap(({ gate, moments }) =>
        moments.map(({ step, closed, open, meanLog }) => [
          `${name}: ${gateTitles[gate] ?? gate}`,
          grouped(step),
          percent(closed),
          percent(open),
          fixed(meanLog, 3),
        ]),
      ),
    ),
  );
  const rows = found.flatMap(({ runs, cell, name, style }) =>
    (["initial", "trained"] as const).flatMap((moment: Moment): TimeScaleRow[] => {
      const scales = timeScalesAt(runs, moment);
      if (scales.length === 0) return [];
      const target =
        moment === "initial" && cell.split("-").includes("chrono") ? ([1, horizon - 1] as const) : undefined;
      return [{ label: name, when: momentText(moment).toLowerCase(), style, scales, ...(target ? { target } : {}) }];
    }),
  );
  const at = (scales: readonly number[], share: number) => scales[Math.round(share * (scales.length - 1))];
  const spans = renderDataTable(
    "The time scales in numbers",
    ["", "shortest", "10 %", "median", "90 %", "longest"],
    rows.map(({ label: name, when, scales }) => [
      `${name}, ${when}`,
      scaleText(at(scales, 0)),
      scaleText(at(scales, 0.1)),
      scaleText(middleOf(scales)),
      scaleText(at(scales, 0.9)),
      scaleText(at(scales, 1)),
    ]),
  );
  const chrono = rows.some(({ target }) => target !== undefined)
    ? " Dashed box: where chrono initialisation means them to lie, all values alike."
    : "";
  const figures = [
    renderFigure({
      heading: "What the gates do",
      finding: gateFinding(task),
      body: cards(ridges, "three"),
      caption:
        "How often a gate has which value, over all units and all steps of one sequence: a hill for each moment, the first on top, all on one scale. Dashed: below 0.1 a gate counts as closed, above 0.9 as open; the shares of both stand at the right.",
      table: shares,
    }),
    renderFigure({
      heading: "How long units remember",
      finding: timeScaleFinding(task),
      body: wideCard(
        renderTimeScales(
          `${task.task}-scales`,
          `Time scales of units for ${rows.map(({ label: name, when }) => `${name} ${when}`).join("; ")}. The numbers are in the table below.`,
          rows,
        ),
        "Chart of time scales",
      ),
      caption: `τ = −1 / E[ln f] of the gate that keeps the state (f of an LSTM, z of a GRU), a tick for each unit: after τ steps its gate alone leaves 1/e. The triangle is the median.${chrono}`,
      table: spans,
    }),
  ];
  return figures.join("\n");
}

function label({ cell, label: name }: { readonly cell: string; readonly label: string }): {
  cell: string;
  name: string;
} {
  return { cell, name };
}
