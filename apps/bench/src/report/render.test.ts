import { describe, expect, it } from "vitest";
import type { BenchResult, Curve, RunResult } from "../gradflow/result.ts";
import { summarize, tableLags } from "../gradflow/summary.ts";
import { fixed, grouped, halfLifeText, significant } from "./format.ts";
import { renderReport } from "./render.ts";
import { sampleResult } from "./sample-result.ts";

const sample = sampleResult({ seeds: [1, 2, 3] });
const html = renderReport(sample);

function changed(change: (run: RunResult) => RunResult, result: BenchResult = sampleResult()): BenchResult {
  return { ...result, tasks: result.tasks.map((task) => ({ ...task, runs: task.runs.map(change) })) };
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

/** The report of a broken or empty result: still whole, and nothing in it that no reader should see. */
function check(result: BenchResult): string {
  const text = renderReport(result);
  expect(text.endsWith("</html>\n")).toBe(true);
  expect(count(text, /<svg/g)).toBe(count(text, /<\/svg>/g));
  expect(text.replaceAll(/base64,[\w+/=]+/g, "").match(/.{30}(NaN|undefined|Infinity|\[object)/)).toBeNull();
  return text;
}

describe("renderReport", () => {
  it("has a language, a title, a section for each task and one about the run", () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain("<title>How far gradients flow back: RNN, LSTM and GRU</title>");
    expect([...html.matchAll(/<h2 id="(\w+)"/g)].map((match) => match[1])).toEqual(["text", "adding", "about"]);
    expect(html.match(/<section[^>]*>/g)).toHaveLength(3);
  });

  it("describes every chart to those who do not see it", () => {
    // For each task: two panels for h, all states and c, theory of four cells, six heatmaps, two fans of four cells, gates of
    // two LSTMs and a GRU, their time scales, and the losses.
    const charts = 2 * (2 * 3 + 4 + 6 + 2 * 4 + (3 + 3 + 2) + 1 + 1);
    expect(count(html, /<svg viewBox="[^"]+" role="img" aria-label="[^"]{20,}">/g)).toBe(charts);
    expect(count(html, /<svg/g)).toBe(charts);
  });

  it("says over each figure what it shows, and has a table with its numbers behind it", () => {
    const figures = [...html.matchAll(/<p class="finding">([^<]+)<\/p>\n<figure>(.*?)<\/figure>/gs)];
    // All states, theory, heatmaps, fans, gates, time scales, losses, h and c.
    expect(figures).toHaveLength(2 * 9);
    expect(count(html, /<figure>/g)).toBe(2 * 9);
    for (const [, finding, figure] of figures) {
      expect(finding).toMatch(/^[A-Z].{30,}\.$/);
      expect(figure).toMatch(
        /<details class="data"><summary>[^<]+<\/summary>.*<table><caption>[^<]+<\/caption><thead><tr>.*<th scope="col">.*<th scope="row">/s,
      );
    }
  });

  it("asks nothing of a network and runs no script", () => {
    const read = html.replaceAll(/data:image\/png;base64,[\w+/=]+/g, "");
    expect(read.match(/https?:|\/\/|@import|<script|<link|<iframe|\bon\w+=/i)).toBeNull();
    for (const [, address] of html.matchAll(/\b(?:src|href)="([^"]*)"/g)) {
      if (address.startsWith("#")) expect(html).toContain(` id="${address.slice(1)}"`);
      else expect(address.startsWith("data:image/png;base64,")).toBe(true);
    }
    for (const [, address] of html.matchAll(/url\(([^)]*)\)/g)) expect(address.startsWith("#")).toBe(true);
  });

  it("gives every element that others refer to a name of its own", () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(id);
  });

  it("is the same text for the same result", () => {
    expect(renderReport(sample) === html).toBe(true);
  });

  it("stays below a megabyte, however many seeds", () => {
    expect(html.length).toBeLessThan(1e6);
    expect(renderReport(sampleResult({ seeds: [1, 2, 3, 4, 5], steps: 400, probes: 41 })).length).toBeLessThan(1e6);
  });

  it("shows the summary's numbers, and no others, in its tables", () => {
    const tables = html.replaceAll(/<details.*?<\/details>/gs, "");
    const rows = [...tables.matchAll(/<tr><th scope="row"[^>]*>.*?<\/th>(.*?)<\/tr>/g)].map(([, cells]) =>
      [...cells.matchAll(/<td>(.*?)<\/td>/g)].map(([, text]) => text.replace(/<small.*/, "")),
    );
    const expected = sample.tasks.flatMap((task) =>
      (["trained", "initial"] as const).flatMap((moment) =>
        summarize(task).map((row) => {
          const flow = row[moment];
          if (flow === undefined) throw new Error("the sample has both moments");
          return [
            grouped(row.hidden),
            grouped(row.parameters),
            moment === "trained" ? fixed(row.validation, (row.validation ?? 0) < 1 ? 4 : 3) : "",
            ...tableLags.map((lag) => fixed(flow.logs[lag], 1)),
            significant(flow.decayPerStep, 3),
            halfLifeText(flow),
            fixed(flow.r2, 3),
            fixed(flow.horizon, 0),
          ];
        }),
      ),
    );
    expect(rows).toEqual(expected);
  });

  it("says what the curves say, in one sentence", () => {
    expect(html).toMatch(
      /<p class="finding">After training, 50 steps back in time, the LSTM \(forget bias 1\) keeps 1 part in /,
    );
  });

  it("lists settings, seeds, machine, definitions and sources", () => {
    for (const part of [
      "1, 2, 3",
      "Made-up CPU",
      "Node 20.20.0",
      "every 10 steps",
      "Hochreiter",
      "Pascanu",
      "Cho et al.",
      "Bengio",
    ])
      expect(html).toContain(part);
  });

  it("escapes every string of a result", () => {
    const bad = `<b a="1" b='2'>&{x|y}`;
    const result = changed((run) => ({ ...run, label: bad, describe: bad, cell: `rnn${bad}`, status: "stopped" }));
    const text = check({
      ...result,
      startedAt: bad,
      environment: { ...result.environment, cpu: bad, platform: bad, arch: bad, node: bad, unroll: bad },
      config: { ...result.config, cells: [bad], data: bad },
      tasks: result.tasks.map((task) => ({
        ...task,
        description: bad,
        metric: bad,
        baseline: { ...task.baseline, formula: bad },
      })),
    });
    expect(text.indexOf("<b a=")).toBe(-1);
    expect(text.indexOf("b='2'")).toBe(-1);
    expect(text).toContain("&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;{x|y}");
  });
});

describe("renderReport with little to show", () => {
  it("says so without tasks", () => {
    expect(check(sampleResult({ tasks: [] }))).toContain("No task was run.");
  });

  it("says so without runs", () => {
    const result = sampleResult({ tasks: ["text"] });
    const text = check({ ...result, complete: false, tasks: result.tasks.map((task) => ({ ...task, runs: [] })) });
    expect(text).toContain("No gradient flow was measured.");
    expect(text).toContain("stopped before its end");
  });

  it("takes one probe, before training", () => {
    const text = check(sampleResult({ tasks: ["adding"], probes: 1 }));
    expect(text).toContain("Before training, 50 steps back in time");
    expect(count(text, /nothing was measured/g)).toBe(3);
  });

  it("takes runs that stopped before their first probe", () => {
    const empty = changed((run) => ({ ...run, status: "stopped", loss: [], gradNorm: [], validation: [], probes: [] }));
    const text = check({ ...empty, complete: false });
    expect(text).toContain("No gradient flow was measured.");
    expect(text).toContain("no training step was made");
    expect(text).toContain("stopped after step 0 (seed 1)");
  });

  it("takes curves without a single number", () => {
    const nothing: Curve = {
      mean: new Array(101).fill(null),
      p10: new Array(101).fill(null),
      p90: new Array(101).fill(null),
      decayPerStep: null,
      halfLife: null,
      r2: null,
      horizon: null,
      underflowLag: null,
    };
    const text = check(
      changed((run) => ({
        ...run,
        probes: run.probes.map(({ step }) => ({ step, curves: { h: nothing }, joint: nothing })),
        loss: run.loss.map(() => Number.NaN),
        validation: [],
      })),
    );
    expect(text).toContain("No gradient flow was measured.");
  });

  it("marks a run that diverged with its step", () => {
    const text = check(
      changed((run) =>
        run.cell === "rnn"
          ? {
              ...run,
              status: "diverged",
              divergedAt: 3,
              loss: run.loss.slice(0, 2),
              gradNorm: run.gradNorm.slice(0, 2),
              validation: run.validation.slice(0, 1),
              probes: run.probes.slice(0, 1),
            }
          : run,
      ),
    );
    expect(text).toMatch(/<small class="warn">diverged at step 3, last finite loss \d\.\d+ \(seed 1\)<\/small>/);
  });

  it("names the step of each number when runs were stopped at different steps", () => {
    const text = check(
      changed((run) => (run.cell === "rnn" ? { ...run, status: "stopped", probes: run.probes.slice(0, 5) } : run)),
    );
    expect(text).toContain('<small class="warn">validation at step 200, gradients at step 40</small>');
    expect(count(text, /validation at step/g)).toBe(2);
    expect(text).toContain("After training (steps 40 to 200)");
    expect(html).toContain("After training (step 200)");
    expect(html).not.toContain("validation at step");
  });

  it("says what guessing reaches, and who is not better", () => {
    expect(html).toContain(
      "Guessing (always answering 1) reaches 0.1667 mean squared error on the same data. Not more than 5 % better: RNN; RNN, parameters of the LSTM.",
    );
    const none = check(
      changed((run) => ({ ...run, validation: run.validation.map(({ step }) => ({ step, value: 9 })) })),
    );
    expect(count(none, /No cell is more than 5 % better after 200 steps of training\./g)).toBe(2);
  });

  it("marks a decay that is not exponential", () => {
    const text = check(
      changed((run) => ({
        ...run,
        probes: run.probes.map(({ step, joint }) => ({ step, curves: { h: { ...joint, r2: 0.5 } }, joint })),
      })),
    );
    expect(text).toContain('0.500<small class="warn">not exponential</small>');
  });
});
