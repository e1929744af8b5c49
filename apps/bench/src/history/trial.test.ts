import { describe, expect, it } from "vitest";
import type { GridEvent, Outcome } from "../grid/record.ts";
import { experimentNames, experimentOf } from "./experiments.ts";
import { nets } from "./nets.ts";
import { runTrial } from "./trial.ts";
import { Window } from "./window.ts";

function outcomeOf(events: Iterable<GridEvent>): Outcome {
  const last = [...events].at(-1);
  if (last?.kind !== "outcome") throw new Error("a trial ends with its outcome");
  return last.outcome;
}

describe("runTrial", () => {
  it.each(["truncated", "full"] as const)("learns from the embedded Reber grammar with the %s gradient", (gradient) => {
    const spec = { kind: "history", experiment: "reber-3x2-0.5", gradient, cap: 1500, seed: 1 } as const;
    const outcome = outcomeOf(runTrial(spec));
    expect(outcome).toMatchObject({ status: "capped", solvedAt: null, sequences: 1500, parameters: 276, hidden: 12 });
    expect(outcome.looks.map(({ sequences, trainingLoss }) => [sequences, trainingLoss])).toEqual([
      [1000, expect.any(Number)],
      [1500, expect.any(Number)],
    ]);
    // Always answering 1/2 costs 1/4; the best answer 1/22.
    expect(outcome.tested).toMatchObject({ sequences: 256 });
    expect(outcome.tested?.loss).toBeLessThan(0.11);
    expect(outcome.tested?.accuracy).toBeGreaterThan(0.2);
  });

  it("carries a probe's error through the cells without loss before training", () => {
    const spec = { kind: "history", experiment: "adding-100", gradient: "truncated", cap: 1, seed: 1 } as const;
    const [flow] = outcomeOf(runTrial(spec)).flows;
    expect(flow.decayPerStep).toBeCloseTo(1, 3);
  });
});

describe("runTrial on new sequences", () => {
  it("asks the criterion of sequences that were never trained on", () => {
    const spec = { kind: "history", experiment: "two-sequence-3a", gradient: "truncated", cap: 300, seed: 1 } as const;
    const outcome = outcomeOf(runTrial(spec));
    // The test has the paper's size; a net that has hardly been trained is no better than guessing.
    expect(outcome).toMatchObject({ status: "capped", sequences: 300, parameters: 102 });
    expect(outcome.tested).toMatchObject({ sequences: 2560 });
    expect(outcome.tested?.loss).toBeGreaterThan(0.1);
  });
});

describe("experiments", () => {
  it.each(experimentNames)("%s: the sequences fit the net", (name) => {
    const { make, net } = experimentOf(name);
    const { inputSize, outputSize } = make({ seed: 1, count: 1 });
    expect([inputSize, outputSize]).toEqual([nets[net].inputs, nets[net].outputs]);
  });

  it("have the paper's numbers: Tables 1, 4, 7, 8 and 9", () => {
    const numbers = Object.fromEntries(experimentNames.map((name) => [name, experimentOf(name).published.sequences]));
    expect(numbers).toEqual({
      "reber-4x1-0.1": 39_740,
      "reber-3x2-0.1": 21_730,
      "reber-3x2-0.2": 14_060,
      "reber-4x1-0.5": 9500,
      "reber-3x2-0.5": 8440,
      "two-sequence-3a": 39_850,
      "adding-100": 74_000,
      "adding-500": 209_000,
      "adding-1000": 853_000,
      "multiplication-140": 482_000,
      "multiplication-13": 1_273_000,
      "temporal-order-6a": 31_390,
      "temporal-order-6b": 571_100,
    });
  });
});

describe("Window", () => {
  it("forgets what is older than its size", () => {
    const window = new Window(3);
    for (const [loss, right] of [
      [9, false],
      [1, true],
    ] as const)
      window.add(loss, right);
    expect([window.full, window.loss, window.accuracy]).toEqual([false, 5, 0.5]);
    window.add(2, true);
    window.add(3, false);
    expect([window.full, window.loss]).toEqual([true, 2]);
    expect(window.score).toEqual({ loss: 2, accuracy: 2 / 3, correct: [false, true, true], absoluteError: undefined });
  });
});
