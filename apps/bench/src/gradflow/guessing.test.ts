import { ones, sub } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { configOf } from "./config.ts";
import { besideGuessing } from "./guessing.ts";
import { makeTask } from "./make-task.ts";
import type { SequenceModel } from "./model.ts";
import type { SummaryRow } from "./summary.ts";
import { tokensOf } from "./tokens.ts";

type Row = Pick<SummaryRow, "label" | "validation" | "validationStep">;
const row = (label: string, validation: number | null, validationStep: number | null = 160): Row => ({
  label,
  validation,
  validationStep,
});
const task = { metric: "mean squared error", baseline: { value: 0.1817, formula: "always answering 1" } };
const guessing = "Guessing (always answering 1) reaches 0.1817 mean squared error on the same data.";

describe("besideGuessing", () => {
  it("says that no cell is better, and after how many steps, when that is so", () => {
    expect(besideGuessing(task, [row("RNN", 0.1876), row("LSTM", 0.1812)])).toEqual([
      guessing,
      "No cell is more than 5 % better after 160 steps of training.",
    ]);
    expect(besideGuessing(task, [row("RNN", 0.2, 1)])[1]).toContain("after 1 step of training");
  });

  it("names those that are not, when others are", () => {
    expect(besideGuessing(task, [row("RNN", 0.1727), row("LSTM", 0.1726), row("GRU", 0.2)])).toEqual([
      guessing,
      "Not more than 5 % better: RNN; GRU.",
    ]);
  });

  it("says no more when all are better, or nothing was validated", () => {
    expect(besideGuessing(task, [row("RNN", 0.01), row("LSTM", null, null)])).toEqual([guessing]);
    expect(besideGuessing(task, [row("LSTM", null, null)])).toEqual([guessing]);
  });
});

describe("the adding problem's baseline", () => {
  it("is what a model that always answers 1 gets in validation", () => {
    const problem = makeTask("adding", tokensOf("", ""), configOf({}), 1);
    // A model whose output ignores what the layer made of the input.
    const constant = (answer: number) =>
      ({
        run: () => ({ hidden: ones([1, 256, 1]), state: {} }),
        output: { forward: () => sub(ones([256, 1]), 1 - answer) },
      }) as unknown as SequenceModel;
    expect(problem.validate(constant(1))).toBe(problem.baseline.value);
    expect(problem.validate(constant(0))).toBeGreaterThan(2 * problem.baseline.value);
    // Not the expectation: the 256 sequences have a mean of their own.
    expect(problem.baseline.value).toBeCloseTo(1 / 6, 1);
    expect(problem.baseline.value).not.toBeCloseTo(1 / 6, 3);
  });
});
