import type { FlowCurve } from "../gradflow/summary.ts";
import { namedLags, renderDataTable, tenOf } from "./data-table.ts";
import { axis, gridOf, notice } from "./decay-chart.ts";
import { fixed, grouped, powerOfTen } from "./format.ts";
import { escapeHtml } from "./html.ts";
import { cividis, colorDomain, colorOf, hatchColor, hex, nanColor, type Rgb, zeroColor } from "./palette.ts";
import { pngDataUri } from "./png.ts";
import { renderSvg } from "./svg.ts";

/** One cell's gradient flow over the training. */
export interface Heatmap {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  /** By probed step, first step first. */
  readonly curves: readonly FlowCurve[];
  readonly lags: number;
  /** The last training step of all cells that are to be compared. */
  readonly steps: number;
  /** What the horizontal axis counts; training steps unless given. */
  readonly unit?: string;
}

const width = 380;
const height = 300;
const plot = { left: 58, top: 38, right: 364, bottom: 254 };

/** What a point of a heatmap is. */
export interface HeatValue {
  /** `below`: a number, but under the colour scale's range. */
  readonly kind: "value" | "below" | "zero" | "nan";
  /** The number; -∞ for zero. */
  readonly log10: number;
}

/** What stands at a lag of a curve: a missing number is a zero from the first exact zero on, and a NaN before. */
export function heatValue({ mean, underflowLag }: FlowCurve, lag: number): HeatValue {
  const value = mean[lag];
  if (typeof value === "number" && Number.isFinite(value))
    return { kind: value < colorDomain[0] ? "below" : "value", log10: value };
  return underflowLag !== null && lag >= underflowLag
    ? { kind: "zero", log10: Number.NEGATIVE_INFINITY }
    : { kind: "nan", log10: Number.NaN };
}

/** One cell's heatmap as SVG: lag downwards, training to the right, colour the log10 of the norm. */
export function renderHeatmap({ id, title, label, curves, lags, steps, unit = "training step" }: Heatmap): string {
  const last = Math.max(1, steps);
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
        max: last,
        splitNumber: 4,
        name: unit,
        nameLocation: "middle",
        nameGap: 26,
        splitLine: { show: false },
        axisLabel: { ...axis.axisLabel, showMaxLabel: false },
      },
      yAxis: {
        ...axis,
        min: 0,
        max: lags,
        inverse: true,
        interval: lags <= 60 ? 10 : 25,
        name: "lag",
        nameLocation: "middle",
        nameGap: 36,
        splitLine: { show: false },
      },
      series: [],
      graphic:
        curves.length === 0
          ? [notice("nothing was measured", plot)]
          : [{ type: "image", silent: true, left: plot.left, top: plot.top, style: picture(curves, lags, steps) }],
    },
  });
}

/** The colour scale in decades, with words, and what the special colours mean. */
export function renderHeatmapLegend(): string {
  const [low, high] = colorDomain;
  const stops = Array.from({ length: 31 }, (_, k) => hex(cividis(k / 30))).join(",");
  const ticks = words.map(([exponent, word]) => {
    const at = (100 * (exponent - low)) / (high - low);
    return `<li style="left:${at.toFixed(2)}%"><b>${powerOfTen(exponent)}</b><span>${escapeHtml(word)}</span></li>`;
  });
  const hatch = `repeating-linear-gradient(135deg,${hex(hatchColor)} 0 1px,${hex(colorOf(low))} 1px 4px)`;
  const zero = `repeating-linear-gradient(0deg,${hex(stripeColor)} 0 1px,${hex(zeroColor)} 1px 4px)`;
  const nan = `repeating-linear-gradient(45deg,#fff 0 1px,${hex(nanColor)} 1px 4px)`;
  return `<div class="scale"><div class="bar" style="background:linear-gradient(90deg,${stops})"></div><ul class="ticks">${ticks.join("")}</ul>
<ul class="keys"><li><i style="background:${hatch}"></i>below ${powerOfTen(low)}</li><li><i style="background:${zero}"></i>exactly 0 (underflow)</li><li><i style="background:${nan}"></i>not a number</li></ul></div>`;
}

/** The numbers of heatmaps that stand together: by cell and lag, at up to ten moments. */
export function heatTable(
  maps: readonly { readonly label: string; readonly curves: readonly FlowCurve[] }[],
  lags: number,
  unit: string,
): string {
  const steps = [...new Set(maps.flatMap(({ curves }) => curves.map(({ step }) => step)))].sort((a, b) => a - b);
  const shown = tenOf(steps);
  const at = namedLags(lags).filter((lag) => lag === 1 || lag >= 10);
  return renderDataTable(
    `The pictures in numbers: log₁₀ of the norm after so many ${unit}s`,
    ["", ...shown.map(grouped)],
    maps.flatMap(({ label, curves }) =>
      at.map((lag) => [
        `${label}, lag ${lag}`,
        ...shown.map((step) => {
          const curve = curves.find((one) => one.step === step);
          return curve === undefined ? "" : heatText(heatValue(curve, lag));
        }),
      ]),
    ),
  );
}

function heatText({ kind, log10 }: HeatValue): string {
  return kind === "zero" ? "zero" : kind === "nan" ? "no number" : fixed(log10, 1);
}

const words: readonly (readonly [number, string])[] = [
  [-12, "a trillionth"],
  [-9, "a billionth"],
  [-6, "a millionth"],
  [-3, "a thousandth"],
  [0, "one"],
  [3, "a thousand"],
];

const stripeColor: Rgb = [110, 110, 110];

/** How much of the picture a run of a single probe gets, when others have more. */
const thin = 0.04;

/** A column for each probe, from half way to the one before to half way to the one after. */
function picture(curves: readonly FlowCurve[], lags: number, steps: number): Record<string, unknown> {
  const size = { width: plot.right - plot.left, height: plot.bottom - plot.top };
  const edges = curves.slice(1).map(({ step }, k) => (step + curves[k].step) / 2);
  const end = curves[curves.length - 1].step;
  const past = end + (edges.length > 0 ? end - edges[edges.length - 1] : steps > 0 ? thin * steps : 1);
  const colorAt = (x: number, y: number): Rgb | undefined => {
    const step = ((x + 0.5) / size.width) * Math.max(1, steps);
    // A run that ended early leaves the rest of its picture empty.
    if (step > past) return undefined;
    const k = edges.findIndex((edge) => step < edge);
    const value = heatValue(curves[k < 0 ? curves.length - 1 : k], Math.round(((y + 0.5) / size.height) * lags));
    // Stripes of three directions, so that a print without colour tells them apart.
    if (value.kind === "zero") return y % 6 === 0 ? stripeColor : zeroColor;
    if (value.kind === "nan") return (x + 5 * y) % 6 === 0 ? [255, 255, 255] : nanColor;
    if (value.kind === "below") return (x + y) % 6 === 0 ? hatchColor : colorOf(value.log10);
    return colorOf(value.log10);
  };
  return { image: pngDataUri(size.width, size.height, colorAt), ...size };
}
