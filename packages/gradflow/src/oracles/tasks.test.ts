import { addingChance, addingTask, copyingChance, copyingTask } from "@unroll/data";
import { Generator, uniform } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { range, relativeError } from "./cells.ts";

/** The mean of `values` and how far it may lie from the expectation by chance. */
function estimate(values: readonly number[]): { mean: number; standardError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (values.length - 1);
  return { mean, standardError: Math.sqrt(spread / values.length) };
}

const squaredErrors = (targets: ArrayLike<number>, guess: number) =>
  Array.from(targets, (target) => (target - guess) * (target - guess));

describe("O43: what answering the mean costs", () => {
  it.each(["halves", "anywhere"] as const)("O43: 1/6 in the adding problem, marks in %s", (variant) => {
    expect(addingChance({ variant })).toBe(1 / 6);
    const { y } = addingTask({
      length: 4,
      batchSize: 100_000,
      variant,
      dtype: "float64",
      generator: new Generator(43),
    });
    const { mean, standardError } = estimate(squaredErrors(y.data, 1));
    expect(standardError).toBeLessThan(7e-4);
    expect(Math.abs(mean - 1 / 6)).toBeLessThan(4 * standardError);
    // 0.1767, which some papers print, is not what answering 1 costs; nor does any other constant cost less.
    expect(Math.abs(mean - 0.1767)).toBeGreaterThan(10 * standardError);
    for (const guess of [0.9, 1.1]) expect(estimate(squaredErrors(y.data, guess)).mean).toBeGreaterThan(mean);
  });

  it("O43: 1/24 in the original scaling, 0.5 + (X1 + X2) / 4, when both summands count", () => {
    // Each summand from U(-1, 1) has the variance 1/3, and 1/16 of two of them are 1/24.
    const draws = uniform([100_000, 2], { dtype: "float64", generator: new Generator(44) }).data;
    const targets = range(100_000).map((k) => 0.5 + (2 * draws[2 * k] - 1 + (2 * draws[2 * k + 1] - 1)) / 4);
    const { mean, standardError } = estimate(squaredErrors(targets, 0.5));
    expect(Math.abs(mean - 1 / 24)).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(2e-4);
    expect(1 / 24).toBeCloseTo(0.041667, 6);
  });

  it.each([12, 100, 1000])("O43: a little less where a marked first step counts as 0, length %i", (length) => {
    // One of the first ten steps is the first with the chance 1/10; the other summand is it with 9/10 of 1/(T/2 - 1).
    const exact = (1 / 3 / 16) * (2 - 1 / 10 - 0.9 / (Math.floor(length / 2) - 1));
    const chance = addingChance({ variant: "original", length });
    expect(relativeError([chance], [exact])).toBeLessThan(1e-14);
    expect(chance).toBeLessThan(1 / 24);
    const { y } = addingTask({
      length,
      batchSize: length > 100 ? 500 : 5_000,
      variant: "original",
      dtype: "float64",
      generator: new Generator(45),
    });
    const { mean, standardError } = estimate(squaredErrors(y.data, 0.5));
    expect(Math.abs(mean - exact)).toBeLessThan(4 * standardError);
  });

  it("O43: 7/144 in the multiplication problem, answering 1/4", () => {
    const draws = uniform([100_000, 2], { dtype: "float64", generator: new Generator(46) }).data;
    const products = range(100_000).map((k) => draws[2 * k] * draws[2 * k + 1]);
    const { mean, standardError } = estimate(squaredErrors(products, 1 / 4));
    // E[x² y²] - 1/16 = 1/9 - 1/16.
    expect(1 / 9 - 1 / 16).toBeCloseTo(7 / 144, 15);
    expect(Math.abs(mean - 7 / 144)).toBeLessThan(4 * standardError);
    expect(Math.abs(mean - 1 / 24)).toBeGreaterThan(10 * standardError);
    expect(7 / 144).toBeCloseTo(0.048611, 6);
  });
});

describe("O44: the cross entropy of copying without memory, 10 ln 8 / (T + 20)", () => {
  it.each([
    [10, "0.693147"],
    [50, "0.297063"],
    [100, "0.173287"],
    [200, "0.094520"],
    [300, "0.064983"],
    [500, "0.039989"],
    [1000, "0.020387"],
    [2000, "0.010294"],
  ])("O44: T = %i gives %s", (length, printed) => {
    const chance = copyingChance({ length });
    expect(relativeError([chance], [(10 * Math.log(8)) / (length + 20)])).toBeLessThan(1e-14);
    expect(chance.toFixed(6)).toBe(printed);
    // Averaged over T steps instead of all T + 20 it would be another number.
    expect(chance).not.toBeCloseTo((10 * Math.log(8)) / length, 4);
  });

  it("O44: that is what the task itself gives to a model that knows only where symbols stand", () => {
    const { target, classes } = copyingTask({ length: 30, batchSize: 16, generator: new Generator(47) });
    expect(classes).toBe(10);
    const [steps, batch] = target.shape;
    let total = 0;
    for (let t = 0; t < steps; t++) {
      // Blanks are certain until the last ten steps, where each of 8 symbols has the chance 1/8.
      const probability = (id: number) => (t < steps - 10 ? Number(id === 0) : id >= 1 && id <= 8 ? 1 / 8 : 0);
      for (let b = 0; b < batch; b++) total -= Math.log(probability(target.data[t * batch + b]));
    }
    expect(relativeError([total / (steps * batch)], [copyingChance({ length: 30 })])).toBeLessThan(1e-12);
  });
});
