import { opSamples } from "@unroll/tensor/testing";
import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { rules } from "./rules.ts";
import { checkAdjoints, checkCell, nameOf, names, type RandomCell } from "./testing/random-cells.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Set by `pnpm fuzz:compiler`: how long to look, from which seed on. */
    readonly fuzz: { readonly seconds: number; readonly seed: number } | undefined;
  }
  interface TaskMeta {
    /** What it found. */
    fuzz?: { cells: number; worst: number };
  }
}

/** Random cells, sizes, lengths and directions. */
const randomCells: fc.Arbitrary<RandomCell> = fc.record({
  choices: fc.array(fc.record({ op: fc.nat(names.length - 1), a: fc.nat(20), b: fc.nat(20) }), {
    minLength: 1,
    maxLength: 12,
  }),
  states: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 1, max: 2 }),
  apart: fc.boolean(),
  masked: fc.boolean(),
  checkpoint: fc.nat(4),
  constant: fc.subarray(["x", "states", "rows"] as const),
  steps: fc.integer({ min: 1, max: 5 }),
  batch: fc.integer({ min: 1, max: 4 }),
  inputSize: fc.integer({ min: 1, max: 5 }),
  hiddenSize: fc.integer({ min: 1, max: 13 }),
  reverse: fc.boolean(),
  drops: fc.array(fc.nat(4), { minLength: 5, maxLength: 5 }),
});

/** Random cells that show an error are made smaller, and named with the seed that leads to them. */
function look(seed: number, numRuns: number): number {
  let worst = 0;
  const check = (cell: RandomCell) => {
    worst = Math.max(worst, checkCell(cell));
    checkAdjoints(cell);
  };
  fc.assert(fc.property(randomCells, check), {
    seed,
    numRuns,
    reporter: (details) => {
      if (!details.failed) return;
      const cell = details.counterexample?.[0];
      const why =
        details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
      throw new Error(`seed ${seed}: ${cell && nameOf(cell)}: ${why}\n${fc.defaultReportMessage(details)}`);
    },
  });
  return worst;
}

const fuzz = inject("fuzz");

if (fuzz !== undefined) {
  const { seconds, seed } = fuzz;
  it("as many random cells as there is time for", ({ task }) => {
    const end = Date.now() + 1000 * seconds;
    const found = { cells: 0, worst: 0 };
    for (let k = 0; Date.now() < end; k++) {
      found.worst = Math.max(found.worst, look(seed + k, 50));
      found.cells += 50;
    }
    task.meta.fuzz = found;
  });
}

it("random cells give what plain ops give, and the adjoints of their states, whatever the sizes and lengths", () => {
  expect(look(4, 250)).toBeLessThan(1e-4);
}, 120_000);

it("every operation has a rule, or says why it has none", () => {
  const without = Object.entries(rules).flatMap(([name, rule]) => (typeof rule === "string" ? [name] : []));
  expect(Object.keys(rules).sort()).toEqual(Object.keys(opSamples()).sort());
  expect(without.sort()).toEqual([
    "all",
    "any",
    "arange",
    "argmax",
    "argmin",
    "argsort",
    "categorical",
    "cos",
    "cumsum",
    "flip",
    "gather",
    "indexAdd",
    "indexSelect",
    "normal",
    "oneHot",
    "permutation",
    "pow",
    "scatterAdd",
    "sin",
    "softmaxCrossEntropy",
    "softmaxCrossEntropyGrad",
    "tril",
    "uniform",
  ]);
});
