import type { BenchResult, TaskResult } from "../gradflow/result.ts";
import { cellsOf, counted, curveOver, curvesOverTraining, type Moment } from "../gradflow/summary.ts";
import { type DecayLine, decayDomain, deepest, renderDecayPanel } from "./decay-chart.ts";
import { findingOf } from "./finding.ts";
import { count, powerOfTen } from "./format.ts";
import { renderHeatmap, renderHeatmapLegend } from "./heatmap.ts";
import { escapeHtml } from "./html.ts";
import { renderLossChart } from "./loss-chart.ts";
import { cellStyles } from "./palette.ts";
import { renderTable } from "./table.ts";

const titles: Readonly<Record<TaskResult["task"], string>> = {
  text: "Character language model",
  adding: "Adding problem",
};

const quantities: Readonly<Record<string, string>> = { joint: "‖∂L/∂s‖, all states" };

const moments: readonly { readonly moment: Moment; readonly title: string }[] = [
  { moment: "initial", title: "At initialisation" },
  { moment: "trained", title: "After training" },
];

/** All that is shown of one task: finding, decay curves, numbers, heatmaps, losses, the other states. */
export function renderTask(task: TaskResult, { config }: BenchResult): string {
  const title = titles[task.task];
  const lags = Math.max(1, config.lags);
  return `<section aria-labelledby="${task.task}"><h2 id="${task.task}">${title}</h2>
<p class="about">${escapeHtml(task.description)}</p>
<p class="finding">${escapeHtml(findingOf(task, lags))}</p>
${decayFigure(task, "h", lags, "How the gradient fades", `log₁₀ ‖∂L/∂h‖ against the number of steps back from the loss. Lines are means over samples of the logarithm, bands hold the middle 80 % of samples${manySeeds(task)}. Both panels share one axis; the number beside a name is the log₁₀ at the end of its curve.`)}
<h3>In numbers</h3>
${renderTable(task)}
${heatmaps(task, lags)}
${losses(task)}
${decayFigure(task, "joint", lags, "All states together", "log₁₀ of the norm over everything that a cell carries: h, and for an LSTM h and c. What h alone does not show: an LSTM also hands gradients back through c.")}
${cellStates(task, lags)}
</section>`;
}

function decayFigure(task: TaskResult, state: string, lags: number, heading: string, caption: string): string {
  return panels(
    moments.map(({ moment, title }) => ({ moment, title, lines: linesOf(task, moment, state) })),
    { task, state, lags, heading, caption },
  );
}

/** The LSTMs' cell states beside their hidden states; nothing for cells that have only h. */
function cellStates(task: TaskResult, lags: number): string {
  const found = moments.map(({ moment, title }) => ({ moment, title, lines: linesOf(task, moment, "c") }));
  if (found.every(({ lines }) => lines.length === 0)) return "";
  return panels(found, {
    task,
    state: "c",
    lags,
    heading: "The cell state alone",
    caption: "log₁₀ ‖∂L/∂c‖, with h held fixed: the path along which an LSTM is built to carry gradients.",
  });
}

interface Figure {
  readonly task: TaskResult;
  readonly state: string;
  readonly lags: number;
  readonly heading: string;
  readonly caption: string;
}

function panels(
  found: readonly { readonly moment: Moment; readonly title: string; readonly lines: readonly DecayLine[] }[],
  { task, state, lags, heading, caption }: Figure,
): string {
  const quantity = quantities[state] ?? `‖∂L/∂${state}‖`;
  const domain = decayDomain(
    found.flatMap(({ lines }) => lines),
    lags,
  );
  const drawn = found.map(({ moment, title, lines }) => {
    const when = moment === "trained" && lines.length > 0 ? `${title} (${stepsOf(lines)})` : title;
    const label = `${when}: log10 norm of the gradient (${state}) against lag for ${lines.map((line) => line.label).join("; ") || "no cell"}. The numbers are in the table.`;
    return `<div class="card">${renderDecayPanel({ id: `${task.task}-${state}-${moment}`, title: when, quantity, label, lines, domain, lags })}</div>`;
  });
  const cut = found.some(({ lines }) =>
    lines.some(({ curve }) => curve.mean.slice(0, lags + 1).some((value) => value !== null && value < deepest)),
  );
  const note = cut ? ` Arrows: the curve goes on below ${powerOfTen(deepest)}.` : "";
  return `<h3>${heading}</h3><figure><div class="grid">${drawn.join("")}</div><figcaption>${caption}${note}</figcaption></figure>`;
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
  const curves = cells.map((runs) => curvesOverTraining(runs, "h"));
  const steps = curves.flat().reduce((most, { step }) => Math.max(most, step), 0);
  const drawn = cells.map(([{ cell, label }], k) => {
    const text = `${label}: log10 norm of the gradient by lag (downwards) and training step (to the right), ${count(curves[k].length, "probe")}.`;
    return `<div class="card">${renderHeatmap({ id: `${task.task}-heat-${cell.replaceAll(/[^\w-]/g, "")}`, title: label, label: text, curves: curves[k], lags, steps })}</div>`;
  });
  return `<h3>How it changes while the cell learns</h3><figure><div class="grid three">${drawn.join("")}</div>${renderHeatmapLegend()}<figcaption>log₁₀ ‖∂L/∂h‖ by lag (downwards, in steps back in time) and training step, one picture for each cell, all on one scale. White: the run had ended.</figcaption></figure>`;
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
    label: `${task.metric} against training step. The last validation values are in the table.`,
    metric: task.metric,
    baseline: task.baseline,
    lines,
  });
  return `<h3>Learning curves</h3><figure><div class="card scroll">${chart}</div><figcaption>Markers: validation${manySeeds(task)}. Thin lines: training loss, averaged over neighbouring steps. The dashed rule is what guessing reaches on the validation data, without reading the input.</figcaption></figure>`;
}

function manySeeds(task: TaskResult): string {
  const seeds = new Set(task.runs.map((run) => run.seed)).size;
  return seeds > 1 ? `; medians over ${count(seeds, "seed")}` : "";
}
