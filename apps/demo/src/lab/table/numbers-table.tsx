import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { messages } from "../../messages/index.ts";
import type { Lab } from "../../state/lab.ts";
import { Button, Select } from "../../ui/controls.tsx";
import { announce } from "../../ui/live.tsx";
import { lagsOf, spokenLag } from "../shared/series.ts";
import { View } from "../shared/view.tsx";
import { tableNames, type ViewState } from "../shared/view-state.ts";
import { cellText, csvOf, sorted, type TableData, tableOf } from "./table-data.ts";

/** Rows that are shown until more are asked for: long tables take long to lay out. */
const firstRows = 60;
const none: TableData = { columns: [], rows: [] };
/** While training goes on, the table follows so often, in milliseconds. */
const pause = 1000;

/** Every series that is drawn, in numbers: to be sorted, copied, and saved. */
export function NumbersTable({ lab, views }: { lab: Lab; views: ViewState }) {
  const text = messages.value.labViews.table;
  const name = views.table.value;
  const open = views.tableOpen.value;
  const [order, setOrder] = useState<{ readonly column: number; readonly down: boolean }>({ column: 0, down: false });
  const [all, setAll] = useState(false);
  const { data = none, make } = useTable(lab, views);
  const inOrder = ({ columns, rows }: TableData): TableData => ({
    columns,
    rows: sorted(rows, Math.min(order.column, columns.length - 1), order.down),
  });
  const { rows } = inOrder(data);
  const shown = all ? rows : rows.slice(0, firstRows);

  const copy = () =>
    navigator.clipboard.writeText(csvOf(inOrder(make()), "\t")).then(
      () => announce(text.copied),
      () => announce(text.copyFailed),
    );
  const save = () => {
    const url = URL.createObjectURL(new Blob([csvOf(inOrder(make()))], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `unroll-${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url));
  };

  return (
    <View
      id="numbers"
      title={text.title}
      about={text.about}
      finding={open ? text.finding(data.rows.length, data.columns.length) : text.closed}
    >
      <div class="table-tools" id="numbers">
        <Select
          label={text.which}
          value={name}
          options={Object.fromEntries(tableNames.map((key) => [key, text.names[key]])) as typeof text.names}
          onChange={(value) => {
            views.table.value = value;
            setOrder({ column: 0, down: false });
          }}
        />
        <Button
          pressed={open}
          onClick={() => {
            views.tableOpen.value = !open;
          }}
        >
          {open ? text.hide : text.show}
        </Button>
        <Button onClick={copy}>{text.copy}</Button>
        <Button onClick={save}>{text.save}</Button>
      </div>
      {open && (
        <section class="table-scroll" tabIndex={0} aria-label={text.names[name]}>
          <table>
            <thead>
              <tr>
                {data.columns.map((column, k) => (
                  <th
                    key={column}
                    scope="col"
                    aria-sort={order.column === k ? (order.down ? "descending" : "ascending") : "none"}
                  >
                    <button
                      type="button"
                      onClick={() => setOrder({ column: k, down: order.column === k && !order.down })}
                    >
                      {column} <span aria-hidden="true">{order.column === k ? (order.down ? "▾" : "▴") : ""}</span>
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row[0]}>
                  {row.map((value, k) =>
                    k === 0 ? (
                      <th key={data.columns[k]} scope="row">
                        {cellText(value)}
                      </th>
                    ) : (
                      <td key={data.columns[k]}>{cellText(value)}</td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {open && rows.length > shown.length && <Button onClick={() => setAll(true)}>{text.all(rows.length)}</Button>}
    </View>
  );
}

/** The table as it was at most a second ago; nothing is gathered while it is hidden. */
function useTable(
  lab: Lab,
  views: ViewState,
): { readonly data: TableData | undefined; readonly make: () => TableData } {
  const tick = useSignal(0);
  const lanes = lab.lanes.value;
  const running = lab.running.value;
  const options = {
    moment: lab.moment.value,
    lag: spokenLag(lab.lag.value, Math.max(1, lagsOf(lanes))),
    quantity: views.quantity.value,
    relative: views.relative.value,
    axis: views.raceAxis.value,
  };
  const name = views.table.value;
  const make = () => tableOf(name, lanes, options);
  const key = JSON.stringify([name, options, lanes.map(({ cell }) => cell)]);
  const ready = lanes.filter((lane) => lane.status.value !== "opening").length;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => {
      tick.value++;
    }, pause);
    return () => clearInterval(timer);
  }, [running, tick]);
  const version = running ? 0 : lanes.reduce((sum, lane) => sum + lane.version.value, 0);
  const [kept, setKept] = useState<{ readonly stamp: string; readonly data: TableData } | undefined>(undefined);
  const stamp = `${key}/${tick.value}/${version}/${ready}`;
  if (!views.tableOpen.value) return { data: undefined, make };
  if (kept?.stamp === stamp) return { data: kept.data, make };
  const data = make();
  setKept({ stamp, data });
  return { data, make };
}
