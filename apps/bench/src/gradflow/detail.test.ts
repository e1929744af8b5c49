import { describe, expect, it } from "vitest";
import { sampleResult } from "../report/sample-result.ts";
import {
  decayAt,
  distinctCells,
  gainAt,
  gateCourses,
  horizonAt,
  keepProduct,
  spectrumAt,
  timeScalesAt,
} from "./detail.ts";
import type { GateResult, RunResult } from "./result.ts";

const [task] = sampleResult({ tasks: ["adding"], seeds: [1, 2] }).tasks;
const cell = (name: string): RunResult[] => task.runs.filter((run) => run.cell === name);

/** The same runs with time scales of one's choice before training. */
function withScales(runs: readonly RunResult[], timeScales: GateResult["timeScales"]): RunResult[] {
  return runs.map((run) => ({
    ...run,
    probes: run.probes.map((probe) => (probe.gates ? { ...probe, gates: { ...probe.gates, timeScales } } : probe)),
  }));
}

describe("keepProduct", () => {
  it("is e^(-n/τ) where all units have the same time scale", () => {
    const product = keepProduct(withScales(cell("lstm"), [5, 5]), "initial", 100);
    expect(product).toHaveLength(101);
    for (const [lag, value] of product?.entries() ?? []) expect(value).toBeCloseTo(-lag / 5 / Math.LN10, 12);
  });

  it("is the root mean square over units: one that never forgets keeps its share, however long", () => {
    const product = keepProduct(withScales(cell("lstm"), [1, 1, 1, null]), "initial", 2000);
    expect(product?.[0]).toBeCloseTo(0, 12);
    expect(product?.[2000]).toBeCloseTo(Math.log10(0.5), 12);
    expect(product?.[1]).toBeCloseTo(Math.log10(Math.sqrt((3 * Math.exp(-2) + 1) / 4)), 12);
  });

  it("does not underflow, and is nothing for cells without gates", () => {
    const product = keepProduct(withScales(cell("lstm"), [0.5]), "initial", 10_000);
    expect(product?.[10_000]).toBeCloseTo(-20_000 / Math.LN10, 6);
    expect(keepProduct(cell("rnn"), "initial", 10)).toBeUndefined();
  });
});

describe("over a cell's seeds", () => {
  it("gates come at every moment that has them, and say which one keeps the state", () => {
    const courses = gateCourses(cell("lstm"));
    expect(courses.map(({ gate, keeps }) => [gate, keeps])).toEqual([
      ["i", false],
      ["f", true],
      ["o", false],
    ]);
    expect(courses[1].moments.map(({ step }) => step)).toEqual([0, 50, 100, 150, 200]);
    expect(gateCourses(cell("rnn"))).toEqual([]);
  });

  it("singular values are medians, rank by rank, and null where no seed has a number", () => {
    const runs = cell("gru").map((run, seed) => ({
      ...run,
      probes: run.probes.map((probe) =>
        probe.spectrum === undefined
          ? probe
          : {
              ...probe,
              spectrum: {
                ...probe.spectrum,
                lags: [0, 1],
                log10: [
                  [0, 0],
                  [-1 - 2 * seed, null],
                ],
              },
            },
      ),
    }));
    expect(spectrumAt(runs, "trained")?.log10).toEqual([
      [0, 0],
      [-2, null],
    ]);
    expect(spectrumAt(cell("gru-eq"), "trained")).toBeUndefined();
  });

  it("a run that never left step 0 counts before training alone", () => {
    const early = cell("lstm").map((run) => ({ ...run, probes: run.probes.slice(0, 1) }));
    expect(timeScalesAt(early, "initial").length).toBe(2 * 64);
    expect(timeScalesAt(early, "trained")).toEqual([]);
    expect(horizonAt(early, "trained")).toBeNull();
    expect(decayAt(early, "trained")).toEqual({ factor: null, r2: null });
    expect(gainAt(early, "initial")).toBeNull();
    expect(gainAt(cell("rnn"), "initial")).toBe(1.1);
  });

  it("cells that repeat another are left out, unless there are no others", () => {
    expect(distinctCells(task).map(([run]) => run.cell)).toEqual(["rnn", "lstm", "lstm-fb1", "gru"]);
    const equal = { ...task, runs: cell("gru-eq") };
    expect(distinctCells(equal).map(([run]) => run.cell)).toEqual(["gru-eq"]);
  });
});
