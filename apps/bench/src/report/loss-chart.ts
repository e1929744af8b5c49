import type { RunResult } from "../gradflow/result.ts";
import { median } from "../gradflow/summary.ts";
import { type CurveEnd, labelColumn, labelGraphics, type Plot } from "./curve-labels.ts";
import { axis, notice } from "./decay-chart.ts";
import { significant } from "./format.ts";
import type { CellStyle } from "./palette.ts";
import { renderSvg } from "./svg.ts";

/** One cell's training, over its seeds. */
export interface LossLine {
  readonly label: string;
  readonly style: CellStyle;
  readonly runs: readonly RunResult[];
}

/** The chart of a task's losses. */
export interface LossChart {
  readonly id: string;
  readonly label: string;
  readonly metric: string;
  readonly baseline: { readonly value: number; readonly formula: string };
  readonly lines: readonly LossLine[];
}

type Point = readonly [step: number, value: number];

const width = 1000;
const height = 400;
/** Training losses are averaged into so many points. */
const points = 60;

/** Training losses as thin lines, validation values as markers, and what a model without memory reaches as a rule. */
export function renderLossChart({ id, label, metric, baseline, lines }: LossChart): string {
  const drawn = lines.map((line) => ({ ...line, training: smoothed(line.runs), validation: validated(line.runs) }));
  const all = drawn.flatMap(({ training, validation }) => [...training, ...validation]);
  const ranged = rangeOf([...all.map(([, value]) => value), baseline.value]);
  const steps = all.reduce((most, [step]) => Math.max(most, step), 1);
  const names = drawn.map((line) => ({ label: line.label, value: significant(lastOf(line)?.[1], 3) }));
  const plot: Plot = { left: 64, top: 34, right: width - labelColumn(names), bottom: height - 48 };
  const scale = ranged.log ? Math.log10 : (value: number): number => value;
  const ends = drawn.flatMap((line, k): CurveEnd[] => {
    const end = lastOf(line);
    if (end === undefined) return [];
    const share = (scale(end[1]) - scale(ranged.min)) / (scale(ranged.max) - scale(ranged.min));
    return [
      {
        ...names[k],
        style: line.style,
        x: plot.left + (end[0] / steps) * (plot.right - plot.left),
        y: plot.bottom - Math.min(1, Math.max(0, share)) * (plot.bottom - plot.top),
      },
    ];
  });
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      grid: { left: plot.left, top: plot.top, width: plot.right - plot.left, height: plot.bottom - plot.top },
      xAxis: {
        ...axis,
        min: 0,
        max: steps,
        name: "training step",
        nameLocation: "middle",
        nameGap: 28,
        splitLine: { show: false },
        axisLabel: { ...axis.axisLabel, showMaxLabel: false },
      },
      yAxis: {
        ...axis,
        type: ranged.log ? "log" : "value",
        min: ranged.min,
        max: ranged.max,
        name: metric,
        nameTextStyle: { color: "#3d444d", fontSize: 13, align: "left", padding: [0, 0, 0, -50] },
        nameGap: 14,
        axisLabel: {
          ...axis.axisLabel,
          showMaxLabel: false,
          showMinLabel: ranged.log || ranged.min === 0,
          formatter: (value: number) => significant(value, ranged.log ? 1 : 2),
        },
      },
      series: [
        rule(baseline, all.length > 0),
        ...drawn.flatMap(({ style, training, validation }) => [
          {
            type: "line",
            silent: true,
            clip: true,
            symbol: "none",
            data: training,
            lineStyle: { color: style.color, width: 1, opacity: 0.65, type: style.dash },
          },
          {
            type: "line",
            silent: true,
            clip: true,
            symbol: style.marker,
            symbolSize: 8,
            showAllSymbol: true,
            data: validation,
            lineStyle: { color: style.color, width: 2, type: style.dash },
            itemStyle: { color: style.filled ? style.color : "#ffffff", borderColor: style.color, borderWidth: 1.5 },
          },
        ]),
      ],
      graphic: [...labelGraphics(ends, plot), ...(all.length === 0 ? [notice("no training step was made", plot)] : [])],
    },
  });
}

/** The mean of each of 60 stretches of steps, then the median over seeds; at a stretch's last step. */
export function smoothed(runs: readonly RunResult[]): Point[] {
  const steps = runs.reduce((most, { loss }) => Math.max(most, loss.length), 0);
  const size = Math.max(1, Math.ceil(steps / points));
  const found: Point[] = [];
  for (let from = 0; from < steps; from += size) {
    const to = Math.min(steps, from + size);
    const value = median(runs.map(({ loss }) => meanOf(loss.slice(from, to))));
    if (value !== null) found.push([to, value]);
  }
  return found;
}

/** The median over seeds at each validated step. */
export function validated(runs: readonly RunResult[]): Point[] {
  const steps = [...new Set(runs.flatMap(({ validation }) => validation.map(({ step }) => step)))].sort(
    (a, b) => a - b,
  );
  return steps.flatMap((step): Point[] => {
    const value = median(runs.map((run) => run.validation.find((point) => point.step === step)?.value));
    return value === null ? [] : [[step, value]];
  });
}

function meanOf(values: readonly number[]): number | null {
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.length === 0 ? null : finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

function lastOf({
  training,
  validation,
}: {
  training: readonly Point[];
  validation: readonly Point[];
}): Point | undefined {
  return validation[validation.length - 1] ?? training[training.length - 1];
}

/** A linear axis with some air, or a logarithmic one over more than a decade and a half. */
function rangeOf(values: readonly number[]): { min: number; max: number; log: boolean } {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  if (low > 0 && high / low > 30) return { min: 10 ** Math.floor(Math.log10(low)), max: high * 1.3, log: true };
  const air = (high - low || Math.abs(high) || 1) * 0.08;
  return { min: low >= 0 ? Math.max(0, low - air) : low - air, max: high + air, log: false };
}

function rule({ value, formula }: LossChart["baseline"], shown: boolean): Record<string, unknown> {
  return {
    type: "line",
    silent: true,
    data: [],
    markLine: {
      silent: true,
      symbol: "none",
      data: shown ? [{ yAxis: value }] : [],
      lineStyle: { color: "#59636e", width: 1.5, type: [5, 4] },
      label: {
        position: "insideEndTop",
        formatter: `without memory: ${significant(value, 3)} = ${formula}`,
        fontSize: 13,
        color: "#3d444d",
      },
    },
  };
}
