import type { FlowCurve } from "../gradflow/summary.ts";
import { type CurveEnd, labelColumn, labelGraphics, type Plot } from "./curve-labels.ts";
import { fixed, powerOfTen } from "./format.ts";
import type { CellStyle } from "./palette.ts";
import { renderSvg } from "./svg.ts";

/** One curve of a panel. */
export interface DecayLine {
  readonly label: string;
  readonly style: CellStyle;
  readonly curve: FlowCurve;
}

/** What theory says a curve should be: drawn thin and dotted. */
export interface TheoryLine {
  readonly style: CellStyle;
  /** log10 by lag. */
  readonly log10: readonly number[];
  /** What stands at its end: `σ_max^n, the bound`; without one, the caption has to say what the line is. */
  readonly label?: string;
  /** Dotted unless given. */
  readonly dash?: readonly number[];
}

/** A panel of decay curves. Panels that are to be compared share domain and lags. */
export interface DecayPanel {
  readonly id: string;
  readonly title: string;
  /** What the vertical axis holds: `‖∂L/∂h‖`. */
  readonly quantity: string;
  /** For those who do not see it. */
  readonly label: string;
  readonly lines: readonly DecayLine[];
  readonly theory?: readonly TheoryLine[];
  /** The lowest and highest log10 of the axis. */
  readonly domain: readonly [number, number];
  readonly lags: number;
  /** In pixels; 420 unless given. */
  readonly height?: number;
}

const width = 500;
/** Nothing below is drawn: a curve that keeps falling would flatten all others. */
export const deepest: number = -36;
const markers = 5;

/** An axis over all curves, from tick to tick. */
export function decayDomain(lines: readonly DecayLine[], lags: number): [number, number] {
  const values = lines.flatMap(({ curve: { mean, p10, p90 } }) =>
    [mean, p10, p90].flatMap((part) => part.slice(0, lags + 1).filter((value) => finite(value))),
  );
  if (values.length === 0) return [-12, 0];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const bottom = Math.max(deepest, low);
  const step = intervalOf([bottom, high]);
  const floor = step * Math.floor(bottom / step);
  // A curve that rises a hair above a tick needs no further one.
  const ceiling = Math.max(step * Math.ceil((high - 0.3) / step), floor + step);
  // Plus zero makes a true zero of minus zero.
  return [floor + 0, ceiling + 0];
}

/** One panel as SVG: the mean over samples, its 10-90 % band, and a name at each curve's end. */
export function renderDecayPanel(panel: DecayPanel): string {
  const { id, title, quantity, label, lines, theory = [], domain, lags, height = 420 } = panel;
  const cut = lines.map((line) => ({ ...line, points: pointsOf(line.curve.mean, lags) }));
  const named = [
    ...cut.map((line) => ({ ...line, value: endValue(line.points) })),
    ...theory.flatMap(({ label: name, ...line }) =>
      name === undefined ? [] : [{ ...line, label: name, points: pointsOf(line.log10, lags), value: "" }],
    ),
  ].flatMap(({ points, ...line }) => {
    const last = points[points.length - 1];
    if (last === undefined) return [];
    // A curve may rise a hair above the last tick; what rises further is theory that leaves the picture.
    return [{ ...line, points, last, below: last[1] < domain[0], above: last[1] > domain[1] + 1 }];
  });
  const column = labelColumn(
    named.map(({ label: name, value, below }) => ({ label: name, value: below ? `↓ ${value}` : value })),
  );
  const plot: Plot = { left: 54, top: 62, right: width - column, bottom: height - 46 };
  const place = placer(plot, domain, lags);
  const ends = named.map(({ label: name, style, points, value, last, below, above }): CurveEnd => {
    const end = { label: name, style, value };
    if (above)
      return { ...end, x: place.x(points.find(([, log10]) => log10 > domain[1])?.[0] ?? 0), y: plot.top, above };
    if (!below) return { ...end, x: place.x(last[0]), y: place.y(last[1]) };
    // The deeper a curve goes on below the picture, the lower its name.
    const y = plot.bottom + 1e-3 * (domain[0] - last[1]);
    return { ...end, x: place.x(exitOf(points, domain[0])), y, below };
  });
  const nothing = ends.length === 0 ? [notice("nothing was measured", plot)] : [];
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      title: { text: title, left: 8, top: 6, textStyle: { fontSize: 15, fontWeight: 600, color: "#1f2328" } },
      grid: gridOf(plot),
      xAxis: {
        ...axis,
        min: 0,
        max: lags,
        interval: lags <= 10 ? 2 : lags <= 60 ? 10 : lags <= 120 ? 25 : Math.ceil(lags / 40) * 10,
        name: "steps back in time (lag)",
        nameLocation: "middle",
        nameGap: 28,
        splitLine: { show: false },
      },
      yAxis: {
        ...axis,
        min: domain[0],
        max: domain[1],
        interval: intervalOf(domain),
        name: quantity,
        nameGap: 14,
        nameTextStyle: { color: "#3d444d", fontSize: 13, align: "left", padding: [0, 0, 0, -42] },
        axisLabel: { ...axis.axisLabel, formatter: powerOfTen },
      },
      series: [
        ...theory.map((line) => theorySeries(line, lags)),
        ...cut.flatMap((line, k) => [
          bandSeries(line, domain, lags),
          {
            type: "line",
            silent: true,
            clip: true,
            z: 3,
            symbol: "none",
            data: seriesData(line.curve.mean, lags),
            lineStyle: { color: line.style.color, width: 2, type: line.style.dash },
          },
          {
            type: "line",
            silent: true,
            clip: true,
            z: 4,
            symbol: line.style.marker,
            symbolSize: 7,
            showAllSymbol: true,
            lineStyle: { width: 0 },
            itemStyle: {
              color: line.style.filled ? line.style.color : "#ffffff",
              borderColor: line.style.color,
              borderWidth: 1.5,
            },
            data: markerPoints(line.points, lags, k / Math.max(1, cut.length)).filter(
              ([, value]) => value >= domain[0],
            ),
          },
        ]),
      ],
      graphic: [...labelGraphics(ends, plot), ...nothing],
    },
  });
}

/** What all charts' axes have in common. */
export const axis: {
  readonly type: "value";
  readonly axisLabel: Readonly<Record<string, unknown>>;
  readonly axisTick: Readonly<Record<string, unknown>>;
  readonly splitLine: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
} = {
  type: "value",
  axisLine: { show: true, onZero: false, lineStyle: { color: "#8b929c" } },
  axisTick: { show: true, lineStyle: { color: "#8b929c" } },
  axisLabel: { color: "#3d444d", fontSize: 13, showMaxLabel: true, hideOverlap: true },
  nameTextStyle: { color: "#3d444d", fontSize: 13 },
  splitLine: { show: true, lineStyle: { color: "#e6e8eb", width: 1 } },
};

/** A plot as ECharts' grid, exactly there: by itself, a grid shrinks to make room for the names of its axes. */
export function gridOf({ left, top, right, bottom }: Plot): Record<string, unknown> {
  return { left, top, width: right - left, height: bottom - top, outerBoundsMode: "none" };
}

/** A sentence in the middle of a plot without data. */
export function notice(content: string, plot: Plot): Record<string, unknown> {
  return {
    type: "text",
    silent: true,
    x: (plot.left + plot.right) / 2,
    y: (plot.top + plot.bottom) / 2,
    style: { text: content, fontSize: 14, fill: "#59636e", align: "center", verticalAlign: "middle" },
  };
}

/** The 10-90 % band as polygons, one for each stretch without gaps. */
function bandSeries({ style, curve: { p10, p90 } }: DecayLine, domain: readonly [number, number], lags: number) {
  const stretches: [number, number, number][][] = [[]];
  for (let lag = 0; lag <= lags; lag++) {
    const [low, high] = [p10[lag], p90[lag]];
    if (finite(low) && finite(high) && high >= domain[0])
      stretches[stretches.length - 1].push([lag, Math.max(low, domain[0]), high]);
    else if (stretches[stretches.length - 1].length > 0) stretches.push([]);
  }
  return {
    type: "custom",
    silent: true,
    clip: true,
    z: 2,
    data: [[0, domain[1]]],
    renderItem: (_: unknown, api: { coord: (point: [number, number]) => number[] }) => ({
      type: "group",
      children: stretches
        .filter((stretch) => stretch.length > 1)
        // Pale as they are, bands of many points look the same with half of them.
        .map((stretch) => stretch.filter((_point, k) => lags < 50 || k % 2 === 0 || k === stretch.length - 1))
        .map((stretch) => ({
          type: "polygon",
          shape: {
            points: [
              ...stretch.map(([lag, low]) => api.coord([lag, low])),
              ...stretch.map(([lag, , high]) => api.coord([lag, high])).reverse(),
            ],
          },
          style: { fill: style.color, opacity: 0.13 },
        })),
    }),
  };
}

function pointsOf(mean: readonly (number | null)[], lags: number): [number, number][] {
  return mean.slice(0, lags + 1).flatMap((value, lag): [number, number][] => (finite(value) ? [[lag, value]] : []));
}

/** The lag at which a curve that ends below a floor falls through it for the last time. */
function exitOf(points: readonly [number, number][], floor: number): number {
  const next = points.findLastIndex(([, value]) => value >= floor) + 1;
  if (next === 0) return points[0][0];
  const [[from, above], [to, beneath]] = [points[next - 1], points[next]];
  return from + ((to - from) * (above - floor)) / (above - beneath);
}

/** With gaps, which break the line. */
function theorySeries({ style, log10, dash = [1, 3] }: TheoryLine, lags: number): Record<string, unknown> {
  return {
    type: "line",
    silent: true,
    clip: true,
    z: 1,
    symbol: "none",
    data: log10.slice(0, lags + 1).map((value, lag) => [lag, value]),
    lineStyle: { color: style.color, width: 1.4, type: dash, opacity: 0.9 },
  };
}

function seriesData(mean: readonly (number | null)[], lags: number): [number, number | "-"][] {
  return mean.slice(0, lags + 1).map((value, lag) => [lag, finite(value) ? value : "-"]);
}

/** A few markers on each curve, shifted so that those of close curves stand beside each other. */
function markerPoints(points: readonly [number, number][], lags: number, shift: number): [number, number][] {
  const every = Math.max(1, Math.round(lags / markers));
  const first = Math.round(every * shift);
  const chosen = points.filter(([lag]) => lag % every === first % every);
  return chosen.length > 0 ? chosen : points.slice(0, 1);
}

/** The log10 at the last lag that has one. */
function endValue(points: readonly [number, number][]): string {
  const last = points[points.length - 1];
  return last === undefined ? "" : fixed(last[1], 1);
}

function placer(plot: Plot, [low, high]: readonly [number, number], lags: number) {
  return {
    x: (lag: number): number => plot.left + (lag / lags) * (plot.right - plot.left),
    y: (value: number): number => plot.top + ((high - Math.min(value, high)) / (high - low)) * (plot.bottom - plot.top),
  };
}

/** Of ticks over decades. */
export function intervalOf([low, high]: readonly [number, number]): number {
  return high - low <= 15 ? 3 : high - low <= 42 ? 6 : 12;
}

/** Whether it is a number, and a finite one. */
export function finite(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
