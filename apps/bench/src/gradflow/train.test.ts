import { weightSpectrum } from "@unroll/gradflow";
import { Generator, mul } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { Collector } from "./collect.ts";
import { configOf } from "./config.ts";
import type { Job } from "./job.ts";
import { entryOf } from "./lineup.ts";
import { makeTask } from "./make-task.ts";
import { SequenceModel } from "./model.ts";
import { summarize } from "./summary.ts";
import { tokensOf } from "./tokens.ts";
import { type RunEvent, trainRun } from "./train.ts";

const config = { ...configOf({ quick: true, steps: 6, hidden: 8, length: 12 }), lags: 20, warmup: 4, probeBatch: 2 };
const text = tokensOf("a test", "the quick brown fox jumps over the lazy dog. ".repeat(60));
const events = (task: "text" | "adding", cell: string, seed = 1): RunEvent[] => [
  ...trainRun(makeTask(task, text, config, seed), cell, seed, config),
];

describe("trainRun", () => {
  it.each(["text", "adding"] as const)("trains on %s, with probes and validation from start to end", (task) => {
    const seen = events(task, "lstm");
    const steps = seen.filter((event) => event.kind === "step");
    const probes = seen.filter((event) => event.kind === "probe");
    expect(steps.map((event) => event.step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(probes.map((event) => event.probe.step)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(probes[0].probe.joint.mean).toHaveLength(config.lags + 1);
    expect(Object.keys(probes[0].probe.curves)).toEqual(["h", "c"]);
    expect(seen.filter((event) => event.kind === "validation").at(-1)?.step).toBe(6);
    expect(steps.every((event) => Number.isFinite(event.loss) && event.gradNorm > 0)).toBe(true);
  });

  it("reads gates at five moments, and takes singular values and the bound before and after training", () => {
    const probesOf = (cell: string) =>
      events("adding", cell).flatMap((event) => (event.kind === "probe" ? [event.probe] : []));
    const [lstm, rnn, equal] = ["lstm", "rnn", "gru-eq"].map(probesOf);
    const stepsWith = (probes: typeof lstm, part: "gates" | "spectrum" | "gain") =>
      probes.filter((probe) => probe[part] !== undefined).map(({ step }) => step);
    expect(stepsWith(lstm, "gates")).toEqual([0, 2, 4, 6]);
    expect(stepsWith(lstm, "spectrum")).toEqual([0, 6]);
    expect(stepsWith(lstm, "gain")).toEqual([]);
    expect(stepsWith(rnn, "gates")).toEqual([]);
    expect(stepsWith(rnn, "gain")).toEqual([0, 6]);
    expect(stepsWith(equal, "gates")).toEqual([0, 2, 4, 6]);
    expect(stepsWith(equal, "spectrum")).toEqual([]);
    const { gates, spectrum } = lstm[0];
    expect(Object.keys(gates?.shares ?? {})).toEqual(["i", "f", "o"]);
    for (const { histogram } of Object.values(gates?.shares ?? {}))
      expect(histogram.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
    expect(gates?.timeScales).toHaveLength(8);
    // h and c of 8 units; at lag 0 the Jacobian is the identity.
    expect(spectrum?.width).toBe(16);
    expect(spectrum?.log10[0]).toEqual(new Array(16).fill(0));
    expect(spectrum?.lags.at(-1)).toBeLessThanOrEqual(config.lags + config.warmup + 1);
  });

  it("bounds the decay of a simple recurrent cell by the largest singular value of its weight", () => {
    const [first] = events("adding", "rnn").flatMap((event) => (event.kind === "probe" ? [event.probe] : []));
    const { shape } = makeTask("adding", text, config, 1);
    const model = new SequenceModel(entryOf("rnn"), shape, 8, new Generator(1));
    const [largest] = weightSpectrum(model.recurrent.weight_hh_l0).singularValues;
    expect(first.gain).toBeCloseTo(largest, 10);
    for (const [lag, value] of first.joint.mean.entries())
      expect(value).toBeLessThanOrEqual((first.joint.mean[0] ?? 0) + lag * Math.log10(largest) + 1e-5);
  });

  it("learns the text", () => {
    const longer = { ...config, steps: { text: 60, adding: 1 }, probeEvery: 60, learningRate: 0.02 };
    const validation = [...trainRun(makeTask("text", text, longer, 1), "gru", 1, longer)].filter(
      (event) => event.kind === "validation",
    );
    expect(validation.at(-1)?.value).toBeLessThan((validation[0]?.value ?? 0) * 0.8);
  });

  it("repeats itself for the same seed, and differs for another", () => {
    expect(events("adding", "gru")).toEqual(events("adding", "gru"));
    expect(events("adding", "gru", 2)).not.toEqual(events("adding", "gru"));
  });

  it.each(["text", "adding"] as const)("shows every cell the same data on %s", (name) => {
    const seen = (cell: string) => {
      const task = makeTask(name, text, config, 3);
      const batches: number[][] = [];
      // What the layer reads is what the task drew, before any weight touches it.
      const spy = (model: SequenceModel) => {
        const run = model.run.bind(model);
        model.run = (x, state) => {
          batches.push(Array.from(x.data));
          return run(x, state);
        };
        return task.nextLoss(model);
      };
      for (const _ of trainRun({ ...task, nextLoss: spy }, cell, 3, config));
      return batches;
    };
    const batches = seen("rnn");
    expect(batches.length).toBeGreaterThan(config.steps[name] - 1);
    expect(seen("lstm")).toEqual(batches);
  });

  it.each([1, 6])(
    "says that a run diverged, also at its last step, when a step overflows the weights (%i steps)",
    (steps) => {
      const wild = { ...config, learningRate: 1e38, steps: { text: steps, adding: steps } };
      const seen = [...trainRun(makeTask("text", text, wild, 1), "rnn", 1, wild)];
      expect(seen.at(-1)).toEqual({ kind: "diverged", step: 1 });
      expect(seen.filter((event) => event.kind === "step")).toHaveLength(1);
      expect(seen.filter((event) => event.kind === "validation").every((event) => Number.isFinite(event.value))).toBe(
        true,
      );
    },
  );

  it("ends a run whose loss is no longer finite, with the step; what came before stays", () => {
    const task = makeTask("adding", text, config, 1);
    let calls = 0;
    const broken = {
      ...task,
      nextLoss: (...args: Parameters<typeof task.nextLoss>) =>
        ++calls < 4 ? task.nextLoss(...args) : mul(task.nextLoss(...args), Number.NaN),
    };
    const job: Job = { task: "adding", cell: "rnn", seed: 1, config, text };
    const collector = new Collector();
    collector.start(job);
    for (const event of trainRun(broken, "rnn", 1, config)) collector.add(job, event);
    collector.end(job);
    const [run] = collector.task(task, config).runs;
    expect(run.status).toBe("diverged");
    expect(run.divergedAt).toBe(4);
    expect(run.loss).toHaveLength(3);
    expect(summarize(collector.task(task, config))[0].note).toBe(
      `diverged at step 4, last finite loss ${run.loss[2].toPrecision(4)} (seed 1)`,
    );
  });
});

describe("equal parameters", () => {
  it.each(["rnn-eq", "gru-eq"])("%s has about as many parameters as the LSTM", (cell) => {
    const model = (key: string) => events("text", key).find((event) => event.kind === "model");
    const [own, lstm] = [model(cell), model("lstm")];
    expect(Math.abs((own?.parameters ?? 0) / (lstm?.parameters ?? 1) - 1)).toBeLessThan(0.1);
    expect(own?.hidden).toBeGreaterThan(lstm?.hidden ?? 0);
  });
});

describe("a text that is too short", () => {
  it("says how many characters are needed", () => {
    expect(() => makeTask("text", tokensOf("tiny.txt", "abc"), config, 1)).toThrow(
      /tiny\.txt has 3 characters; 16 streams of one 12-step window .* need/,
    );
  });
});
