import { type GridResult, gridResultVersion } from "../grid/result.ts";
import { sampleRecord } from "../grid/sample-record.ts";
import { summarizeRuns } from "../grid/summary.ts";
import { renderSpeedReport } from "../speed/report.ts";
import { sampleSpeed } from "../speed/sample-result.ts";
import { renderGridReport } from "./grid-report.ts";
import { renderReport } from "./render.ts";
import { sampleResult } from "./sample-result.ts";

/** A page of each kind, of made-up numbers: what is tested in a browser. */
export function sampleReports(): Readonly<Record<string, string>> {
  const cells = ["rnn", "lstm-fb1", "lstm-chrono", "gru"];
  const records = cells.flatMap((cell) =>
    [1, 2].map((seed) => sampleRecord({ cell, seed }, cell === "rnn" ? null : 250 * seed)),
  );
  const grid: GridResult = {
    version: gridResultVersion,
    kind: "grid",
    name: "sample",
    title: "Races",
    complete: false,
    runs: 12,
    records,
    summary: summarizeRuns(records),
  };
  return {
    gradflow: renderReport({ ...sampleResult({ tasks: ["adding"], cells, seeds: [1, 2], lags: 50 }), races: records }),
    stopped: renderReport({ ...sampleResult({ tasks: ["text"], probes: 1 }), complete: false }),
    grid: renderGridReport(grid),
    speed: renderSpeedReport(sampleSpeed()),
  };
}
