import { type FlowCurve, median } from "../gradflow/summary.ts";
import { halfLifeAgainstSuccess } from "../grid/correlation.ts";
import { settingsOf, titleOf, variantOf } from "../grid/describe.ts";
import { groupBy } from "../grid/group.ts";
import type { Flow, RunRecord } from "../grid/record.ts";
import type { RunSpec } from "../grid/spec.ts";
import { summarizeRuns, type VariantSummary } from "../grid/summary.ts";
import { namedLags, renderDataTable, tenOf } from "./data-table.ts";
import { type DecayLine, decayDomain, renderDecayPanel, type TheoryLine } from "./decay-chart.ts";
import { cards, renderFigure, wideCard } from "./figure.ts";
import { fixed, grouped, significant } from "./format.ts";
import { changeFinding, correlationFinding, flowFinding, raceFinding } from "./grid-finding.ts";
import { renderGridTable } from "./grid-table.ts";
import { heatTable, renderHeatmap, renderHeatmapLegend } from "./heatmap.ts";
import { escapeHtml } from "./html.ts";
import { type CellStyle, cellStyles } from "./palette.ts";
import { medianCurve, renderRaceChart } from "./race-chart.ts";
import { renderScatter } from "./scatter-chart.ts";

/** One variant with its runs and how it is drawn. */
interface Drawn {
  readonly label: string;
  readonly style: CellStyle;
  readonly records: readonly RunRecord[];
}

/** All that is shown of one task with its settings: the race, the numbers, gradient flow, and the scatter. */
export function renderGridSection(
  id: string,
  title: string,
  settings: string,
  rows: readonly VariantSummary[],
  records: readonly RunRecord[],
): string {
  const drawn = drawnOf(records);
  const { success } = records[0].outcome;
  return `<section aria-labelledby="${id}"><h2 id="${id}">${escapeHtml(title)}</h2>
<p class="about">${escapeHtml(settings)}. Solved: ${escapeHtml(success)}.</p>
${race(id, drawn, rows)}
${records[0].spec.kind === "race" ? `<h3>In numbers</h3>\n${renderGridTable(rows)}\n${scatter(id, drawn, records)}` : ""}
${flows(id, drawn, rows)}
${heatmaps(id, drawn)}
</section>`;
}

/** The races of a `bench gradflow`: does gradient flow tell how soon a net learns? */
export function renderRaces(records: readonly RunRecord[]): string {
  if (records.length === 0) return "";
  const [{ spec, outcome }] = records;
  const drawn = drawnOf(records);
  const rows = summarizeRuns(records);
  return `<section aria-labelledby="races"><h2 id="races">Short races: ${escapeHtml(titleOf(spec))}</h2>
<p class="about">${escapeHtml(settingsOf(spec))}. Solved: ${escapeHtml(outcome.success)}.</p>
${scatter("races", drawn, records)}
<h3>In numbers</h3>
${renderGridTable(rows)}
<h3>The races</h3>
${race("races", drawn, rows)}
</section>`;
}

function drawnOf(records: readonly RunRecord[]): Drawn[] {
  const groups = [...groupBy(records, ({ spec }) => styleKey(spec)).values()];
  const styles = cellStyles(groups.map(([{ spec }]) => styleKey(spec)));
  return groups.flatMap((own): Drawn[] => {
    const style = styles.get(styleKey(own[0].spec));
    return style === undefined ? [] : [{ label: variantOf(own[0].spec), style, records: own }];
  });
}

/** What names a variant's colour: its cell; the nets of 1997 are LSTMs. */
function styleKey(spec: RunSpec): string {
  return spec.kind === "race" ? spec.cell : `lstm-${spec.gradient}`;
}

function race(id: string, drawn: readonly Drawn[], rows: readonly VariantSummary[]): string {
  const held = drawn.every(({ records }) => records[0].spec.kind === "race");
  const what = held ? "held-out loss" : "loss over the 2,000 most recent sequences";
  const label = `The ${what} against sequences for ${drawn.map((line) => line.label).join("; ")}. The numbers are in the table below.`;
  const curves = drawn.map((line) => ({ label: line.label, points: medianCurve(line.records) }));
  const times = tenOf([...new Set(curves.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b));
  const table = renderDataTable(
    `In numbers: ${what}, median over seeds`,
    ["after sequences", ...times.map(grouped)],
    curves.map(({ label: name, points }) => [
      name,
      ...times.map((at) => significant(points.findLast(([time]) => time <= at)?.[1], 3)),
    ]),
  );
  return renderFigure({
    finding: raceFinding(rows),
    body: wideCard(renderRaceChart(`${id}-race`, label, drawn), "Chart of the race"),
    caption: `Thick: median over seeds, up to where half of them have ended; thin: each seed; symbols: the task is solved. Shown is the ${what}; the dashed rule is chance.`,
    table,
  });
}

function scatter(id: string, drawn: readonly Drawn[], records: readonly RunRecord[]): string {
  const related = halfLifeAgainstSuccess(records);
  const groups = drawn.map((line) => ({ ...line, dots: halfLifeAgainstSuccess(line.records).dots }));
  const table = renderDataTable(
    "Every dot in numbers",
    ["cell", "seed", "half-life before training", "sequences to success"],
    groups.flatMap(({ label, dots }) =>
      dots.map(({ record, halfLife, sequences, solved }) => [
        label,
        String(record.spec.seed),
        Number.isFinite(halfLife) ? significant(halfLife, 3) : "∞",
        solved ? grouped(sequences) : `not within ${grouped(sequences)}`,
      ]),
    ),
  );
  const chart = renderScatter(
    `${id}-scatter`,
    "Half-life of the gradient before training against sequences to success, a dot for each run. The numbers are in the table below.",
    groups,
  );
  return renderFigure({
    heading: "Does gradient flow before training tell how soon a net learns?",
    finding: correlationFinding(related),
    body: wideCard(chart, "Chart of half-lives and sequences to success"),
    caption:
      "One dot for each cell, initialisation and seed; beside a name, how many of its runs solved the task. Dots on the uppermost line ended at their cap without solving it.",
    table,
  });
}

function flows(id: string, drawn: readonly Drawn[], rows: readonly VariantSummary[]): string {
  const moments = [
    { key: "before", title: "Before training", pick: (flows: readonly Flow[]) => flows[0] },
    {
      key: "after",
      title: "At the end",
      pick: (flows: readonly Flow[]) => (flows.length > 1 ? flows[flows.length - 1] : undefined),
    },
  ];
  const panels = moments.map(({ key, title, pick }) => ({
    key,
    title,
    lines: drawn.flatMap((line): DecayLine[] => {
      const curve = curveOver(line.records.flatMap(({ outcome }) => pick(outcome.flows) ?? []));
      return curve === undefined ? [] : [{ label: line.label, style: line.style, curve }];
    }),
  }));
  const all = panels.flatMap(({ lines }) => lines);
  const lags = Math.max(1, ...all.map(({ curve }) => curve.mean.length - 1));
  const domain = decayDomain(all, lags);
  const theory = drawn.flatMap(({ style, records: [{ spec, outcome }] }) =>
    theoryOf(spec, style, outcome.flows[0], lags),
  );
  const charts = panels.map(({ key, title, lines }) => {
    const label = `${title}: log10 norm of the gradient of all states against lag for ${lines.map((line) => line.label).join("; ")}. The numbers are in the table below.`;
    const shown = key === "before" ? theory : [];
    const quantity = "‖∂L/∂s‖, all states";
    return renderDecayPanel({ id: `${id}-${key}`, title, quantity, label, lines, theory: shown, domain, lags });
  });
  const at = namedLags(lags);
  const table = renderDataTable(
    "The curves in numbers: log₁₀ of the norm, median over seeds",
    ["at lag", ...at.map(String)],
    panels.flatMap(({ title, lines }) =>
      lines.map(({ label, curve }) => [
        `${label}, ${title.toLowerCase()}`,
        ...at.map((lag) => fixed(curve.mean[lag], 2)),
      ]),
    ),
  );
  const note =
    theory.length > 0
      ? " Dotted: what the forget gates alone would leave, σ(b) for each step (a GRU's and an LSTM's gates see h too, so that curves need not follow)."
      : "";
  return renderFigure({
    heading: "How the gradient fades",
    finding: flowFinding(rows),
    body: cards(charts),
    caption: `log₁₀ of the norm of a probe's gradient by lag; lines are medians over seeds of means over samples, bands reach from the lowest to the highest seed.${note}`,
    table,
  });
}

/** Forget gates that start at a constant bias b keep σ(b) of what they hold, wherever their inputs are small. */
function theoryOf(spec: RunSpec, style: CellStyle, flow: Flow | undefined, lags: number): TheoryLine[] {
  const bias = spec.kind === "race" ? /^(?:lstm|gru)-fb(\d)/.exec(spec.cell)?.[1] : undefined;
  const start = flow?.log10[1];
  if (bias === undefined || typeof start !== "number") return [];
  const factor = Math.log10(1 / (1 + Math.exp(-Number(bias))));
  return [{ style, log10: Array.from({ length: lags + 1 }, (_, lag) => start + (lag - 1) * factor) }];
}

function heatmaps(id: string, drawn: readonly Drawn[]): string {
  const curves = drawn.map(({ records }) =>
    [
      ...groupBy(
        records.flatMap(({ outcome }) => outcome.flows),
        ({ sequences }) => String(sequences),
      ).values(),
    ]
      .flatMap((flows) => curveOver(flows) ?? [])
      .sort((a, b) => a.step - b.step),
  );
  const steps = curves.flat().reduce((most, { step }) => Math.max(most, step), 0);
  const lags = Math.max(1, ...curves.flat().map(({ mean }) => mean.length - 1));
  const charts = drawn.map(({ label }, k) => {
    const text = `${label}: log10 norm of the gradient by lag (downwards) and sequences seen (to the right). The numbers are in the table below.`;
    const chart = `${id}-heat-${k}`;
    return renderHeatmap({ id: chart, title: label, label: text, curves: curves[k], lags, steps, unit: "sequences" });
  });
  return renderFigure({
    heading: "How it changes while the cell learns",
    finding: changeFinding(drawn),
    body: `${cards(charts, "three")}${renderHeatmapLegend()}`,
    caption:
      "log₁₀ ‖∂L/∂s‖, all states, by lag and sequences seen, measured at every doubling, all pictures on one scale. Empty: all runs had ended.",
    table: heatTable(
      drawn.map(({ label }, k) => ({ label, curves: curves[k] })),
      lags,
      "sequence",
    ),
  });
}

/** The median over seeds at each lag, and the lowest and highest seed. */
function curveOver(flows: readonly Flow[]): FlowCurve | undefined {
  if (flows.length === 0) return undefined;
  const lags = Math.max(...flows.map(({ log10 }) => log10.length));
  const at = (lag: number) => flows.map(({ log10 }) => log10[lag]).filter((value) => typeof value === "number");
  const by = (pick: (values: readonly number[]) => number | null) =>
    Array.from({ length: lags }, (_, lag) => (at(lag).length === 0 ? null : pick(at(lag))));
  return {
    step: Math.max(...flows.map(({ sequences }) => sequences)),
    mean: by(median),
    p10: by((values) => Math.min(...values)),
    p90: by((values) => Math.max(...values)),
    underflowLag: null,
  };
}
