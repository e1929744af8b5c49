import { describe, expect, it } from "vitest";
import { halfLifeAgainstSuccess } from "../grid/correlation.ts";
import type { RunRecord } from "../grid/record.ts";
import { type GridResult, gridResultVersion } from "../grid/result.ts";
import { sampleRecord } from "../grid/sample-record.ts";
import { summarizeRuns } from "../grid/summary.ts";
import { changeFinding, correlationFinding, raceFinding } from "./grid-finding.ts";
import { renderGridReport } from "./grid-report.ts";
import { medianCurve } from "./race-chart.ts";

/** A run whose gradient has a half-life, and that solves its task after so many sequences or not at all. */
function run(cell: string, seed: number, halfLife: number | null, solvedAt: number | null): RunRecord {
  const factor = halfLife === null ? 1 : 2 ** (-1 / halfLife);
  const log10 = Array.from({ length: 31 }, (_, lag) => lag * Math.log10(factor));
  return sampleRecord({ cell, seed }, solvedAt, {
    flows: [{ sequences: 0, decayPerStep: factor, halfLife, r2: 1, log10 }],
  });
}

const records = [
  run("rnn", 1, 1, null),
  run("rnn", 2, 1.2, null),
  run("lstm-fb1", 1, 3, 600),
  run("lstm-fb1", 2, 3.5, 500),
  run("lstm-chrono", 1, 20, 300),
  run("lstm-chrono", 2, null, 250),
];

const result: GridResult = {
  version: gridResultVersion,
  kind: "grid",
  name: "sample",
  title: "Races <made up>",
  complete: false,
  runs: 12,
  records,
  summary: summarizeRuns(records),
};

describe("halfLifeAgainstSuccess", () => {
  it("ranks what is not solved last and what loses nothing first", () => {
    const { dots, rankCorrelation } = halfLifeAgainstSuccess(records);
    expect(dots).toHaveLength(6);
    // The two capped runs share a rank; all others are in opposite orders: 1 - 6 · 69.5 / 210, corrected for the tie.
    expect(rankCorrelation).toBeCloseTo(-0.98561, 4);
  });

  it("says nothing over too few runs, or where all are alike", () => {
    expect(halfLifeAgainstSuccess(records.slice(0, 3)).rankCorrelation).toBeUndefined();
    const alike = [1, 2, 3, 4].map((seed) => run("rnn", seed, 2, null));
    expect(halfLifeAgainstSuccess(alike).rankCorrelation).toBeUndefined();
    expect(correlationFinding(halfLifeAgainstSuccess(alike))).toContain("Too few runs, or all alike");
  });
});

describe("findings", () => {
  it("name who solved a task, the quickest first, and who did not", () => {
    expect(raceFinding(result.summary)).toBe(
      "The LSTM (chrono) solved it after 275 sequences and the LSTM (forget bias 1) 550, in the median over 2 seeds. Not solved within the cap, by half of the seeds or more: the RNN (solved by 0 of 2).",
    );
  });

  it("are true when all runs solve a task, when none does, and when one runs or diverges", () => {
    const findingOf = (...runs: RunRecord[]) => raceFinding(summarizeRuns(runs));
    expect(findingOf(run("gru", 1, 2, 300), run("lstm-fb1", 1, 3, 600))).toBe(
      "The GRU solved it after 300 sequences and the LSTM (forget bias 1) 600.",
    );
    expect(findingOf(run("gru", 1, 2, null))).toBe("Not solved within the cap: the GRU.");
    const lost = run("lstm-fb1", 1, 2, null);
    const diverged = { ...lost, outcome: { ...lost.outcome, status: "diverged" as const } };
    expect(findingOf(diverged)).toBe("Not solved within the cap: the LSTM (forget bias 1; diverged).");
    expect(findingOf(diverged, run("lstm-fb1", 2, 2, null), run("lstm-fb1", 3, 2, 500))).toBe(
      "Not solved within the cap, by half of the seeds or more: the LSTM (forget bias 1; solved by 1 of 3; 1 diverged).",
    );
    expect(findingOf()).toBe("No run has ended.");
  });

  it("say what half-lives become, also where nothing is lost or no line fits", () => {
    const flow = (halfLife: number | null, sequences: number, decayPerStep: number | null = 0.5) => ({
      sequences,
      decayPerStep,
      halfLife,
      r2: 1,
      log10: [0, -1],
    });
    const of = (label: string, ...flows: RunRecord["outcome"]["flows"]) => ({
      label,
      records: [sampleRecord({}, 500, { flows })],
    });
    expect(changeFinding([of("GRU", flow(2, 0), flow(null, 500, 1.01)), of("RNN", flow(1, 0))])).toBe(
      "From before training to the end, the steps until half of the gradient is lost change from 2.0 to ∞ for the GRU.",
    );
    expect(changeFinding([of("RNN", flow(1, 0))])).toBe("No run was measured more than once.");
    expect(changeFinding([of("RNN", flow(null, 0, null), flow(null, 9, null))])).toBe(
      "No run was measured more than once.",
    );
  });

  it("say which way half-life and success go together, also within a cell", () => {
    const text = correlationFinding(halfLifeAgainstSuccess(records));
    expect(text).toContain("largely tells how soon a net learns: the longer, the sooner (rank correlation −0.99");
    expect(text).toContain("6 runs, 2 of them not solved");
    expect(text).toContain("Among the starts of one cell: −1.00 for LSTM.");
  });
});

describe("medianCurve", () => {
  it("keeps a solved run's last value, and ends where half of the runs have ended", () => {
    const curve = medianCurve([run("rnn", 1, 1, 200), run("rnn", 2, 1, 400), run("rnn", 3, 1, null)]);
    expect(curve[curve.length - 1][0]).toBe(400);
    expect(curve[curve.length - 1][1]).toBeCloseTo(0.01, 2);
  });
});

describe("renderGridReport", () => {
  const html = renderGridReport(result);

  it("is one file without scripts or addresses outside itself", () => {
    expect(html).not.toMatch(/<script|<link|https?:\/\/(?!www\.w3\.org)|url\((?!data:|#)/);
    expect(html).toContain("Races &lt;made up&gt;");
    expect(html).toContain("This grid is not finished.");
  });

  it("has a table behind every chart, and names every chart for those who do not see it", () => {
    const charts = html.match(/<svg [^>]*role="img" aria-label="[^"]{20,}"/g) ?? [];
    // Race, scatter, two panels of decay, a heatmap for each of three cells.
    expect(charts).toHaveLength(1 + 1 + 2 + 3);
    // One for all heatmaps together, as for both panels.
    expect(html.match(/<details class="data">/g)).toHaveLength(4);
    for (const [, figure] of html.matchAll(/<figure>(.*?)<\/figure>/gs))
      expect(figure).toMatch(/<table><caption>[^<]+<\/caption><thead><tr>.*<th scope="row">/s);
    expect(html).toContain("not within 1,000");
  });

  it("draws what theory says only where it says something", () => {
    expect(html).toContain("Dotted: what the forget gates alone would leave");
    const rnn = records.slice(0, 2);
    expect(renderGridReport({ ...result, records: rnn, summary: summarizeRuns(rnn) })).not.toContain("Dotted:");
  });

  it("can be written before any run has ended", () => {
    expect(renderGridReport({ ...result, records: [], summary: [] })).toContain("No run has ended.");
  });
});
