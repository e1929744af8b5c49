import { Generator } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { checkEqual } from "./compare-results.ts";
import { type CellName, modelJob, sequenceJob } from "./job.ts";
import type { Job } from "./protocol.ts";
import { unrollWork } from "./unroll-work.ts";
import { userCells } from "./user-cells.ts";

const size = { B: 3, T: 6, I: 4, H: 5 };

async function resultOf(job: Job): Promise<Record<string, Float32Array>> {
  const work = unrollWork(job);
  const result = await work.result(await work.run());
  return Object.fromEntries(Object.entries(result).map(([name, values]) => [name, Float32Array.from(values)]));
}

function lstmOf(cell: string, gates: number): Job {
  const job = sequenceJob("train", "lstm", size, new Generator(3));
  const cut = Object.entries(job.arrays).map(([name, { shape, data }]) =>
    /^(weight|bias)/.test(name)
      ? [name, { shape: [gates * size.H, ...shape.slice(1)], data: data.slice(0, (data.length / 4) * gates) }]
      : [name, { shape, data }],
  );
  return { ...job, cell, arrays: Object.fromEntries(cut) };
}

describe("unrollWork", () => {
  it.each(["rnn", "lstm", "gru", "gru-before"] as const)(
    "trains and infers a %s, compiled as by plain ops",
    async (cell: CellName) => {
      const job = sequenceJob("train", cell, size, new Generator(2));
      const compiled = await resultOf(job);
      checkEqual(job, await resultOf({ ...job, compile: false }), compiled);
      const inferred = await resultOf({ ...job, kind: "infer" });
      checkEqual({ ...job, kind: "infer" }, { output: compiled.output }, inferred);
    },
  );

  it("gives the same gradients where norms are tapped, and none of the forward pass alone", async () => {
    const job = sequenceJob("train", "lstm", size, new Generator(2));
    checkEqual(job, await resultOf(job), await resultOf({ ...job, pass: "tapped" }));
    expect(Object.keys(await resultOf({ ...job, pass: "forward" }))).toEqual(["output"]);
    await expect(resultOf({ ...job, pass: "tapped", compile: false })).rejects.toThrow("left no adjoints");
  });

  it("gives the same gradients in every call", async () => {
    const work = unrollWork(sequenceJob("train", "lstm", size, new Generator(2)));
    const first = await work.result(await work.run());
    const before = Array.from(first.weight_hh);
    expect(Array.from((await work.result(await work.run())).weight_hh)).toEqual(before);
  });

  it.each(Object.entries(userCells))("trains a user's cell: %s", async (cell, { gates }) => {
    const job = lstmOf(cell, gates);
    const [compiled, plain] = [await resultOf(job), await resultOf({ ...job, compile: false })];
    expect(Object.keys(compiled).sort()).toEqual(Object.keys(plain).sort());
    checkEqual({ kind: "infer", cell: "lstm" }, plain, compiled);
  });

  it("computes the LSTM where x and h are joined", async () => {
    const { output, h, c } = await resultOf(lstmOf("concat([x, h])", 4));
    checkEqual({ kind: "infer", cell: "lstm" }, await resultOf(lstmOf("lstm", 4)), { output, h, c });
  });

  it("trains a language model: the loss falls from about log V", async () => {
    const { loss, next } = await resultOf({ ...modelJob(7, size, new Generator(2)), lr: 0.01 });
    expect(loss[0]).toBeCloseTo(Math.log(7), 0);
    expect(next[0]).toBeLessThan(loss[0]);
  });

  it("names what it cannot", () => {
    expect(() => unrollWork(lstmOf("qrnn", 4))).toThrow("there is no cell qrnn");
  });
});
