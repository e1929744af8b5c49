import { placeLabels } from "./end-labels.ts";
import type { CellStyle } from "./palette.ts";

/** Where a curve ends, and what is to be written there. */
export interface CurveEnd {
  /** `LSTM, forget bias 1`: what follows the first comma goes on a second line. */
  readonly label: string;
  /** The number at the curve's end. */
  readonly value: string;
  readonly style: CellStyle;
  /** In pixels of the chart. */
  readonly x: number;
  readonly y: number;
  /** The curve goes on below the plot: an arrow stands where it leaves, and no line leads from there to the name. */
  readonly below?: boolean;
  /** The same for a line that leaves the plot above. */
  readonly above?: boolean;
}

/** The rectangle that curves are drawn in, in pixels of the chart. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Label text in pixels of the chart, which a phone shows at two thirds. */
const nameSize = 13;
const detailSize = 11;
/** Bold text is as wide as plain text of this size. */
const boldSize = 15;
const gap = 24;

/** How wide the column of labels right of a plot has to be. */
export function labelColumn(ends: readonly Pick<CurveEnd, "label" | "value">[]): number {
  const widths = ends.map(({ label, value }) => {
    const [name, detail] = splitLabel(label);
    return Math.max(textWidth(`${name} ${value}`, boldSize), textWidth(detail, detailSize));
  });
  return Math.min(230, gap + Math.max(40, ...widths) + 6);
}

/** Places the labels beside the plot's right edge: the middle of each, in pixels, none overlapping. */
export function labelPositions(ends: readonly CurveEnd[], plot: Plot): number[] {
  return placeLabels(
    ends.map(({ y, label }) => ({ y, height: labelHeight(label) })),
    plot.top - 8,
    plot.bottom + 8,
  );
}

export function labelHeight(label: string): number {
  return splitLabel(label)[1] === "" ? nameSize + 4 : nameSize + detailSize + 6;
}

/** The labels and the thin lines that lead to them, as ECharts graphic elements. */
export function labelGraphics(ends: readonly CurveEnd[], plot: Plot): Record<string, unknown>[] {
  const middles = labelPositions(ends, plot);
  return ends.flatMap(({ label, value, style, x, y, below = false, above = false }, i) => {
    const sign = below ? "↓ " : above ? "↑ " : "";
    const [name, detail] = splitLabel(label);
    const left = plot.right + gap;
    const points = [
      [x + 5, y],
      [Math.max(x + 5, plot.right + 6), y],
      [left - 4, middles[i]],
    ];
    const up = detail === "" ? 0 : -7;
    return [
      below
        ? arrow(x, plot.bottom, 1, style.color)
        : above
          ? arrow(x, plot.top, -1, style.color)
          : leader(points, style.color),
      text(left, middles[i] + up, `${name} ${sign}${value}`.trim(), nameSize, style.ink),
      ...(detail === "" ? [] : [text(left, middles[i] + 8, detail, detailSize, style.ink)]),
    ];
  });
}

function leader(points: readonly (readonly number[])[], stroke: string): Record<string, unknown> {
  return {
    type: "polyline",
    silent: true,
    z: 1,
    shape: { points },
    style: { stroke, lineWidth: 1, opacity: 0.55, fill: "none" },
  };
}

/** @param down 1 for an arrow that points down, -1 for one that points up */
function arrow(x: number, y: number, down: 1 | -1, fill: string): Record<string, unknown> {
  const points = [
    [x - 5, y - 3 * down],
    [x + 5, y - 3 * down],
    [x, y + 6 * down],
  ];
  return { type: "polygon", silent: true, z: 5, shape: { points }, style: { fill } };
}

function text(x: number, y: number, content: string, fontSize: number, fill: string): Record<string, unknown> {
  const fontWeight = fontSize === nameSize ? "bold" : "normal";
  return {
    type: "text",
    silent: true,
    x,
    y,
    style: { text: content, fontSize, fontWeight, fill, verticalAlign: "middle" },
  };
}

/** The name, and what a comma sets apart from it. */
export function splitLabel(label: string): [string, string] {
  const comma = label.indexOf(", ");
  return comma < 0 ? [label, ""] : [label.slice(0, comma), label.slice(comma + 2)];
}

/** An estimate that errs on the wide side: fonts are the reader's own. */
function textWidth(content: string, size: number): number {
  return content.length * size * 0.58;
}
