import { describe, expect, it } from "vitest";
import type { GridEvent, Outcome } from "../grid/record.ts";
import { sampleSpec } from "../grid/sample-record.ts";
import { runRace } from "./race.ts";
import { sampleDigits } from "./sample-digits.ts";
import { lengthsOf, raceTask, raceTaskNames } from "./tasks.ts";

function outcomeOf(events: Iterable<GridEvent>): Outcome {
  const all = [...events];
  const last = all[all.length - 1];
  if (last?.kind !== "outcome") throw new Error("a run ends with its outcome");
  expect(all.filter(({ kind }) => kind === "outcome")).toHaveLength(1);
  return last.outcome;
}

const timeless = ({ seconds: _, ...outcome }: Outcome) => outcome;

describe("runRace", () => {
  it("stops at the first look at which the task is solved", () => {
    // Two bits: the parity of the last two is all there is to learn.
    const outcome = outcomeOf(
      runRace(sampleSpec({ task: "parity", length: 3, cell: "gru", learningRate: 0.03, cap: 20_000 })),
    );
    expect(outcome.status).toBe("solved");
    expect(outcome.solvedAt).toBe(outcome.sequences);
    expect(outcome.sequences).toBeLessThan(20_000);
    const accuracies = outcome.looks.map(({ accuracy }) => accuracy);
    expect(accuracies.filter((accuracy) => accuracy > 0.99)).toEqual(accuracies.slice(-1));
    expect(outcome.chance).toBe(Math.LN2);
  });

  it("counts a run that reaches its cap as not solved, after exactly so many sequences", () => {
    const outcome = outcomeOf(runRace(sampleSpec({ cap: 100, evaluateEvery: 40 })));
    expect(outcome).toMatchObject({ status: "capped", solvedAt: null, sequences: 100 });
    // 16 a step: 48, 80 and then the cap itself.
    expect(outcome.looks.map(({ sequences }) => sequences)).toEqual([0, 48, 80, 100]);
    expect(outcome.flows.map(({ sequences }) => sequences)).toEqual([0, 48, 80, 100]);
    expect(outcome.parameters).toBe(4 * 8 * (2 + 8 + 2) + 9);
    // 2 operations, 3 passes; 4 gates of 8 units that see 2 + 8 numbers in 30 steps, and one output.
    expect(outcome.flop).toBe(6 * (4 * 8 * 10 * 30 + 8) * 100);
  });

  it("repeats itself to the last bit, wall time apart, and not with another seed", () => {
    const run = (seed: number) => timeless(outcomeOf(runRace(sampleSpec({ cap: 96, seed, cell: "gru-chrono" }))));
    expect(run(3)).toEqual(run(3));
    expect(run(4)).not.toEqual(run(3));
  });

  it("ends when nothing is finite any more, and says so", () => {
    const outcome = outcomeOf(runRace(sampleSpec({ cell: "relu", learningRate: 1e30, clip: null })));
    expect(outcome).toMatchObject({ status: "diverged", solvedAt: null });
    expect(outcome.sequences).toBeLessThan(1000);
  });

  it("measures gradient flow of every task before training", () => {
    for (const task of raceTaskNames) {
      const length = lengthsOf(task)?.at(-1) ?? 24;
      const { flows } = outcomeOf(
        runRace(sampleSpec({ task, length, cap: 16, evaluateEvery: 16 }), { digits: sampleDigits(6200) }),
      );
      expect(flows).toHaveLength(2);
      expect(flows[0].decayPerStep, task).toBeGreaterThan(0.3);
      expect(flows[0].decayPerStep, task).toBeLessThan(1);
      expect(flows[0].halfLife).toBeCloseTo(Math.LN2 / -Math.log(flows[0].decayPerStep ?? 1), 10);
    }
  });
});

describe("raceTask", () => {
  it("gives the same sequence of a seed, whichever batch it is read in", () => {
    const data = raceTask("adding", 20, { seed: 5, count: 100 });
    const [one, many] = [data.batch(7, 1), data.batch(5, 4)];
    expect(many.target.data[2]).toBe(one.target.data[0]);
  });
});
