import { messages } from "../../messages/index.ts";
import type { Lane } from "../../state/lane.ts";
import { raceLine } from "../race/race-series.ts";
import { curveOf, offsetOf, probeOf } from "../shared/series.ts";
import type { Quantity, RaceAxis, TableName } from "../shared/view-state.ts";

/** Numbers by row; NaN where there is none. */
export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

export interface TableOptions {
  readonly moment: number | null;
  readonly lag: number;
  readonly quantity: Quantity;
  readonly relative: boolean;
  readonly axis: RaceAxis;
}

/** The numbers behind a picture, as they are drawn: norms as log10. */
export function tableOf(name: TableName, lanes: readonly Lane[], options: TableOptions): TableData {
  return tables[name](lanes, options);
}

type Make = (lanes: readonly Lane[], options: TableOptions) => TableData;

const words = () => messages.value.labViews.table.columns;

const decay: Make = (lanes, { moment, quantity, relative }) => {
  const curves = lanes.flatMap((lane) => {
    const curve = curveOf(probeOf(lane, moment), quantity);
    return curve === undefined ? [] : [{ lane, curve, offset: offsetOf(curve, relative) }];
  });
  const length = Math.max(0, ...curves.map(({ curve }) => curve.mean.length));
  return {
    columns: [
      words().lag,
      ...curves.flatMap(({ lane: { label } }) => [words().mean(label), words().low(label), words().high(label)]),
    ],
    rows: Array.from({ length }, (_, lag) => [
      lag,
      ...curves.flatMap(({ curve: { mean, p10, p90 }, offset }) =>
        [mean, p10, p90].map((values) => (values[lag] ?? Number.NaN) - offset),
      ),
    ]),
  };
};

const heatmap: Make = (lanes, { lag, quantity }) => {
  const steps = [...new Set(lanes.flatMap((lane) => lane.history.records.map(({ step }) => step)))].sort(
    (a, b) => a - b,
  );
  const found = lanes.map(
    (lane) => new Map(lane.history.records.map((record) => [record.step, curveOf(record, quantity)?.mean[lag]])),
  );
  return {
    columns: [words().step, ...lanes.map(({ label }) => words().atLag(label, lag))],
    rows: steps.map((step) => [step, ...found.map((values) => values.get(step) ?? Number.NaN)]),
  };
};

const race: Make = (lanes, { axis }) => {
  const lines = lanes.map((lane) => raceLine(lane, axis));
  const length = Math.max(0, ...lines.map((line) => line.length));
  const longest = lines.find((line) => line.length === length)?.lane;
  return {
    columns: [
      words().step,
      ...lanes.flatMap(({ label }) => [
        words().place(label, messages.value.labViews.race.axes[axis]),
        words().loss(label),
      ]),
    ],
    rows: Array.from({ length }, (_, k) => [
      longest?.losses.steps[k] ?? Number.NaN,
      ...lines.flatMap(({ x, losses }) => [x[k] ?? Number.NaN, losses[k] ?? Number.NaN]),
    ]),
  };
};

const gates: Make = (lanes, { moment }) => {
  const found = lanes.flatMap((lane) =>
    Object.entries(probeOf(lane, moment)?.gates ?? {}).map(([gate, record]) => ({ lane, gate, record })),
  );
  const bins = Math.max(0, ...found.map(({ record }) => record.histogram.length));
  return {
    columns: [words().from, words().to, ...found.map(({ lane, gate }) => words().share(lane.label, gate))],
    rows: Array.from({ length: bins }, (_, bin) => [
      bin / bins,
      (bin + 1) / bins,
      ...found.map(({ record }) => record.histogram[bin]),
    ]),
  };
};

const scales: Make = (lanes, { moment }) => {
  const found = lanes.flatMap((lane) => {
    const keep = probeOf(lane, moment)?.keep ?? null;
    return keep === null ? [] : [{ lane, scales: keep.timeScale }];
  });
  const length = Math.max(0, ...found.map((one) => one.scales.length));
  return {
    columns: [words().unit, ...found.map(({ lane }) => words().scale(lane.label))],
    rows: Array.from({ length }, (_, unit) => [unit, ...found.map((one) => one.scales[unit] ?? Number.NaN)]),
  };
};

const tables: Readonly<Record<TableName, Make>> = { decay, heatmap, race, gates, scales };

/** Rows by one column; what is no number comes last, whichever way. */
export function sorted(rows: TableData["rows"], column: number, down: boolean): TableData["rows"] {
  const sign = down ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [a[column], b[column]];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  });
}

/** Comma-separated values as RFC 4180 has them; NaN is an empty field. */
export function csvOf({ columns, rows }: TableData, separator = ","): string {
  const quote = (text: string) => (/[",\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => row.map((value) => (Number.isNaN(value) ? "" : String(value))).join(separator));
  return `${[columns.map(quote).join(separator), ...lines].join("\r\n")}\r\n`;
}

/** A number of a table: whole ones as they are, others with six significant digits. */
export function cellText(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value === Number.POSITIVE_INFINITY) return "∞";
  if (value === Number.NEGATIVE_INFINITY) return "−∞";
  return (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))).replace("-", "−");
}
