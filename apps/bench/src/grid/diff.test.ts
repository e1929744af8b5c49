import { describe, expect, it } from "vitest";
import { apart, diffRuns } from "./diff.ts";
import { sampleRecord } from "./sample-record.ts";
import { renderDiff } from "./tables.ts";

const [a, b, c] = [1, 2, 3].map((seed) => sampleRecord({ seed }));

describe("diffRuns", () => {
  it("finds a run the same when only its wall time differs", () => {
    const later = { ...a, finishedAt: "2025-01-01T00:00:00.000Z", outcome: { ...a.outcome, seconds: 99 } };
    expect(diffRuns([a, b], [b, later])).toMatchObject({ same: 2, changed: [], onlyA: [], onlyB: [] });
  });

  it("names what changed and what only one has", () => {
    const other = sampleRecord({ seed: 1 }, null);
    const difference = diffRuns([a, b], [other, c]);
    expect(difference).toMatchObject({ same: 0, changed: [{ label: "Adding, T = 30, LSTM, seed 1" }] });
    expect([difference.onlyA, difference.onlyB]).toEqual([
      ["Adding, T = 30, LSTM, seed 2"],
      ["Adding, T = 30, LSTM, seed 3"],
    ]);
    const text = renderDiff(difference);
    expect(text).toContain("solved after 500, then capped after 1,000 sequences");
    // Half of the second file's seeds are not solved, so their median is beyond the cap.
    expect(text).toContain("> 1,000");
  });
});

describe("apart", () => {
  it("compares the middle halves, with what is beyond the cap above all else", () => {
    const [low, high] = [
      { p25: 1, median: 2, p75: 3 },
      { p25: 4, median: 5, p75: null },
    ];
    expect([apart(low, high), apart(high, low)]).toEqual([true, true]);
    expect(apart(low, { p25: 3, median: 4, p75: 9 })).toBe(false);
    expect(apart(high, { p25: null, median: null, p75: null })).toBe(false);
  });
});
