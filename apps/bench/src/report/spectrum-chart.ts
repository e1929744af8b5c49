import type { SpectrumMoment } from "../gradflow/detail.ts";
import { labelGraphics, type Plot } from "./curve-labels.ts";
import { axis, deepest, finite, gridOf, intervalOf, notice } from "./decay-chart.ts";
import { fixed, powerOfTen } from "./format.ts";
import { type CellStyle, fanColor, fanShades } from "./palette.ts";
import { renderSvg } from "./svg.ts";

/** A fan of singular values. Fans that are to be compared share domain and lags. */
export interface SpectrumPanel {
  readonly id: string;
  readonly title: string;
  /** For those who do not see it. */
  readonly label: string;
  readonly spectrum: SpectrumMoment | undefined;
  /** The lowest and highest log10 of the axis. */
  readonly domain: readonly [number, number];
  readonly lags: number;
}

const width = 500;
const height = 330;
const plot: Plot = { left: 54, top: 62, right: 338, bottom: height - 46 };

/** An axis over all fans, from tick to tick. */
export function spectrumDomain(spectra: readonly SpectrumMoment[]): [number, number] {
  const values = spectra.flatMap(({ log10 }) => log10.flat()).filter((value) => finite(value));
  if (values.length === 0) return [-12, 0];
  const high = values.reduce((a, b) => Math.max(a, b));
  const bottom = Math.max(
    deepest,
    values.reduce((a, b) => Math.min(a, b)),
  );
  const step = intervalOf([bottom, high]);
  const floor = step * Math.floor(bottom / step);
  return [floor + 0, Math.max(step * Math.ceil((high - 0.3) / step), floor + step) + 0];
}

/** One fan as SVG: a line for each rank, the largest value dark and thick; κ is the condition number at the last lag. */
export function renderSpectrumPanel({ id, title, label, spectrum, domain, lags }: SpectrumPanel): string {
  const fan = spectrum === undefined ? [] : linesOf(spectrum, lags);
  const y = (value: number) =>
    plot.top + ((domain[1] - clamp(value, domain)) / (domain[1] - domain[0])) * (plot.bottom - plot.top);
  const x = (lag: number) => plot.left + (lag / lags) * (plot.right - plot.left);
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
        interval: lags <= 60 ? 10 : 25,
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
        name: "σ of ∂s(T) / ∂s(T − lag)",
        nameGap: 14,
        nameTextStyle: { color: "#3d444d", fontSize: 13, align: "left", padding: [0, 0, 0, -42] },
        axisLabel: { ...axis.axisLabel, formatter: powerOfTen },
      },
      series: fan
        .map(({ points, style, thick }, rank) => ({
          type: "line",
          silent: true,
          clip: true,
          z: fan.length - rank,
          symbol: "none",
          data: points,
          lineStyle: { color: style.color, width: thick ? 2.4 : 1 },
        }))
        .reverse(),
      graphic:
        spectrum === undefined || fan.length === 0
          ? [notice("nothing was measured", plot)]
          : [
              ...labelGraphics(
                named(fan).map(({ name, line: { points, style } }) => {
                  const [lag, value] = points[points.length - 1];
                  const below = value < domain[0];
                  return {
                    label: name,
                    value: fixed(value, 1),
                    style,
                    x: x(below ? exitOf(points, domain[0]) : lag),
                    y: below ? plot.bottom + 1e-3 * (domain[0] - value) : y(value),
                    below,
                  };
                }),
                plot,
              ),
              ...kappa(spectrum),
            ],
    },
  });
}

interface FanLine {
  readonly points: readonly (readonly [lag: number, value: number])[];
  readonly style: CellStyle;
  readonly thick: boolean;
}

/** A line for each rank that has a value behind lag 0, largest first: from dark blue to grey, so that paper shows it too. */
function linesOf({ lags, log10 }: SpectrumMoment, last: number): FanLine[] {
  const ranks = log10[0]?.length ?? 0;
  return Array.from({ length: ranks }, (_, rank): FanLine => {
    const color = fanColor(Math.round((rank * (fanShades - 1)) / Math.max(1, ranks - 1)));
    const thick = rank === 0 || rank === ranks - 1 || rank === ranks >> 1;
    return {
      points: lags.flatMap((lag, k): [number, number][] => {
        const value = log10[k][rank];
        return lag <= last && finite(value) ? [[lag, value]] : [];
      }),
      style: { color, ink: "#3d444d", dash: "solid", marker: "circle", filled: true },
      thick,
    };
  }).filter(({ points }) => points.length > 1);
}

/** The largest, the middle and the smallest line. */
function named(fan: readonly FanLine[]): { name: string; line: FanLine }[] {
  const found = [{ name: "largest", line: fan[0] }];
  if (fan.length > 2) found.push({ name: "middle", line: fan[fan.length >> 1] });
  if (fan.length > 1) found.push({ name: "smallest", line: fan[fan.length - 1] });
  return found;
}

/** The condition number at the last lag, in the upper right corner. */
function kappa({ condition, lags }: SpectrumMoment): Record<string, unknown>[] {
  const decades = condition[lags.length - 1];
  if (!finite(decades)) return [];
  const text = `κ = ${powerOfTen(Math.round(decades))}`;
  const style = { text, fontSize: 13, fontWeight: "bold", fill: "#3d444d", align: "right", verticalAlign: "middle" };
  return [{ type: "text", silent: true, x: width - 12, y: plot.top - 28, style }];
}

/** The lag at which a line falls below the axis. */
function exitOf(points: FanLine["points"], floor: number): number {
  const next = points.findIndex(([, value]) => value < floor);
  if (next <= 0) return points[0][0];
  const [[from, above], [to, beneath]] = [points[next - 1], points[next]];
  return from + ((to - from) * (above - floor)) / (above - beneath);
}

function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.max(low, Math.min(high, value));
}
