import type { Dot } from "../grid/correlation.ts";
import { labelColumn, labelGraphics, type Plot } from "./curve-labels.ts";
import { axis, gridOf, notice } from "./decay-chart.ts";
import { grouped, significant } from "./format.ts";
import { rangeAxis } from "./loss-chart.ts";
import type { CellStyle } from "./palette.ts";
import { rangeOf } from "./range.ts";
import { renderSvg } from "./svg.ts";

/** One variant's runs, a dot for each seed. */
export interface ScatterGroup {
  readonly label: string;
  readonly style: CellStyle;
  readonly dots: readonly Dot[];
}

const width = 1000;
const height = 460;
/** Runs that did not solve their task stand on a line of their own, this much above the axis' top, in decades. */
const above = 0.12;

/** Half-life before training against sequences to success, both logarithmic; runs that hit their cap stand on a line above. */
export function renderScatter(id: string, label: string, groups: readonly ScatterGroup[]): string {
  const dots = groups.flatMap((group) => group.dots);
  const finite = dots.map(({ halfLife }) => halfLife).filter((value) => Number.isFinite(value));
  const solved = dots.filter((dot) => dot.solved).map(({ sequences }) => sequences);
  const caps = dots.filter((dot) => !dot.solved).map(({ sequences }) => sequences);
  const x = logRange(finite.length === 0 ? [1, 10] : finite);
  const y = logRange(solved.length + caps.length === 0 ? [1, 10] : [...solved, ...caps]);
  // A dot that loses nothing stands at the right edge.
  const place = ({ halfLife, sequences, solved: done }: Dot): [number, number] => [
    Number.isFinite(halfLife) ? Math.log10(halfLife) : x.max,
    done ? Math.log10(sequences) : y.max + above,
  ];
  const named = groups.flatMap(({ label: name, style, dots: own }) => {
    if (own.length === 0) return [];
    const places = own.map(place).sort((a, b) => a[1] - b[1]);
    const count = own.filter((dot) => dot.solved).length;
    return [{ label: name, style, value: `${count}/${own.length}`, at: places[places.length >> 1] }];
  });
  const top = y.max + (caps.length > 0 ? 2 * above : 0);
  const plot: Plot = { left: 78, top: 34, right: width - labelColumn(named), bottom: height - 50 };
  const ends = named.map(({ at, ...line }) => ({
    ...line,
    x: plot.left + ((at[0] - x.min) / (x.max - x.min)) * (plot.right - plot.left),
    y: plot.bottom - ((at[1] - y.min) / (top - y.min)) * (plot.bottom - plot.top),
  }));
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      grid: gridOf(plot),
      xAxis: {
        ...axis,
        min: x.min,
        max: x.max,
        name: "half-life of the gradient before training, steps, logarithmic",
        nameLocation: "middle",
        nameGap: 30,
        axisTick: { ...axis.axisTick, customValues: x.ticks },
        splitLine: { ...axis.splitLine, customValues: x.ticks },
        axisLabel: {
          ...axis.axisLabel,
          customValues: x.ticks,
          formatter: (tick: number) => significant(10 ** tick, 2),
        },
      },
      yAxis: {
        ...rangeAxis({ ...y, max: top, format: (tick) => grouped(Math.round(10 ** tick)) }, "sequences to success"),
        ...(caps.length > 0
          ? {
              axisTick: { ...axis.axisTick, customValues: [...y.ticks, y.max + above] },
              splitLine: { ...axis.splitLine, customValues: [...y.ticks, y.max + above] },
              axisLabel: {
                ...axis.axisLabel,
                customValues: [...y.ticks, y.max + above],
                formatter: (tick: number) => (tick > y.max ? "not solved" : grouped(Math.round(10 ** tick))),
              },
            }
          : {}),
      },
      series: groups.map(({ style, dots: own }) => ({
        type: "scatter",
        silent: true,
        symbol: style.marker,
        symbolSize: 12,
        itemStyle: {
          color: style.filled ? style.color : "#ffffff",
          borderColor: style.color,
          borderWidth: 2,
          opacity: 0.85,
        },
        data: own.map(place),
      })),
      graphic: [...labelGraphics(ends, plot), ...(dots.length === 0 ? [notice("no run has ended", plot)] : [])],
    },
  });
}

/** A logarithmic axis over positive numbers, with ticks at 1, 2 and 5 times powers of ten. */
function logRange(values: readonly number[]): ReturnType<typeof rangeOf> {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  // A range below a factor of ten would be drawn linearly.
  const range = rangeOf([low / 1.2, Math.max(high * 1.2, 10 * low)]);
  return range.log ? range : rangeOf([low / 3, high * 3]);
}
