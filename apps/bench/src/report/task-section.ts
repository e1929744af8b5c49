import type { BenchResult, TaskResult } from "../gradflow/result.ts";
import { cellsOf, counted, curveOver, curvesOverTraining, type Moment } from "../gradflow/summary.ts";
import { namedLags, renderDataTable, tenOf } from "./data-table.ts";
import { type DecayLine, decayDomain, deepest, renderDecayPanel } from "./decay-chart.ts";
import { cards, renderFigure, wideCard } from "./figure.ts";
import { findingOf, learningFinding, momentText, reachFinding } from "./finding.ts";
import { count, fixed, grouped, metricText, powerOfTen } from "./format.ts";
import { renderGates } from "./gate-section.ts";
import { heatTable, renderHeatmap, renderHeatmapLegend } from "./heatmap.ts";
import { escapeHtml } from "./html.ts";
import { renderLossChart, validated } from "./loss-chart.ts";
import { cellStyles } from "./palette.ts";
import { renderSpectra } from "./spectrum-section.ts";
import { renderTable } from "./table.ts";
import { renderTheory } from "./theory-section.ts";

/** The heading of each task. */
export const taskTitles: Readonly<Record<TaskResult["task"], string>> = {
  text: "Character language model",
  adding: "Adding problem",
};

const quantities: Readonly<Record<string, string>> = { joint: "‖∂L/∂s‖, all states" };

const moments: readonly Moment[] = ["initial", "trained"];

/** All that is shown of one task: gradients of all states, of each, theory, heatmaps, directions, gates, losses. */
export function renderTask(task: TaskResult, { config }: BenchResult): string {
  const title = taskTitles[task.task];
  const lags = Math.max(1, config.lags);
  return `<section aria-labelledby="${task.task}"><h2 id="${task.task}">${title}</h2>
<p class="about">${escapeHtml(task.description)}</p>
${decay(task, lags, {
  state: "joint",
  heading: "How the gradient fades",
  caption: `log₁₀ of the norm of the gradient with respect to all that a cell carries, h and for an LSTM h and c, against the number of steps back from the loss. Lines are means over samples of the logarithm, bands hold the middle 80 % of samples${manySeeds(task)}. Both panels share one axis; the number beside a name is the log₁₀ at the end of its curve.`,
})}
${renderTheory(task, lags)}
${heatmaps(task, lags)}
${renderSpectra(task, lags)}
${renderGates(task, config.length)}
${losses(task)}
${decay(task, lags, {
  state: "h",
  heading: "The hidden state alone",
  caption:
    "log₁₀ ‖∂L/∂h‖, other states held fixed: what leaves a cell at each step. An LSTM hands gradients back through c as well. Shares in the sentence above are of what there is at lag 0.",
})}
<h3>In numbers</h3>
${renderTable(task)}
${decay(task, lags, {
  state: "c",
  heading: "The cell state alone",
  caption:
    "log₁₀ ‖∂L/∂c‖, with h held fixed: the path along which an LSTM is built to carry gradients. Shares in the sentence above are of what there is at lag 0.",
})}
</section>`;
}

/** One state's curves before and after training; nothing of c where no cell has one. */
function decay(
  task: TaskResult,
  lags: number,
  { state, heading, caption }: { readonly state: string; readonly heading: string; readonly caption: string },
): string {
  const found = moments.map((moment) => ({ moment, lines: linesOf(task, moment, state) }));
  if (state === "c" && found.every(({ lines }) => lines.length === 0)) return "";
  const domain = decayDomain(
    found.flatMap(({ lines }) => lines),
    lags,
  );
  const quantity = quantities[state] ?? `‖∂L/∂${state}‖`;
  const charts = found.map(({ moment, lines }) => {
    const title = moment === "trained" && lines.length > 0 ? `After training (${stepsOf(lines)})` : momentText(moment);
    const label = `${title}: log10 norm of the gradient (${quantity}) against lag for ${lines.map((line) => line.label).join("; ") || "no cell"}. The numbers are in the table below.`;
    return renderDecayPanel({ id: `${task.task}-${state}-${moment}`, title, quantity, label, lines, domain, lags });
  });
  const cut = found.some(({ lines }) =>
    lines.some(({ curve }) => curve.mean.slice(0, lags + 1).some((value) => value !== null && value < deepest)),
  );
  const note = cut ? ` Arrows: the curve goes on below ${powerOfTen(deepest)}.` : "";
  const at = namedLags(lags);
  const table = renderDataTable(
    `The curves in numbers: log₁₀ ${quantity}`,
    ["at lag", ...at.map(String)],
    found.flatMap(({ moment, lines }) =>
      lines.map(({ label, curve }) => [
        `${label}, ${momentText(moment).toLowerCase()}`,
        ...at.map((lag) => fixed(curve.mean[lag], 2)),
      ]),
    ),
  );
  const finding = findingOf(task, lags, state);
  return renderFigure({ heading, finding, body: cards(charts), caption: `${caption}${note}`, table });
}

/** `step 160`, or `steps 40 to 110` when runs were stopped. */
function stepsOf(lines: readonly DecayLine[]): string {
  const steps = lines.map(({ curve }) => curve.step);
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  return first === last ? `step ${first}` : `steps ${first} to ${last}`;
}

function linesOf(task: TaskResult, moment: Moment, state: string): DecayLine[] {
  const cells = cellsOf(task);
  const styles = cellStyles(cells.map(([{ cell }]) => cell));
  return cells.flatMap((runs): DecayLine[] => {
    const curve = curveOver(runs, moment, state);
    const style = styles.get(runs[0].cell);
    return curve && style ? [{ label: runs[0].label, style, curve }] : [];
  });
}

function heatmaps(task: TaskResult, lags: number): string {
  const cells = cellsOf(task);
  if (cells.length === 0) return "";
  const curves = cells.map((runs) => curvesOverTraining(runs, "joint"));
  const steps = curves.flat().reduce((most, { step }) => Math.max(most, step), 0);
  const drawn = cells.map(([{ cell, label }], k) =>
    renderHeatmap({
      id: `${task.task}-heat-${cell.replaceAll(/[^\w-]/g, "")}`,
      title: label,
      label: `${label}: log10 norm of the gradient of all states by lag (downwards) and training step (to the right), ${count(curves[k].length, "probe")}. The numbers are in the table below.`,
      curves: curves[k],
      lags,
      steps,
    }),
  );
  return renderFigure({
    heading: "How it changes while the cell learns",
    finding: reachFinding(task, lags),
    body: `${cards(drawn, "three")}${renderHeatmapLegend()}`,
    caption:
      "log₁₀ ‖∂L/∂s‖, all states, by lag (downwards, in steps back in time) and training step, one picture for each cell, all on one scale. Empty: the run had ended.",
    table: heatTable(
      cells.map(([{ label }], k) => ({ label, curves: curves[k] })),
      lags,
      "step",
    ),
  });
}

function losses(task: TaskResult): string {
  const cells = cellsOf(task);
  const styles = cellStyles(cells.map(([{ cell }]) => cell));
  const lines = cells.flatMap((runs) => {
    const style = styles.get(runs[0].cell);
    return style ? [{ label: runs[0].label, style, runs: counted(runs) }] : [];
  });
  const chart = renderLossChart({
    id: `${task.task}-loss`,
    label: `${task.metric} against training step. The validation values are in the table below.`,
    metric: task.metric,
    baseline: task.baseline,
    lines,
  });
  const curves = lines.map(({ label, runs }) => ({ label, points: validated(runs) }));
  const steps = tenOf([...new Set(curves.flatMap(({ points }) => points.map(([step]) => step)))].sort((a, b) => a - b));
  return renderFigure({
    heading: "Learning curves",
    finding: learningFinding(task),
    body: wideCard(chart, "Chart of learning curves"),
    caption: `Markers: validation${manySeeds(task)}. Thin lines: training loss, averaged over neighbouring steps. The dashed rule is what guessing reaches on the validation data, without reading the input.`,
    table: renderDataTable(
      `Validation in numbers: ${task.metric}`,
      ["at step", ...steps.map(grouped)],
      curves.map(({ label, points }) => [
        label,
        ...steps.map((at) => metricText(points.find(([step]) => step === at)?.[1] ?? null)),
      ]),
    ),
  });
}

function manySeeds(task: TaskResult): string {
  const seeds = new Set(task.runs.map((run) => run.seed)).size;
  return seeds > 1 ? `; medians over ${count(seeds, "seed")}` : "";
}
