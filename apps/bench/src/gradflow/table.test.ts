import { describe, expect, it } from "vitest";
import { sampleCurve, sampleResult } from "../report/sample-result.ts";
import type { RunResult, TaskResult } from "./result.ts";
import { renderTable } from "./table.ts";

function task(change: (run: RunResult) => RunResult = (run) => run): TaskResult[] {
  return sampleResult().tasks.map((sample) => ({ ...sample, runs: sample.runs.map(change) }));
}

describe("renderTable", () => {
  it("fits in 120 columns, with large numbers too", () => {
    const large = task((run) => ({
      ...run,
      hidden: 1024,
      parameters: 4_300_000,
      probes: run.probes.map(({ step }) => {
        const curve = { ...sampleCurve(-1.5, 0, 100), halfLife: 234.567, r2: 0.5 };
        return { step: 10 * step, curves: { h: curve }, joint: curve };
      }),
    }));
    for (const text of [...task(), ...large].map(renderTable))
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  it("has two lines for each cell, before training and after it", () => {
    const [text] = task().map(renderTable);
    const lines = text.split("\n");
    const at = lines.findIndex((line) => line.includes("LSTM, forget"));
    expect(lines[at]).toMatch(/^│ LSTM, forget +64 +36,000 +2\.\d{3} +0 +-/);
    expect(lines[at + 1]).toMatch(/^│ bias 1 +200 +-/);
  });

  it("names the step of each number when a run was stopped between a validation and a probe", () => {
    const [text] = task((run) => ({ ...run, validation: run.validation.slice(0, -1) })).map(renderTable);
    expect(text).toContain("GRU: bits per character at step 190, gradients at step 200");
    expect(task().map(renderTable).join("\n")).not.toContain("gradients at step");
  });

  it("says what guessing reaches and who is not better", () => {
    const [text, adding] = task().map(renderTable);
    expect(text).toContain("Guessing (log2 83, every symbol alike) reaches 6.375 bits per character on the same data.");
    expect(text).not.toContain("better");
    expect(adding).toContain("Not more than 5 % better: RNN; RNN, parameters of the LSTM.");
  });
});
