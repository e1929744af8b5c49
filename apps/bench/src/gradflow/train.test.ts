import { mul } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { Collector } from "./collect.ts";
import { configOf } from "./config.ts";
import type { Job } from "./job.ts";
import { makeTask } from "./make-task.ts";
import { type RunEvent, trainRun } from "./train.ts";

const config = { ...configOf({ quick: true, steps: 6, hidden: 8, length: 12 }), lags: 20, warmup: 4, probeBatch: 2 };
const text = { name: "a test", text: "the quick brown fox jumps over the lazy dog. ".repeat(60) };
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

  it("shows every cell the same data", () => {
    const task = () => makeTask("adding", text, config, 3);
    const probed = (cell: string) => [...trainRun(task(), cell, 3, config)].find((event) => event.kind === "model");
    expect(probed("rnn-eq")).not.toEqual(probed("rnn"));
  });

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
    expect(() => makeTask("text", { name: "tiny.txt", text: "abc" }, config, 1)).toThrow(
      /tiny\.txt has 3 characters; 16 streams of one 12-step window .* need/,
    );
  });
});
