import { CustomChart } from "echarts/charts";
import { use } from "echarts/core";
import { axis, gridOf } from "../report/decay-chart.ts";
import { renderSvg } from "../report/svg.ts";

use([CustomChart]);

/** One measured number. */
export interface Bar {
  readonly value: number;
  /** Where the middle 80 % of the samples lie. */
  readonly low: number;
  readonly high: number;
  /** What is written beside it. */
  readonly text: string;
  readonly color: string;
  readonly aim?: number;
}

/** The bars of one thing, below each other. */
export interface BarGroup {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export interface BarChart {
  readonly id: string;
  readonly label: string;
  /** Under the axis. */
  readonly unit: string;
  readonly groups: readonly BarGroup[];
  /** A logarithmic axis on which bars begin at 1, to the right or to the left. */
  readonly logarithmic?: boolean;
  /** Ticks of the axis, as text. */
  readonly tick: (value: number) => string;
}

const width = 1000;
const nameWidth = 285;
const textWidth = 200;
const barHeight = 18;
const gap = 14;
const ink = "#1f2328";

/** Lying bars with whiskers for the spread and a mark where the aim is, as SVG. */
export function renderBarChart({ id, label, unit, groups, tick, logarithmic = false }: BarChart): string {
  const top = 10;
  const heightOf = ({ bars }: BarGroup) => bars.length * barHeight + gap;
  const height = top + groups.reduce((sum, group) => sum + heightOf(group), 0) + 52;
  const plot = { left: nameWidth, top, right: width - textWidth, bottom: height - 52 };
  const all = groups.flatMap(({ bars }) => bars);
  const [least, most] = logarithmic ? logarithmicEnds(all) : [0, scaleEnd(all)];
  const place = logarithmic
    ? (value: number) => Math.log(Math.max(value, least) / least) / Math.log(most / least)
    : (value: number) => value / most;
  const x = (value: number) => plot.left + place(Math.min(value, most)) * (plot.right - plot.left);
  const base = x(logarithmic ? 1 : 0);
  let at = top;
  const graphic = groups.flatMap((group) => {
    const start = at;
    at += heightOf(group);
    const middle = start + (heightOf(group) - gap) / 2 + gap / 2;
    return [
      text(group.name, plot.left - 12, middle, "right", ink),
      ...group.bars.flatMap((bar, k) => drawn(bar, start + gap / 2 + k * barHeight, base, x)),
    ];
  });
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      grid: gridOf(plot),
      xAxis: {
        ...axis,
        ...(logarithmic ? { type: "log" as const } : {}),
        min: least,
        max: most,
        name: unit,
        nameLocation: "middle",
        nameGap: 28,
        axisLabel: { ...axis.axisLabel, formatter: tick, showMaxLabel: false },
      },
      yAxis: { type: "value", min: 0, max: 1, show: false },
      series: [],
      graphic,
    },
  });
}

/** Where the axis ends: beyond all medians and aims. A whisker may be cut off, lest one bad sample flatten everything. */
function scaleEnd(bars: readonly Bar[]): number {
  const [high, needed] = [
    Math.max(...bars.map((bar) => bar.high)),
    Math.max(...bars.flatMap(({ value, aim }) => [value, aim ?? 0])),
  ];
  return 1.02 * Math.min(Math.max(high, needed), 1.4 * needed);
}

/** Where a logarithmic axis begins and ends: at powers of ten around all medians and aims. */
function logarithmicEnds(bars: readonly Bar[]): [number, number] {
  const values = bars.flatMap(({ value, aim }) => [value, aim ?? value]);
  return [10 ** Math.floor(Math.log10(Math.min(0.9, ...values))), 10 ** Math.ceil(Math.log10(Math.max(2, ...values)))];
}

/** A bar, its whiskers, its aim and its text. */
function drawn(
  { value, low, high, text: words, color, aim }: Bar,
  y: number,
  base: number,
  x: (value: number) => number,
): object[] {
  const center = y + barHeight / 2;
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, lineWidth: number) => ({
    type: "line",
    silent: true,
    z: 10,
    shape: { x1, y1, x2, y2 },
    style: { stroke, lineWidth },
  });
  const marks = [low, high].map((end) => line(x(end), center - 4, x(end), center + 4, ink, 1.2));
  return [
    {
      type: "rect",
      silent: true,
      z: 5,
      shape: {
        x: Math.min(base, x(value)),
        y: y + 2,
        width: Math.max(0.5, Math.abs(x(value) - base)),
        height: barHeight - 4,
      },
      style: { fill: color },
    },
    line(x(low), center, x(high), center, ink, 1.2),
    ...marks,
    ...(aim === undefined ? [] : [line(x(aim), y, x(aim), y + barHeight, "#b3261e", 3)]),
    text(words, Math.max(base, x(Math.max(value, high, aim ?? 0))) + 8, center, "left", ink),
  ];
}

function text(content: string, x: number, y: number, align: "left" | "right", fill: string): object {
  return {
    type: "text",
    silent: true,
    z: 10,
    x,
    y,
    style: { text: content, fontSize: 13, fill, align, verticalAlign: "middle" },
  };
}
