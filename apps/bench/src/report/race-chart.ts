import { median } from "../gradflow/summary.ts";
import type { RunRecord } from "../grid/record.ts";
import { type CurveEnd, labelColumn, labelGraphics, type Plot } from "./curve-labels.ts";
import { axis, gridOf, notice } from "./decay-chart.ts";
import { grouped, significant } from "./format.ts";
import { lineSeries, type Point, rangeAxis, ruleStyle } from "./loss-chart.ts";
import type { CellStyle } from "./palette.ts";
import { rangeOf } from "./range.ts";
import { renderSvg } from "./svg.ts";

/** One variant's runs. */
export interface RaceLine {
  readonly label: string;
  readonly style: CellStyle;
  readonly records: readonly RunRecord[];
}

const width = 1000;
const height = 420;

/** The loss of each look against the sequences seen: a thick line for the median over seeds, a thin one for each seed, a ring where it solved its task. */
export function renderRaceChart(id: string, label: string, lines: readonly RaceLine[]): string {
  const outcomes = lines.flatMap(({ records }) => records.map(({ outcome }) => outcome));
  const chance = outcomes[0]?.chance;
  const drawn = lines.map((line) => ({ ...line, middle: medianCurve(line.records) }));
  const values = outcomes.flatMap(({ looks }) => looks.map(({ loss }) => loss)).filter((loss) => loss > 0);
  const range = rangeOf(values.length === 0 ? [0.01, 1] : chance === undefined ? values : [...values, chance]);
  const last = outcomes.reduce((most, { sequences }) => Math.max(most, sequences), 1);
  const ends = drawn.flatMap(({ label: name, style, middle }) => {
    const end = middle[middle.length - 1];
    return end === undefined ? [] : [{ label: name, style, end }];
  });
  const rule = chance === undefined ? [] : [{ label: "chance", style: ruleStyle, end: [last, chance] as const }];
  const labelled = [...ends, ...rule].map((line) => ({ ...line, value: significant(line.end[1], 2) }));
  const plot: Plot = { left: 64, top: 34, right: width - labelColumn(labelled), bottom: height - 48 };
  const y = (value: number) =>
    plot.bottom - ((range.scale(value) - range.min) / (range.max - range.min)) * (plot.bottom - plot.top);
  const names = labelled.map(
    ({ end, ...line }): CurveEnd => ({
      ...line,
      x: plot.left + (end[0] / last) * (plot.right - plot.left),
      y: y(end[1]),
    }),
  );
  const scaled = (points: readonly Point[]): Point[] => points.map(([at, value]) => [at, range.scale(value)]);
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
        max: last,
        name: "sequences",
        nameLocation: "middle",
        nameGap: 28,
        splitLine: { show: false },
        axisLabel: { ...axis.axisLabel, showMaxLabel: false, formatter: grouped },
      },
      yAxis: rangeAxis(
        range,
        `${outcomes[0]?.metric ?? "loss"}${outcomes[0]?.tested === undefined ? ", held-out" : ""}`,
      ),
      series: [
        ...(chance === undefined
          ? []
          : [
              lineSeries(
                scaled([
                  [0, chance],
                  [last, chance],
                ]),
                ruleStyle,
                1.5,
              ),
            ]),
        ...drawn.flatMap(({ style, records, middle }) => [
          ...records.map(({ outcome }) => lineSeries(scaled(curveOf(outcome.looks)), style, 0.8, 0.4)),
          lineSeries(scaled(middle), style, 2.2),
          {
            type: "scatter",
            silent: true,
            symbol: style.marker,
            symbolSize: 9,
            itemStyle: { color: style.filled ? style.color : "#ffffff", borderColor: style.color, borderWidth: 1.5 },
            data: scaled(
              records.flatMap(({ outcome }) => (outcome.solvedAt === null ? [] : curveOf(outcome.looks).slice(-1))),
            ),
          },
        ]),
      ],
      graphic: [...labelGraphics(names, plot), ...(ends.length === 0 ? [notice("no run has ended", plot)] : [])],
    },
  });
}

function curveOf(looks: RunRecord["outcome"]["looks"]): Point[] {
  return looks.flatMap(({ sequences, loss }): Point[] => (loss > 0 ? [[sequences, loss]] : []));
}

/** The median over seeds at every look; a run that has ended keeps its last value, up to where half of the runs have ended. */
export function medianCurve(records: readonly RunRecord[]): Point[] {
  const curves = records.map(({ outcome }) => curveOf(outcome.looks)).filter((curve) => curve.length > 0);
  const ends = curves.map((curve) => curve[curve.length - 1][0]).sort((a, b) => a - b);
  const until = ends[Math.floor(ends.length / 2)] ?? 0;
  const times = [...new Set(curves.flatMap((curve) => curve.map(([at]) => at)))].sort((a, b) => a - b);
  return times
    .filter((at) => at <= until)
    .flatMap((at): Point[] => {
      const value = median(curves.map((curve) => curve.findLast(([time]) => time <= at)?.[1]));
      return value === null ? [] : [[at, value]];
    });
}
