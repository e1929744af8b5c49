import { Generator, OptionError, type Tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { copyingChance, copyingTask } from "./copying.ts";

/** One sequence of a `[T, B]` tensor. */
const column = ({ data, shape: [steps, batch] }: Tensor, b: number): number[] =>
  Array.from({ length: steps }, (_, t) => data[t * batch + b]);

describe("copyingTask", () => {
  it.each([
    ["arjovsky" as const, 0],
    ["tcn" as const, 9],
  ])("%s: symbols, blanks, the marker, and then %i", (variant, after) => {
    const { input, target, classes } = copyingTask({ length: 15, batchSize: 4, variant, generator: new Generator(1) });
    expect([input.shape, target.shape, input.dtype, target.dtype, classes]).toEqual([
      [35, 4],
      [35, 4],
      "int32",
      "int32",
      10,
    ]);
    for (let b = 0; b < 4; b++) {
      const [shown, said] = [column(input, b), column(target, b)];
      const symbols = shown.slice(0, 10);
      expect(symbols.every((symbol) => symbol >= 1 && symbol <= 8)).toBe(true);
      expect(shown.slice(10)).toEqual([...new Array(14).fill(0), 9, ...new Array(10).fill(after)]);
      expect(said).toEqual([...new Array(25).fill(0), ...symbols]);
    }
    // With T - 1 blanks the marker comes T steps after the last symbol.
    expect(column(input, 0).indexOf(9)).toBe(9 + 15);
  });

  it("tcn: the last eleven inputs are the marker", () => {
    const { input } = copyingTask({ length: 3, batchSize: 1, variant: "tcn", generator: new Generator(1) });
    expect(column(input, 0).filter((id) => id === 9)).toHaveLength(11);
  });

  it("takes other numbers of symbols and copies", () => {
    const { input, classes } = copyingTask({
      length: 1,
      batchSize: 1,
      symbols: 2,
      copied: 3,
      generator: new Generator(1),
    });
    expect(classes).toBe(4);
    expect(column(input, 0).slice(3)).toEqual([3, 0, 0, 0]);
  });

  it("draws every symbol equally often in every place", () => {
    const { input } = copyingTask({ length: 1, batchSize: 8000, generator: new Generator(2) });
    for (let t = 0; t < 10; t++) {
      const counts = new Array<number>(9).fill(0);
      for (let b = 0; b < 8000; b++) counts[input.data[t * 8000 + b]]++;
      // Four standard deviations of 8000 draws with probability 1/8.
      for (const count of counts.slice(1)) expect(Math.abs(count - 1000)).toBeLessThan(4 * 29.6);
      expect(counts[0]).toBe(0);
    }
  });

  it("follows the seed", () => {
    const run = (seed: number) =>
      copyingTask({ length: 4, batchSize: 3, generator: new Generator(seed) }).input.toArray();
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it("refuses wrong options", () => {
    expect(() => copyingTask({ length: 0, batchSize: 1 })).toThrow(
      "copyingTask: length must be a whole number >= 1, got 0",
    );
    expect(() => copyingTask({ length: 5, batchSize: 1, variant: "henaff" as never })).toThrow(OptionError);
    expect(() => copyingTask({ length: 5, batchSize: 1, symbol: 8 } as never)).toThrow("did you mean symbols");
  });
});

describe("copyingChance", () => {
  it.each([
    [10, Math.LN2],
    [50, 0.297063],
    [100, 0.173287],
    [1000, 0.020387],
    [2000, 0.010294],
  ])("T = %i: 10 ln 8 / (T + 20) = %f", (length, expected) => {
    expect(copyingChance({ length })).toBeCloseTo(expected, 6);
  });

  it("is what the best answer without memory costs on a batch", () => {
    const [length, batch] = [12, 50];
    const { target } = copyingTask({ length, batchSize: batch, generator: new Generator(3) });
    // Blanks are certain until the last ten steps, where each symbol has probability 1/8.
    let loss = 0;
    for (let at = 0; at < target.size; at++) {
      const answering = Math.floor(at / batch) >= length + 10;
      const probability = answering ? (target.data[at] === 0 ? 0 : 1 / 8) : target.data[at] === 0 ? 1 : 0;
      loss -= Math.log(probability) / target.size;
    }
    expect(loss).toBeCloseTo(copyingChance({ length }), 12);
  });

  it("is all that frequencies counted on 20,000 symbols can reach", () => {
    const { input } = copyingTask({ length: 1, batchSize: 2000, generator: new Generator(4) });
    const counts = new Array<number>(9).fill(0);
    for (const symbol of input.data.subarray(0, 20_000)) counts[symbol]++;
    const entropy = counts.slice(1).reduce((sum, n) => sum - (n / 20_000) * Math.log(n / 20_000), 0);
    // The entropy of counted frequencies lies below that of the true ones by about (8 - 1) / (2 * 20,000).
    expect(Math.log(8) - entropy).toBeGreaterThanOrEqual(0);
    expect(Math.log(8) - entropy).toBeLessThan(1e-3);
    expect(copyingChance({ length: 5, symbols: 4, copied: 2 })).toBeCloseTo((2 * Math.log(4)) / 9, 15);
  });

  it("refuses wrong options", () => {
    expect(() => copyingChance({ length: -1 })).toThrow(OptionError);
    expect(() => copyingChance({ length: 1, batchSize: 1 } as never)).toThrow(OptionError);
  });
});
