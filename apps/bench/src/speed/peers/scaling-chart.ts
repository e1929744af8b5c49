import { axis, gridOf } from "../../report/decay-chart.ts";
import { renderSvg } from "../../report/svg.ts";
import type { Row } from "../result.ts";
import { timeText } from "../table.ts";
import { type Size, sizeIn } from "./job.ts";

/** A chart of cost, as SVG, and what is below it. */
export interface ScalingChart {
  readonly svg: string;
  readonly caption: string;
}

const [width, height] = [1000, 360];
const plot = { left: 90, top: 30, right: width - 170, bottom: height - 52 };
const ink = "#1f2328";

const panels = [
  {
    id: "length",
    name: "steps in the sequence",
    of: ({ T }: Size) => T,
    fixed: ({ B, I, H }: Size) => `B ${B}, I ${I}, H ${H}`,
  },
  { id: "units", name: "units, as many features", of: ({ H }: Size) => H, fixed: ({ B, T }: Size) => `B ${B}, T ${T}` },
] as const;

/** What a step of the sequence costs against its length, and against the layer's size, both axes logarithmic. */
export function scalingCharts(rows: readonly Row[], colors: Readonly<Record<string, string>>): ScalingChart[] {
  const sized = rows.flatMap((row): Sized[] => {
    const size = sizeIn(row.what);
    return size === undefined ? [] : [{ row, size }];
  });
  return panels.flatMap(({ id, name, of, fixed }) => {
    // The rows of a panel share all that it does not vary.
    const varied = (group: readonly Sized[]) => new Set(group.map(({ size }) => of(size))).size;
    const [found] = [...groupedBy(sized, ({ size }) => fixed(size))].sort(([, a], [, b]) => varied(b) - varied(a));
    if (found === undefined || varied(found[1]) < 2) return [];
    const [what, group] = found;
    const series = [...groupedBy(group, ({ row }) => row.way)].map(([way, points]) => ({
      way,
      color: colors[way] ?? "#59636e",
      points: points.map(({ row, size }): [number, number] => [of(size), row.seconds.median / size.T]),
    }));
    const label = `Time of a training step by ${name}: LSTM, ${what}`;
    const caption = `${label}; divided by the steps of the sequence. Both axes are logarithmic.`;
    return [{ svg: draw(`scaling-${id}`, label, name, series), caption }];
  });
}

interface Sized {
  readonly row: Row;
  readonly size: Size;
}

interface Series {
  readonly way: string;
  readonly color: string;
  readonly points: readonly [number, number][];
}

function draw(id: string, label: string, name: string, series: readonly Series[]): string {
  const all = series.flatMap(({ points }) => points);
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const log = { type: "log" as const, splitLine: { show: false } };
  return renderSvg({
    id,
    width,
    height,
    label,
    option: {
      grid: gridOf(plot),
      xAxis: { ...axis, ...log, min: Math.min(...xs), max: Math.max(...xs), name, nameLocation: "middle", nameGap: 28 },
      yAxis: {
        ...axis,
        ...log,
        min: 10 ** Math.floor(Math.log10(Math.min(...ys))),
        max: 10 ** Math.ceil(Math.log10(Math.max(...ys))),
        axisLabel: { ...axis.axisLabel, formatter: (value: number) => timeText(value).replace(/\.0+ /, " ") },
      },
      series: series.map(({ way, color, points }) => ({
        type: "line",
        symbol: "circle",
        symbolSize: 7,
        itemStyle: { color },
        lineStyle: { color, width: 2 },
        data: points.map((value, k) => ({
          value,
          label: { show: k === points.length - 1, formatter: way, position: "right", color: ink, fontSize: 13 },
        })),
      })),
    },
  });
}

function groupedBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
