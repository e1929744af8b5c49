import { describe, expect, it } from "vitest";
import { judgeExpectations } from "./expectations.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Outcome } from "./record.ts";
import { sampleRecord, sampleSpec } from "./sample-record.ts";
import type { RaceSpec } from "./spec.ts";
import { summarizeRuns } from "./summary.ts";

const seeds = [1, 2, 3];
const run = (spec: Partial<RaceSpec>, solvedAt: readonly (number | null)[], outcome: Partial<Outcome> = {}) =>
  solvedAt.map((at, k) => sampleRecord({ ...spec, seed: k + 1 }, at, outcome));
const plan = (spec: Partial<RaceSpec>) => seeds.map((seed) => sampleSpec({ ...spec, seed }));

describe("judgeExpectations", () => {
  const task = { task: "adding", length: 200 } as const;
  const cells = ["gru", "lstm-fb1", "lstm-fb0", "lstm-chrono", "rnn"];
  const planned = cells.flatMap((cell) => plan({ ...task, cell }));
  const verdicts = (records: ReturnType<typeof run>) =>
    judgeExpectations(planned, summarizeRuns(records)).map(({ verdict, seeds: n }) => [verdict, n]);

  it("says nothing about what a grid does not ask, and leaves open what has not been run", () => {
    expect(judgeExpectations([sampleSpec()], [])).toEqual([]);
    expect(verdicts([])).toEqual([
      ["not yet run", 0],
      ["not yet run", 0],
      ["not yet run", 0],
    ]);
  });

  it("confirms and refutes by most of the seeds, and by medians in which the cap counts as slowest", () => {
    const chance = { looks: [{ sequences: 1000, loss: 0.166, accuracy: 0.1, trainingLoss: 0.17 }] };
    const records = [
      ...run({ ...task, cell: "gru" }, [300, 400, null]),
      ...run({ ...task, cell: "lstm-fb1" }, [500, 600]),
      ...run({ ...task, cell: "lstm-chrono" }, [200, 300, 400]),
      ...run({ ...task, cell: "rnn" }, [null, null, null], chance),
    ];
    expect(verdicts([...records, ...run({ ...task, cell: "lstm-fb0" }, [null, null, 700])])).toEqual([
      ["confirmed", 2],
      ["confirmed", 3],
      ["confirmed", 2],
    ]);
    // Forget bias 0 is the fastest now.
    expect(verdicts([...records, ...run({ ...task, cell: "lstm-fb0" }, [100, 100, 100])])[2]).toEqual(["refuted", 2]);
    const slow = records.filter(({ spec }) => spec.kind === "race" && spec.cell !== "gru");
    expect(verdicts([...slow, ...run({ ...task, cell: "gru" }, [300, null, null])])[0]).toEqual(["refuted", 2]);
    const low = { looks: [{ sequences: 1000, loss: 0.14, accuracy: 0.1, trainingLoss: 0.14 }] };
    const others = records.filter(({ spec }) => spec.kind === "race" && spec.cell !== "rnn");
    expect(verdicts([...others, ...run({ ...task, cell: "rnn" }, [null], low)])[1]).toEqual(["refuted", 1]);
  });

  it("cannot tell who is faster when nobody solves the task", () => {
    const records = ["lstm-fb0", "lstm-fb1", "lstm-chrono"].flatMap((cell) => run({ ...task, cell }, [null, null]));
    expect(verdicts(records)[2]).toEqual(["undecided", 2]);
  });

  it("orders half-lives before training", () => {
    const adding = { task: "adding", length: 100 } as const;
    const names = ["rnn", "lstm-fb0", "lstm-fb1", "lstm-chrono"];
    const judged = (halfLives: readonly number[]) => {
      const records = names.flatMap((cell, k) =>
        run({ ...adding, cell }, [null], {
          flows: [{ sequences: 0, decayPerStep: 0.9, halfLife: halfLives[k], r2: 1, log10: [] }],
        }),
      );
      const all = judgeExpectations(
        names.flatMap((cell) => plan({ ...adding, cell })),
        summarizeRuns(records),
      );
      return all.find(({ expected }) => expected.startsWith("Half-life"))?.verdict;
    };
    expect(judged([1, 2, 5, 40])).toBe("confirmed");
    expect(judged([1, 2, 50, 40])).toBe("refuted");
  });
});

describe("renderMarkdown", () => {
  it("has a table of what ran, and names what did not, with its seeds", () => {
    const records = [...run({ cell: "gru" }, [500, null]), ...run({ cell: "lstm" }, [250])];
    const specs = ["gru", "lstm", "rnn"].flatMap((cell) => plan({ cell }));
    const text = renderMarkdown("A title", specs, records);
    expect(text).toContain("# A title\n\n3 runs of 9. Machine: Made-up CPU @ 2.50GHz, 2 cores, linux x64");
    expect(text).toContain("| GRU | 361 | 1, 2 | 1 of 2 | > 1,000 |");
    expect(text).toContain("| LSTM | 361 | 1 | 1 of 1 | 250 (250–250) |");
    expect(text).toContain("Solved: a loss below 0.01. Chance: a loss of 0.1667.");
    const open = text.slice(text.indexOf("## Not run"));
    expect(open).toContain("| Adding, T = 30 | GRU | H 8, B 16, lr 0.01, clip 1 | 3 |");
    expect(open).toContain("| LSTM | H 8, B 16, lr 0.01, clip 1 | 2, 3 |");
    expect(open).toContain("| RNN | H 8, B 16, lr 0.01, clip 1 | 1, 2, 3 |");
    expect(renderMarkdown("t", specs.slice(0, 2), records.slice(0, 2))).toContain("Nothing: the grid is complete.");
  });

  it("puts the paper's numbers beside trials of 1997", () => {
    const spec = { kind: "history", experiment: "adding-100", gradient: "full", cap: 9, seed: 1 } as const;
    const record = { ...sampleRecord(), spec };
    const text = renderMarkdown("1997", [], [record]);
    expect(text).toContain("The paper: 74,000 sequences, 100 %.");
  });
});
