import { describe, expect, it } from "vitest";
import { sampleRecord } from "./sample-record.ts";
import { spreadOf, summarizeRuns } from "./summary.ts";
import { renderSummary, sequencesText } from "./tables.ts";

describe("summarizeRuns", () => {
  it("counts a run that hit its cap as not solved, and never leaves it out", () => {
    const times = [300, null, 500, null, 400];
    const [row, ...others] = summarizeRuns(times.map((at, k) => sampleRecord({ seed: k + 1 }, at)));
    expect(others).toEqual([]);
    expect(row).toMatchObject({ solved: 3, seeds: [1, 2, 3, 4, 5], sequences: { p25: 400, median: 500, p75: null } });
    expect(sequencesText(row)).toBe("500 (400–> 1,000)");
  });

  it("gives no number where most runs hit the cap", () => {
    const [row] = summarizeRuns([null, null, 500].map((at, k) => sampleRecord({ seed: k + 1 }, at)));
    expect(row.sequences.median).toBeNull();
    const [none] = summarizeRuns([sampleRecord({}, null)]);
    expect(sequencesText(none)).toBe("> 1,000");
    expect(renderSummary([none])).toContain("0 of 1");
  });

  it("prints tables that fit 80 columns", () => {
    const variants = ["lstm-fb1", "gru-eq", "rnn-orthogonal"].flatMap((cell) =>
      [12_896, 16_272, 20_144].map((at, k) =>
        sampleRecord({ cell, seed: k + 1, cap: 200_000 }, at, { seconds: 724, parameters: 4641, flop: 1.3e11 }),
      ),
    );
    const trial = {
      ...sampleRecord({}, 38_000),
      spec: { kind: "history", experiment: "reber-4x1-0.1", gradient: "truncated", cap: 200_000, seed: 1 } as const,
    };
    const lines = renderSummary(summarizeRuns([...variants, trial])).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join("\n")).toContain("(14,584–18,208)");
    expect(lines.join("\n")).toContain("learning rate 0.1 (1)\nThe paper: 39,740 sequences, 100 %");
  });

  it("keeps settings apart, and puts seeds together", () => {
    const rows = summarizeRuns([
      sampleRecord({ clip: null }),
      sampleRecord({ clip: 1 }),
      sampleRecord({ clip: null, seed: 2 }),
    ]);
    expect(rows.map(({ settings, seeds }) => [settings, seeds])).toEqual([
      ["H 8, B 16, lr 0.01, no clipping", [1, 2]],
      ["H 8, B 16, lr 0.01, clip 1", [1]],
    ]);
  });
});

describe("spreadOf", () => {
  it("has quartiles, null where they are infinite", () => {
    expect(spreadOf([1, 2, 3, 4, Number.POSITIVE_INFINITY])).toEqual({ p25: 2, median: 3, p75: 4 });
    // A quantile between two runs of which one hit the cap is beyond the cap too.
    expect(spreadOf([1, Number.POSITIVE_INFINITY])).toEqual({ p25: null, median: null, p75: null });
    expect(spreadOf([])).toEqual({ p25: null, median: null, p75: null });
  });
});
