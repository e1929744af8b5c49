import { describe, expect, it } from "vitest";
import { Collector } from "./collect.ts";
import { configOf } from "./config.ts";
import type { Job } from "./job.ts";
import { makeTask } from "./make-task.ts";
import { summarize } from "./summary.ts";
import { tokensOf } from "./tokens.ts";

const config = configOf({ task: "adding", cells: "rnn,gru" });
const text = tokensOf("", "");
const task = makeTask("adding", text, config, 1);
const job = (cell: string): Job => ({ task: "adding", cell, seed: 1, config, text });

describe("Collector", () => {
  it("names a run that failed before it had a model, and leaves out one that was stopped then", () => {
    const collector = new Collector();
    const [rnn, gru] = [job("rnn"), job("gru")];
    collector.start(gru);
    collector.start(rnn);
    collector.fail(gru, "broken");
    const result = collector.task(task, config);
    expect(result.runs.map(({ cell, status }) => [cell, status])).toEqual([["gru", "failed"]]);
    expect(summarize(result)[0].note).toBe("failed after step 0: broken (seed 1)");
    expect(collector.failed).toBe(true);
  });
});
