import { describe, expect, it } from "vitest";
import { sampleCurve, sampleResult } from "../report/sample-result.ts";
import type { Curve, RunResult, TaskResult } from "./result.ts";
import { curveOver, curvesOverTraining, median, summarize, valueAtLag } from "./summary.ts";

function task(change: (run: RunResult) => RunResult, seeds: readonly number[] = [1, 2, 3]): TaskResult {
  const [sample] = sampleResult({ tasks: ["text"], cells: ["rnn"], seeds }).tasks;
  return { ...sample, runs: sample.runs.map(change) };
}

/** The same curve at every probe. */
function withCurve(run: RunResult, curve: Curve): RunResult {
  return { ...run, probes: run.probes.map(({ step }) => ({ step, curves: { h: curve }, joint: curve })) };
}

describe("median", () => {
  it("is the middle value, or the mean of the two in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("leaves out what is no finite number", () => {
    expect(median([null, 5, undefined, Number.NaN, Number.NEGATIVE_INFINITY])).toBe(5);
    expect(median([null, Number.NaN])).toBeNull();
    expect(median([])).toBeNull();
  });
});

describe("valueAtLag", () => {
  it("is null beyond the curve, and where there is no number", () => {
    expect(valueAtLag([0, -1], 1)).toBe(-1);
    expect(valueAtLag([0, -1], 2)).toBeNull();
    expect(valueAtLag([0, null], 1)).toBeNull();
    expect(valueAtLag([0, Number.NEGATIVE_INFINITY], 1)).toBeNull();
  });
});

describe("summarize", () => {
  it("takes medians over seeds, at the first probe and the last", () => {
    const slopes = [-0.1, -0.3, -0.2];
    const [row] = summarize(task((run) => withCurve(run, sampleCurve(slopes[run.seed - 1], 0, 100))));
    expect(row.seeds).toEqual([1, 2, 3]);
    expect(row.initial?.step).toBe(0);
    expect(row.trained?.step).toBe(200);
    expect(row.trained?.logs[50]).toBeCloseTo(-10, 10);
    expect(row.trained?.decayPerStep).toBeCloseTo(10 ** -0.2, 12);
    expect(row.trained?.halfLife).toBeCloseTo(Math.log10(2) / 0.2, 10);
    expect(row.trained?.horizon).toBe(15);
    expect(row.trained?.exponential).toBe(true);
  });

  it("has a row for each cell, in the order of the runs", () => {
    const [sample] = sampleResult({ seeds: [1, 2] }).tasks;
    expect(summarize(sample).map((row) => row.cell)).toEqual(["rnn", "lstm", "lstm-fb1", "gru", "rnn-eq", "gru-eq"]);
  });

  it("has null at lags that were not measured", () => {
    const [row] = summarize(sampleResult({ lags: 25 }).tasks[0]);
    expect(row.trained?.logs[25]).toBeTypeOf("number");
    expect(row.trained?.logs[50]).toBeNull();
  });

  it("says when a decay is not exponential", () => {
    const curve = { ...sampleCurve(-0.1, 0, 100), r2: 0.89 };
    expect(summarize(task((run) => withCurve(run, curve)))[0].trained?.exponential).toBe(false);
  });

  it("counts a curve that loses nothing as an infinite half-life", () => {
    const flat = { ...sampleCurve(0, 0, 100), halfLife: null, decayPerStep: 1 };
    const short = { ...sampleCurve(-0.1, 0, 100), halfLife: 3 };
    const [two] = summarize(task((run) => withCurve(run, run.seed === 1 ? short : flat)));
    expect(two.trained?.halfLife).toBeNull();
    const [one] = summarize(task((run) => withCurve(run, run.seed === 1 ? flat : short)));
    expect(one.trained?.halfLife).toBe(3);
  });

  it("leaves diverged runs out of the numbers while others ended, and says so", () => {
    const [row] = summarize(
      task((run) => (run.seed === 2 ? { ...run, status: "diverged", divergedAt: 3, validation: [] } : run)),
    );
    expect(row.seeds).toEqual([1, 3]);
    expect(row.status).toBe("diverged");
    expect(row.note).toMatch(/^diverged at step 3, last finite loss \d\.\d+ \(seed 2\)$/);
  });

  it("does not take a probe before training for one after it", () => {
    const [row] = summarize(
      task((run) => ({ ...run, status: "diverged", divergedAt: 3, probes: run.probes.slice(0, 1), validation: [] })),
    );
    expect(row.initial?.step).toBe(0);
    expect(row.trained).toBeUndefined();
    expect(row.validation).toBeNull();
  });

  it("is empty without runs", () => {
    expect(summarize({ ...task((run) => run), runs: [] })).toEqual([]);
  });
});

describe("curves", () => {
  it("are medians by lag, with the earliest underflow of all seeds", () => {
    const { runs } = task((run) => {
      const curve = sampleCurve(-0.1 * run.seed, 0, 10);
      return withCurve(run, { ...curve, underflowLag: run.seed === 1 ? null : 10 - run.seed });
    });
    const curve = curveOver(runs, "trained", "h");
    expect(curve?.mean[10]).toBeCloseTo(-2, 10);
    expect(curve?.underflowLag).toBe(7);
    expect(curveOver(runs, "trained", "c")).toBeUndefined();
    expect(curveOver(runs, "initial", "joint")?.step).toBe(0);
  });

  it("come for every probed step", () => {
    const { runs } = task((run) => run);
    const steps = curvesOverTraining(runs, "h").map(({ step }) => step);
    expect(steps).toEqual(runs[0].probes.map(({ step }) => step));
  });
});
