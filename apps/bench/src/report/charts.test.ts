import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { RunResult, TaskResult } from "../gradflow/result.ts";
import { cellsOf, curveOver, type FlowCurve, valueAtLag } from "../gradflow/summary.ts";
import { labelHeight, labelPositions } from "./curve-labels.ts";
import { type DecayLine, decayDomain, deepest, renderDecayPanel } from "./decay-chart.ts";
import {
  findingOf,
  gateFinding,
  keptAt,
  learningFinding,
  rankFinding,
  reachFinding,
  share,
  timeScaleFinding,
} from "./finding.ts";
import { heatValue, renderHeatmap } from "./heatmap.ts";
import { renderLossChart, smoothed, validated } from "./loss-chart.ts";
import { cellStyles, colorOf, nanColor, type Rgb, zeroColor } from "./palette.ts";
import { sampleCurve, sampleResult } from "./sample-result.ts";

const [text] = sampleResult({ seeds: [1, 2] }).tasks;
const styles = cellStyles(["rnn", "lstm", "lstm-fb1", "gru", "rnn-eq", "gru-eq"]);

function linesOf(curves: readonly FlowCurve[]): DecayLine[] {
  return [...styles.values()]
    .slice(0, curves.length)
    .map((style, i) => ({ label: `Cell ${i}`, style, curve: curves[i] }));
}

function flowCurve(slope: number, drop = 0): FlowCurve {
  return { step: 0, ...sampleCurve(slope, drop, 100) };
}

function panel(lines: readonly DecayLine[]): string {
  return renderDecayPanel({
    id: "p",
    title: "T",
    quantity: "Q",
    label: "L",
    lines,
    domain: decayDomain(lines, 100),
    lags: 100,
  });
}

/** Position and content of every text of a chart, as they are drawn. */
function textsOf(svg: string): { x: number; y: number; text: string }[] {
  return [...svg.matchAll(/<text([^>]*) transform="translate\(([\d.-]+) ([\d.-]+)\)"[^>]*>([^<]*)<\/text>/g)].map(
    ([, before, x, y, content]) => {
      const offset = before.match(/ y="([\d.-]+)"/);
      return { x: Number(x), y: Number(y) + Number(offset?.[1] ?? 0), text: content };
    },
  );
}

describe("decay curves", () => {
  it("share an axis that holds all of them, from tick to tick", () => {
    expect(decayDomain(linesOf([flowCurve(-0.1)]), 100)).toEqual([-12, 0]);
    expect(decayDomain(linesOf([flowCurve(-0.1), flowCurve(0.05)]), 100)).toEqual([-12, 6]);
    expect(decayDomain([], 100)).toEqual([-12, 0]);
    expect(decayDomain(linesOf([flowCurve(-2)]), 100)[0]).toBe(deepest);
  });

  it("carry their names and last values at their ends, none over another", () => {
    const svg = panel(linesOf([-0.1, -0.1001, -0.1002, -0.2, -0.2001, -0.11].map((slope) => flowCurve(slope))));
    const labels = textsOf(svg).filter((label) => label.text.startsWith("Cell"));
    expect(labels.map((label) => label.text)).toContain("Cell 0 −10.0");
    expect(labels).toHaveLength(6);
    expect(new Set(labels.map((label) => label.x)).size).toBe(1);
    const ys = labels.map((label) => label.y).sort((a, b) => a - b);
    for (let i = 1; i < ys.length; i++) expect(ys[i] - ys[i - 1]).toBeGreaterThanOrEqual(labelHeight("Cell") - 0.1);
  });

  it("end where their lines to the names begin", () => {
    const svg = panel(linesOf([flowCurve(-0.1), flowCurve(-0.2)]));
    for (const color of ["#D55E00", "#0072B2"]) {
      const path = svg.match(new RegExp(`<path d="([^"]*)"[^>]*stroke="${color}" stroke-width="2"`))?.[1] ?? "";
      const [x, y] = path.split(/[ML]/).slice(-1)[0].split(" ").map(Number);
      const leader = svg.match(new RegExp(`<polyline points="([\\d.]+) ([\\d.]+) [^"]*"[^>]*stroke="${color}"`));
      expect(Number(leader?.[1])).toBeCloseTo(x + 5, 0);
      expect(Number(leader?.[2])).toBeCloseTo(y, 0);
    }
  });

  it("leave room for names of two lines", () => {
    const [style] = styles.values();
    const ends = ["LSTM, forget bias 1", "GRU", "RNN, parameters of the LSTM"].map((label) => ({
      label,
      value: "−1.0",
      style,
      x: 0,
      y: 100,
    }));
    const middles = labelPositions(ends, { left: 0, top: 0, right: 300, bottom: 300 });
    const spans = middles.map((y, i) => [y - labelHeight(ends[i].label) / 2, y + labelHeight(ends[i].label) / 2]);
    expect(spans[1][0]).toBeGreaterThanOrEqual(spans[0][1]);
    expect(spans[2][0]).toBeGreaterThanOrEqual(spans[1][1]);
  });

  it("break where there is no number", () => {
    const curve = flowCurve(-0.1);
    const gap = (values: FlowCurve["mean"]) => values.map((value, lag) => (lag > 40 && lag < 50 ? null : value));
    const whole = panel(linesOf([curve]));
    const broken = panel(linesOf([{ ...curve, mean: gap(curve.mean), p10: gap(curve.p10), p90: gap(curve.p90) }]));
    const moves = (svg: string): number =>
      svg.match(/<path d="([^"]*)"[^>]*stroke="#D55E00" stroke-width="2"/)?.[1].split("M").length ?? 0;
    expect(moves(broken)).toBe(moves(whole) + 1);
    expect(broken.match(/<polygon/g)).toHaveLength(2);
    expect(whole.match(/<polygon/g)).toHaveLength(1);
  });

  it("that leave the picture below are named there, the deepest last", () => {
    const svg = panel(linesOf([flowCurve(-0.9), flowCurve(-0.5), flowCurve(-0.05)]));
    const [first, second] = ["Cell 0 ↓ −90.0", "Cell 1 ↓ −50.0"].map((name) =>
      textsOf(svg).find((label) => label.text === name),
    );
    expect(first?.y).toBeGreaterThan(second?.y ?? Number.POSITIVE_INFINITY);
  });

  it("keep numbers like 0.001 as they are while coordinates are rounded", () => {
    const [style] = styles.values();
    const svg = panel([{ label: "Cell 0.00123", style, curve: flowCurve(-0.1) }]);
    expect(svg).toContain("Cell 0.00123");
    expect(svg).not.toMatch(/<[^>]*[ ,MLhv]\d+\.\d{3,}[^>]*>/);
  });
});

/** The pixels of a chart's picture; undefined where it is transparent. */
function pixelsOf(svg: string): { width: number; at: (x: number, y: number) => Rgb | undefined } {
  const file = Buffer.from(svg.match(/base64,([^"]+)"/)?.[1] ?? "", "base64");
  const width = file.readUInt32BE(16);
  const size = file.readUInt32BE(33);
  const rows = inflateSync(file.subarray(41, 41 + size));
  return {
    width,
    at: (x, y) => {
      const from = y * (1 + 4 * width) + 1 + 4 * x;
      return rows[from + 3] === 0 ? undefined : [rows[from], rows[from + 1], rows[from + 2]];
    },
  };
}

describe("heatmaps", () => {
  const flat = (value: number | null, underflowLag: number | null = null): FlowCurve => ({
    step: 0,
    mean: new Array(101).fill(value),
    p10: [],
    p90: [],
    underflowLag,
  });

  it("tell zeros from what is no number", () => {
    expect(heatValue(flat(-3), 5)).toEqual({ kind: "value", log10: -3 });
    expect(heatValue(flat(-13), 5).kind).toBe("below");
    expect(heatValue(flat(null, 5), 5).kind).toBe("zero");
    expect(heatValue(flat(null, 6), 5).kind).toBe("nan");
    expect(heatValue(flat(-3), 101).kind).toBe("nan");
  });

  it("paint each probe's column from half way to half way, on the one scale", () => {
    const curves = [flat(-9), { ...flat(0), step: 50 }, { ...flat(null, 0), step: 100 }];
    const { width, at } = pixelsOf(renderHeatmap({ id: "h", title: "T", label: "L", curves, lags: 100, steps: 100 }));
    expect(at(Math.floor(width * 0.24), 50)).toEqual(colorOf(-9));
    expect(at(Math.floor(width * 0.26), 50)).toEqual(colorOf(0));
    expect(at(Math.floor(width * 0.74), 50)).toEqual(colorOf(0));
    expect(at(Math.floor(width * 0.76), 50)).toEqual(zeroColor);
  });

  it("stripe zeros, what is no number and what is below the scale in three directions, for prints without colour", () => {
    const stripes = (curve: FlowCurve) => {
      const { at } = pixelsOf(renderHeatmap({ id: "h", title: "T", label: "L", curves: [curve], lags: 100, steps: 0 }));
      const same = (x: number, y: number) => JSON.stringify(at(x, y)) === JSON.stringify(at(30, 30));
      // Across, down, and along both diagonals: where does the colour of (30, 30), which is a stripe, stay?
      return [same(31, 30), same(30, 31), same(31, 31), same(31, 29)];
    };
    expect(stripes(flat(-20))).toEqual([false, false, false, true]);
    expect(stripes(flat(null, 0))).toEqual([true, false, false, false]);
    expect(stripes(flat(null))).toEqual([false, false, true, false]);
  });

  it("are a thin column for a run of one probe, unless no run has more", () => {
    const [early, only] = [100, 0].map((steps) =>
      pixelsOf(renderHeatmap({ id: "h", title: "T", label: "L", curves: [flat(0)], lags: 100, steps })),
    );
    expect(early.at(2, 50)).toEqual(colorOf(0));
    expect(early.at(Math.floor(early.width / 2), 50)).toBeUndefined();
    expect(only.at(only.width - 1, 50)).toEqual(colorOf(0));
  });

  it("have lag 0 on top, magenta for no number, and nothing after a run's end", () => {
    const mean = Array.from({ length: 101 }, (_, lag) => (lag > 90 ? null : -lag / 10));
    const curves = [
      { ...flat(0), mean },
      { ...flat(0), mean, step: 10 },
    ];
    const { at, width } = pixelsOf(renderHeatmap({ id: "h", title: "T", label: "L", curves, lags: 100, steps: 100 }));
    expect(at(0, 0)).toEqual(colorOf(0));
    expect(at(0, 215)).toEqual(nanColor);
    expect(at(width - 1, 0)).toBeUndefined();
  });
});

describe("learning curves", () => {
  it("average stretches of training steps, and take medians over seeds", () => {
    const runs = text.runs
      .slice(0, 2)
      .map((run, i) => ({ ...run, loss: new Array(120).fill(0).map((_, k) => k + 10 * i) }));
    const points = smoothed(runs);
    expect(points).toHaveLength(60);
    expect(points[0]).toEqual([2, 5.5]);
    expect(points[59]).toEqual([120, 123.5]);
  });

  it("leave out what is not finite", () => {
    const [run] = text.runs;
    expect(smoothed([{ ...run, loss: [1, Number.NaN, Number.POSITIVE_INFINITY] }])).toEqual([[1, 1]]);
    expect(validated([{ ...run, validation: [{ step: 3, value: Number.NaN }] }])).toEqual([]);
  });

  it("name the baseline with its formula, apart from the cells' names", () => {
    const lines = cellsOf(text).map((runs) => {
      const style = styles.get(runs[0].cell);
      if (style === undefined) throw new Error("every cell of the sample has a style");
      return { label: runs[0].label, style, runs };
    });
    const baseline = { value: 2.1, formula: "log2(83)" };
    const svg = renderLossChart({ id: "l", label: "L", metric: "bits", baseline, lines });
    const labels = textsOf(svg).filter(({ x, text: content }) => x > 750 && !/^\d+$/.test(content));
    expect(labels.map((label) => label.text)).toEqual(expect.arrayContaining(["guessing 2.10", "log2(83)"]));
    const ys = labels.map((label) => label.y).sort((a, b) => a - b);
    for (let i = 1; i < ys.length; i++) expect(ys[i] - ys[i - 1]).toBeGreaterThanOrEqual(13);
  });
});

describe("findings", () => {
  it("are the measured shares, most first", () => {
    const kept = keptAt(text, "trained", 50);
    expect(kept.map(({ label }) => label)).toEqual(["LSTM, forget bias 1", "LSTM", "GRU", "RNN"]);
    const rnn = curveOver(
      text.runs.filter((run) => run.cell === "rnn"),
      "trained",
      "joint",
    );
    const expected = (valueAtLag(rnn?.mean ?? [], 50) ?? 0) - (valueAtLag(rnn?.mean ?? [], 0) ?? 0);
    expect(kept[3].log10).toBeCloseTo(expected, 12);
    expect(findingOf(text, 100)).toContain(`the RNN ${share(expected)} (all states together).`);
  });

  it("name a lag that was measured", () => {
    expect(findingOf(sampleResult({ lags: 30 }).tasks[0], 30)).toContain("25 steps back");
    expect(findingOf(sampleResult({ lags: 1 }).tasks[0], 1)).toContain("1 step back");
  });

  it("put shares in words", () => {
    expect([-15.2, -3.34, -1.5, -0.2, 0, 0.6, 7.2].map(share)).toEqual([
      "1 part in 10¹⁵",
      "1 part in 2,200",
      "1 part in 32",
      "63 %",
      "100 %",
      "4-fold",
      "10⁷-fold",
    ]);
  });

  it("tell what has grown, what is zero and what is no number from what is kept", () => {
    const [task] = sampleResult({ tasks: ["text"], cells: ["lstm", "gru", "rnn"] }).tasks;
    const runs = task.runs.map((run) => ({
      ...run,
      probes: run.probes.map((probe) => {
        const { joint } = probe;
        const mean = joint.mean.map((value, lag) => (run.cell === "lstm" ? lag / 50 : lag < 50 ? value : null));
        return { ...probe, joint: { ...joint, mean, underflowLag: run.cell === "rnn" ? 50 : null } };
      }),
    }));
    expect(findingOf({ ...task, runs }, 100)).toBe(
      "After training, 50 steps back in time, the gradient of the LSTM has grown 10-fold, the GRU's is not a number and nothing of the RNN's is left (all states together).",
    );
  });
});

describe("findings of extreme results", () => {
  const [adding] = sampleResult({ tasks: ["adding"], cells: ["rnn", "lstm-fb1"] }).tasks;
  const changed = (change: (run: RunResult) => RunResult): TaskResult => ({ ...adding, runs: adding.runs.map(change) });
  const all = (task: TaskResult): string[] => [
    findingOf(task, 100),
    reachFinding(task, 100),
    learningFinding(task),
    rankFinding(task),
    gateFinding(task),
    timeScaleFinding(task),
  ];

  it("say that nothing was measured when nothing was", () => {
    expect(all(changed((run) => ({ ...run, probes: [], validation: [] })))).toEqual([
      "No gradient flow was measured.",
      "No gradient flow was measured.",
      "No cell was validated.",
      "No singular value was measured.",
      "No gates were measured.",
      "No gates were measured.",
    ]);
  });

  it("say who diverged, and show no number that is none, when all did after their first probe", () => {
    const lost = changed((run) => ({
      ...run,
      status: "diverged",
      divergedAt: 1,
      loss: [],
      probes: run.probes.slice(0, 1),
      validation: run.validation.slice(0, 1),
    }));
    expect(learningFinding(lost)).toMatch(/ Of the RNN and the LSTM \(forget bias 1\), runs diverged\.$/);
    for (const text of all(lost)) {
      expect(text).not.toMatch(/After training|NaN|undefined|Infinity|null/);
      expect(text).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("do not call a cell better than guessing that is not", () => {
    // Below guessing by 2 %, as a constant answer may be by chance.
    const behind = changed((run) => ({ ...run, validation: [{ step: 200, value: 0.1633 }] }));
    expect(learningFinding(behind)).toBe(
      "No cell is more than 5 % better than guessing (0.1667 mean squared error) after 200 training steps: the RNN 0.1633 and the LSTM (forget bias 1) 0.1633.",
    );
  });

  it("say infinite where gates never close, and at least where a gradient reaches beyond the last lag", () => {
    const open = changed((run) => ({
      ...run,
      probes: run.probes.map((probe) => ({
        ...probe,
        joint: { ...probe.joint, horizon: 100 },
        ...(probe.gates ? { gates: { ...probe.gates, timeScales: [null, null] } } : {}),
      })),
    }));
    expect(timeScaleFinding(open)).toBe(
      "After training, steps until the middle unit's gate has let its memory fade to 1/e: never for the LSTM (forget bias 1; its longest: never).",
    );
    expect(reachFinding(open, 100)).toContain("100 or more before training and 100 or more after for the RNN");
  });
});
