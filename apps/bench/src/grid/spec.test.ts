import { describe, expect, it } from "vitest";
import { sampleSpec } from "./sample-record.ts";
import { type GridConfig, gridSchema, idOf, runsOf, shardOf } from "./spec.ts";

const config: GridConfig = gridSchema.parse({
  name: "small",
  title: "A small grid",
  experiments: [
    { kind: "race", task: "adding", lengths: [20, 30], cells: ["rnn", "gru"], clips: [1, null], seeds: 3 },
    { kind: "history", experiments: ["adding-100"], seeds: [7] },
  ],
});

describe("runsOf", () => {
  it("makes every combination, the first seed of everything before the second", () => {
    const runs = runsOf(config);
    expect(runs).toHaveLength(2 * 2 * 2 * 3 + 2);
    expect(runs.map(({ seed }) => seed)).toEqual([...runs.map(({ seed }) => seed)].sort((a, b) => a - b));
    expect(runs[0]).toMatchObject({ length: 20, cell: "rnn", clip: 1, seed: 1, cap: 200_000, batch: 32 });
    expect(runs.slice(-2)).toMatchObject([{ gradient: "truncated" }, { gradient: "full" }]);
  });

  it("makes a run that two experiments name once", () => {
    const [experiment] = config.experiments;
    expect(runsOf({ ...config, experiments: [experiment, experiment] })).toHaveLength(24);
  });
});

describe("idOf", () => {
  it("does not depend on the order in which the settings are written", () => {
    const spec = sampleSpec();
    const turned = Object.fromEntries(Object.entries(spec).reverse()) as typeof spec;
    expect(Object.keys(turned)).not.toEqual(Object.keys(spec));
    expect(idOf(turned)).toBe(idOf(spec));
  });

  it("differs for every setting, and stays what it is in files that exist", () => {
    const spec = sampleSpec();
    const changed = [
      { task: "copying" },
      { length: 31 },
      { cell: "gru" },
      { hidden: 9 },
      { batch: 17 },
      { learningRate: 0.011 },
      { clip: null },
      { cap: 1001 },
      { evaluateEvery: 251 },
      { seed: 2 },
    ] as const;
    expect(Object.keys(spec)).toHaveLength(changed.length + 1);
    expect(new Set([spec, ...changed.map((change) => sampleSpec(change))].map(idOf)).size).toBe(changed.length + 1);
    expect(idOf(spec)).toBe("c02d84e0c646ba62");
  });
});

describe("shardOf", () => {
  it("puts every run into exactly one part, of sizes that differ by one at most", () => {
    const runs = runsOf(config);
    for (let of = 1; of <= 40; of++) {
      const parts = Array.from({ length: of }, (_, k) => shardOf(runs, { index: k + 1, of }));
      expect(new Set(parts.flat().map(idOf)).size).toBe(runs.length);
      expect(parts.flat()).toHaveLength(runs.length);
      const sizes = parts.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });
});
