import type { RunResult } from "../gradflow/result.ts";
import { median } from "../gradflow/summary.ts";
import { type CurveEnd, labelColumn, labelGraphics, type Plot } from "./curve-labels.ts";
import { axis, gridOf, notice } from "./decay-chart.ts";
import { significant } from "./format.ts";
import type { CellStyle } from "./palette.ts";
import { type Range, rangeOf } from "./range.ts";
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

export type Point = readonly [step: number, value: number];

const width = 1000;
const height = 400;
/** Training losses are averaged into so many points. */
const points = 60;

/** Training losses as thin lines, validation values as markers, and what guessing reaches as a rule. */
export function renderLossChart({ id, label, metric, baseline, lines }: LossChart): string {
  const drawn = lines.map((line) => ({ ...line, training: smoothed(line.runs), validation: validated(line.runs) }));
  const all = drawn.flatMap(({ training, validation }) => [...training, ...validation]);
  const range = rangeOf([...all.map(([, value]) => value), baseline.value]);
  const steps = all.reduce((most, [step]) => Math.max(most, step), 1);
  const named = drawn.flatMap((line) => {
    const end = lastOf(line);
    return end === undefined ? [] : [{ label: line.label, style: line.style, end }];
  });
  const rule = {
    label: `guessing, ${baseline.formula}`,
    style: ruleStyle,
    end: [steps, baseline.value] as const,
  };
  const labelled = named.length === 0 ? [] : [...named, rule].map((line) => ({ ...line, value: shown(line.end[1]) }));
  const plot: Plot = { left: 64, top: 34, right: width - labelColumn(labelled), bottom: height - 48 };
  const ends = labelled.map(
    ({ end, ...line }): CurveEnd => ({
      ...line,
      x: plot.left + (end[0] / steps) * (plot.right - plot.left),
      y: plot.bottom - ((range.scale(end[1]) - range.min) / (range.max - range.min)) * (plot.bottom - plot.top),
    }),
  );
  const scaled = (found: readonly Point[]): Point[] => found.map(([step, value]) => [step, range.scale(value)]);
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      grid: gridOf(plot),
      xAxis: {
        ...axis,
        min: 0,
        max: steps,
        minInterval: 1,
        name: "training step",
        nameLocation: "middle",
        nameGap: 28,
        splitLine: { show: false },
        axisLabel: { ...axis.axisLabel, showMaxLabel: false },
      },
      yAxis: rangeAxis(range, metric),
      series: [
        ...(named.length === 0
          ? []
          : [
              lineSeries(
                scaled([
                  [0, baseline.value],
                  [steps, baseline.value],
                ]),
                ruleStyle,
                1.5,
              ),
            ]),
        ...drawn.flatMap(({ style, training, validation }) => [
          lineSeries(scaled(training), style, 1, 0.65),
          {
            ...lineSeries(scaled(validation), style, 2),
            symbol: style.marker,
            symbolSize: 8,
            showAllSymbol: true,
            itemStyle: { color: style.filled ? style.color : "#ffffff", borderColor: style.color, borderWidth: 1.5 },
          },
        ]),
      ],
      graphic: [
        ...labelGraphics(ends, plot),
        ...(named.length === 0 ? [notice("no training step was made", plot)] : []),
      ],
    },
  });
}

/** Of a rule at what guessing reaches. */
export const ruleStyle: CellStyle = { color: "#59636e", ink: "#4a535d", dash: [5, 4], marker: "circle", filled: true };

/** A vertical axis over a range, its name above it. */
export function rangeAxis(range: Range, name: string): Record<string, unknown> {
  return {
    ...axis,
    min: range.min,
    max: range.max,
    name: range.log ? `${name}, logarithmic` : name,
    nameTextStyle: { color: "#3d444d", fontSize: 13, align: "left", padding: [0, 0, 0, -50] },
    nameGap: 14,
    axisTick: { ...axis.axisTick, customValues: range.ticks },
    splitLine: { ...axis.splitLine, customValues: range.ticks },
    axisLabel: { ...axis.axisLabel, customValues: range.ticks, formatter: range.format },
  };
}

/** A line without symbols. */
export function lineSeries(
  data: readonly Point[],
  { color, dash }: CellStyle,
  lineWidth: number,
  opacity: number = 1,
): Record<string, unknown> {
  return {
    type: "line",
    silent: true,
    clip: true,
    symbol: "none",
    data,
    lineStyle: { color, width: lineWidth, opacity, type: dash },
  };
}

function shown(value: number): string {
  return significant(value, 3);
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
