import { axis, gridOf, notice } from "./decay-chart.ts";
import { significant } from "./format.ts";
import type { CellStyle } from "./palette.ts";
import { renderSvg } from "./svg.ts";

/** How long the units of one cell remember at one moment. */
export interface TimeScaleRow {
  readonly label: string;
  /** `before training`. */
  readonly when: string;
  readonly style: CellStyle;
  /** In steps, shortest first; infinite where a gate never closes. */
  readonly scales: readonly number[];
  /** What the initialisation draws them from: uniform between these two. */
  readonly target?: readonly [number, number];
}

const width = 1000;
const rowHeight = 40;
const head = 20;
const foot = 48;
const left = 250;
const right = width - 150;
/** Beyond a hundred thousand steps all are alike. */
const longest = 1e5;

/** Over several seeds there are more units than a row has room for: ticks stand at so many equal distances in rank. */
const mostTicks = 100;

/** A tick for each unit on a logarithmic axis, one row for each cell and moment, with the median at the right. */
export function renderTimeScales(id: string, label: string, rows: readonly TimeScaleRow[]): string {
  const finite = rows
    .flatMap(({ scales, target = [] }) => [...scales, ...target])
    .filter((scale) => scale > 0 && scale < longest);
  const low = Math.min(1, ...finite);
  const high = Math.max(10, ...finite);
  const height = head + Math.max(1, rows.length) * rowHeight + foot;
  const plot = { left, top: head, right, bottom: height - foot };
  const [min, max] = [Math.log10(low) - 0.05, Math.log10(high) + 0.08];
  const x = (scale: number) =>
    left + Math.max(0, Math.min(1, (Math.log10(Math.max(scale, low)) - min) / (max - min))) * (right - left);
  const ticks = Array.from({ length: 8 }, (_, k) => k - 1)
    .flatMap((exponent) => [1, 2, 5].map((factor) => exponent + Math.log10(factor)))
    .filter((tick) => tick >= min && tick <= max);
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      grid: gridOf(plot),
      xAxis: {
        ...axis,
        min,
        max,
        name: "time scale of a unit, steps, logarithmic",
        nameLocation: "middle",
        nameGap: 30,
        axisTick: { ...axis.axisTick, customValues: ticks },
        splitLine: { ...axis.splitLine, customValues: ticks },
        axisLabel: { ...axis.axisLabel, customValues: ticks, formatter: (tick: number) => significant(10 ** tick, 1) },
      },
      yAxis: { ...axis, min: 0, max: 1, show: false },
      series: [],
      graphic:
        rows.length === 0
          ? [notice("nothing was measured", plot)]
          : rows.flatMap((row, k) => strip(row, head + (k + 0.5) * rowHeight, x)),
    },
  });
}

/** Of numbers that are sorted: the middle one, or of two the smaller. */
export function middleOf(scales: readonly number[]): number {
  return scales[(scales.length - 1) >> 1] ?? Number.NaN;
}

function thinned(scales: readonly number[]): readonly number[] {
  if (scales.length <= mostTicks) return scales;
  return Array.from({ length: mostTicks }, (_, k) => scales[Math.round((k * (scales.length - 1)) / (mostTicks - 1))]);
}

function strip(
  { label, when, style, scales, target }: TimeScaleRow,
  y: number,
  x: (scale: number) => number,
): Record<string, unknown>[] {
  const middle = middleOf(scales);
  return [
    text(label, 12, y - 7, 13, style.ink, "bold"),
    text(when, 12, y + 9, 11, "#59636e"),
    ...(target === undefined ? [] : [box(x(target[0]), x(target[1]), y)]),
    ...thinned(scales).map((scale) => ({
      type: "line",
      silent: true,
      shape: { x1: x(scale), y1: y - 9, x2: x(scale), y2: y + 9 },
      style: { stroke: style.color, lineWidth: 1.2, opacity: 0.55 },
    })),
    ...(scales.length === 0
      ? []
      : [
          {
            type: "polygon",
            silent: true,
            shape: {
              points: [
                [x(middle) - 5, y + 17],
                [x(middle) + 5, y + 17],
                [x(middle), y + 10],
              ],
            },
            style: { fill: style.ink },
          },
        ]),
    text(scaleText(middle, "median "), right + 12, y, 13, style.ink, "bold"),
  ];
}

/** Whether a unit remembers for longer than anyone could tell from forever. */
export function isLong(scale: number): boolean {
  return scale >= longest;
}

/** A time scale with its unit. */
export function scaleText(scale: number, before = ""): string {
  if (Number.isNaN(scale)) return "–";
  return `${before}${isLong(scale) ? "∞" : `${significant(scale, 2)} steps`}`;
}

/** Where the values of an initialisation lie: one as likely as another from end to end. */
function box(from: number, to: number, y: number): Record<string, unknown> {
  return {
    type: "rect",
    silent: true,
    shape: { x: from, y: y - 13, width: to - from, height: 26 },
    style: { fill: "none", stroke: "#59636e", lineWidth: 1, lineDash: [4, 3] },
  };
}

function text(
  content: string,
  x: number,
  y: number,
  fontSize: number,
  fill: string,
  fontWeight: "bold" | "normal" = "normal",
): Record<string, unknown> {
  return {
    type: "text",
    silent: true,
    x,
    y,
    style: { text: content, fontSize, fontWeight, fill, verticalAlign: "middle" },
  };
}
