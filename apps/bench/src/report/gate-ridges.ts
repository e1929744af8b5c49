import type { GateMoment } from "../gradflow/detail.ts";
import { axis, gridOf, notice } from "./decay-chart.ts";
import { grouped } from "./format.ts";
import type { CellStyle } from "./palette.ts";
import { renderSvg } from "./svg.ts";

/** How one gate's values lie between 0 and 1, at a few moments of training. */
export interface GateRidges {
  readonly id: string;
  readonly title: string;
  /** For those who do not see it. */
  readonly label: string;
  readonly moments: readonly GateMoment[];
  readonly style: CellStyle;
  /** The share of a bin that is as high as two rows: one for all pictures, so that they can be compared. */
  readonly full: number;
}

const width = 380;
const rowHeight = 34;
const head = 66;
const foot = 44;
const left = 62;
const right = width - 108;
/** A hill may rise over the rows above it by so many rows. */
const rise = 1.7;
const guides = [0.1, 0.9];

/** One gate as SVG: a hill for each moment, the first on top; at the right the shares below 0.1 and above 0.9. */
export function renderGateRidges({ id, title, label, moments, style, full }: GateRidges): string {
  const height = head + Math.max(1, moments.length) * rowHeight + foot;
  const plot = { left, top: head, right, bottom: height - foot };
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      title: { text: title, left: 8, top: 6, textStyle: { fontSize: 14, fontWeight: 600, color: "#1f2328" } },
      grid: gridOf(plot),
      xAxis: {
        ...axis,
        min: 0,
        max: 1,
        name: "value of the gate",
        nameLocation: "middle",
        nameGap: 26,
        splitLine: { show: false },
        axisTick: { ...axis.axisTick, customValues: [0, 0.1, 0.5, 0.9, 1] },
        axisLabel: { ...axis.axisLabel, hideOverlap: false, customValues: [0, 0.1, 0.5, 0.9, 1] },
      },
      yAxis: { ...axis, min: 0, max: 1, show: false },
      series: [],
      graphic:
        moments.length === 0
          ? [notice("nothing was measured", plot)]
          : [
              ...guides.map((at) => rule(at, plot.bottom)),
              ...moments.flatMap((moment, row) => hill(moment, head + (row + 1) * rowHeight, style, full)),
              text("step", left - 8, head - 14, "right"),
              text("< 0.1", right + 50, head - 14, "right"),
              text("> 0.9", right + 102, head - 14, "right"),
            ],
    },
  });
}

/** A whole number of percent; what is not quite nothing, or not quite all, is not rounded to it. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return "< 1 %";
  if (share < 1 && share > 0.995) return "> 99 %";
  return `${Math.round(100 * share)} %`;
}

function hill(
  { step, histogram, closed, open }: GateMoment,
  baseline: number,
  { color }: CellStyle,
  full: number,
): Record<string, unknown>[] {
  const bins = histogram.length;
  const x = (value: number) => left + value * (right - left);
  const y = (share: number) => baseline - (share / full) * rise * rowHeight;
  const crest = [
    [x(0), y(histogram[0] ?? 0)],
    ...histogram.map((share, bin) => [x((bin + 0.5) / bins), y(share)]),
    [x(1), y(histogram[bins - 1] ?? 0)],
  ];
  const outline = [[x(0), baseline], ...crest, [x(1), baseline]];
  return [
    // What stands behind a hill is hidden by it.
    { type: "polygon", silent: true, shape: { points: outline }, style: { fill: "#ffffff", opacity: 0.75 } },
    { type: "polygon", silent: true, shape: { points: outline }, style: { fill: color, opacity: 0.28 } },
    {
      type: "polyline",
      silent: true,
      shape: { points: crest },
      style: { stroke: color, lineWidth: 1.6, fill: "none" },
    },
    line(x(0), baseline, x(1), baseline, "#8b929c"),
    text(grouped(step), left - 8, baseline - 6, "right"),
    text(percent(closed), right + 50, baseline - 6, "right"),
    text(percent(open), right + 102, baseline - 6, "right"),
  ];
}

function rule(at: number, bottom: number): Record<string, unknown> {
  const x = left + at * (right - left);
  return {
    type: "line",
    silent: true,
    shape: { x1: x, y1: head - 4, x2: x, y2: bottom },
    style: { stroke: "#8b929c", lineWidth: 1, lineDash: [3, 3] },
  };
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): Record<string, unknown> {
  return { type: "line", silent: true, shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 1 } };
}

function text(content: string, x: number, y: number, align: "left" | "right"): Record<string, unknown> {
  return {
    type: "text",
    silent: true,
    x,
    y,
    style: { text: content, fontSize: 12, fill: "#3d444d", align, verticalAlign: "middle" },
  };
}
