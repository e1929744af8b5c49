import { describe, expect, it } from "vitest";
import { lstm1997Experiments, lstm1997Task } from "./lstm-1997.ts";

describe("lstm1997Task", () => {
  // Input and output units of the paper's table 10, and the test set sizes of table 11.
  it.each([
    ["1", 7, 7, 256],
    ["2a", 101, 101, 10_000],
    ["2b", 101, 101, 10_000],
    ["2c-1", 54, 2, 10_000],
    ["2c-5", 1004, 2, 10_000],
    ["2c-7", 204, 2, 10_000],
    ["3a", 1, 1, 2560],
    ["3b", 1, 1, 2560],
    ["3c", 1, 1, 2560],
    ["4-1", 2, 1, 2560],
    ["4-3", 2, 1, 2560],
    ["5", 2, 1, 2560],
    ["6a", 8, 4, 2560],
    ["6b", 8, 8, 2560],
  ] as const)("%s has %i inputs, %i outputs and %i test sequences", (experiment, inputs, outputs, tests) => {
    const { dataset, tested } = lstm1997Task(experiment);
    expect([dataset.inputSize, dataset.outputSize, tested]).toEqual([inputs, outputs, tests]);
    expect(dataset.loss).toBe("squaredError");
    expect(dataset.get(0).input.shape[1]).toBe(inputs);
  });

  it.each([
    ["1", 8, Number.POSITIVE_INFINITY],
    ["2a", 100, 100],
    ["2c-6", 1003, Number.POSITIVE_INFINITY],
    ["3a", 100, 110],
    ["4-2", 500, 550],
    ["5", 100, 110],
    ["6b", 100, 110],
  ] as const)("%s: sequences of %i to %i steps", (experiment, least, most) => {
    const { dataset } = lstm1997Task(experiment, { seed: 2 });
    const lengths = Array.from({ length: 40 }, (_, i) => dataset.get(i).input.shape[0]);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(most);
    expect(dataset.maxLength).toBe(most);
  });

  it("knows all experiments, and passes the seed on", () => {
    for (const experiment of lstm1997Experiments) expect(lstm1997Task(experiment).published).toBeGreaterThan(5000);
    const first = (seed: number) => lstm1997Task("4-1", { seed }).dataset.get(0).input.data[0];
    expect(first(1)).toBe(first(1));
    expect(first(1)).not.toBe(first(2));
    expect(lstm1997Task("6a", { count: 7 }).dataset.length).toBe(7);
    expect(lstm1997Task("1").dataset.length).toBe(256);
  });

  it("refuses what it does not know", () => {
    expect(() => lstm1997Task("7" as never)).toThrow('lstm1997Task: experiment must be "1" or "2a"');
    expect(() => lstm1997Task("1", { count: 3 })).toThrow('lstm1997Task: experiment "1" has 256 strings each');
    expect(() => lstm1997Task("4-1", { length: 5 } as never)).toThrow("lstm1997Task");
  });
});
