import { Generator } from "@unroll/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { onnxModel, readOnnxModel } from "../../../peers/onnx-model.mjs";
import { checkEqual } from "./compare-results.ts";
import { modelJob, sequenceJob } from "./job.ts";
import { findPeer, peers } from "./lineup.ts";
import { Peers } from "./peers.ts";
import { unrollWork } from "./unroll-work.ts";

// Distinct weights and more than two steps: wrong gate orders would pass otherwise.
const size = { B: 3, T: 5, I: 4, H: 6 };
const started = new Peers();

afterAll(() => started.stop());

/** @param {import("./protocol.ts").Job} job */
async function own(job) {
  const work = unrollWork(job);
  const result = await work.result(await work.run());
  return Object.fromEntries(Object.entries(result).map(([name, values]) => [name, Float32Array.from(values)]));
}

// Python may be missing anywhere; who needs it is told by `bench speed`.
const here = peers.filter((peer) => peer.package !== undefined || "command" in findPeer(peer));

const cells = ["rnn", "lstm", "gru", "gru-before"];
const resets = { gru: "before", "gru-before": "after" };

describe.each(here)("$name", (peer) => {
  const able = cells.filter((cell) => peer.resets !== resets[cell]);

  it.each(able)("computes the same outputs of a %s", async (cell) => {
    const job = sequenceJob("infer", cell, size, new Generator(4));
    const { process } = await started.get(peer);
    const { result, differs } = await process.prepare("test", job, 60);
    if (peer.name === "brain.js") expect(differs).toBe("another cell");
    else checkEqual(job, await own(job), result);
    expect(await process.time("test", 2, 60)).toBeGreaterThan(0);
  });

  it.each(peer.trains ? able : [])("computes the same gradients of a %s", async (cell) => {
    const job = sequenceJob("train", cell, size, new Generator(4));
    const { process } = await started.get(peer);
    const { result, differs } = await process.prepare("test", job, 60);
    if (peer.name === "brain.js") expect(differs).toBe("another cell");
    else checkEqual(job, await own(job), result);
    await process.time("test", 2, 60);
    await process.drop("test");
  });

  it("says what it cannot", async () => {
    const { process } = await started.get(peer);
    const job = peer.trains
      ? { ...sequenceJob("train", "lstm", size, new Generator(4)), cell: "qrnn" }
      : sequenceJob("train", "lstm", size, new Generator(4));
    await expect(process.prepare("test", job, 60)).rejects.toThrow(/such cell|does not train|only|not written/);
  });
});

describe.each(here.filter(({ name }) => ["PyTorch", "tfjs wasm", "tfjs cpu"].includes(name)))("$name", (peer) => {
  it("has the same loss of a language model", async () => {
    const job = modelJob(9, size, new Generator(4));
    const { process } = await started.get(peer);
    checkEqual(job, await own(job), (await process.prepare("model", job, 60)).result);
  });
});

describe("onnxModel", () => {
  const job = sequenceJob("infer", "lstm", { B: 2, T: 3, I: 4, H: 1 }, new Generator(4));
  const { arrays } = job;
  const bytes = onnxModel(job);

  it("is one LSTM with its weights in ONNX' order of gates: i, o, f, c", () => {
    const { graph, opsetImport, irVersion } = readOnnxModel(bytes);
    expect([irVersion, opsetImport]).toEqual([8, [{ domain: "", version: 14 }]]);
    const [node] = graph.node;
    expect(node).toMatchObject({ opType: "LSTM", input: ["x", "w", "r", "b", "", "h", "c"], output: ["y"] });
    expect(node.attribute).toEqual([{ name: "hidden_size", type: 2, i: 1 }]);
    const floats = ({ rawData }) => [...new Float32Array(Uint8Array.from(rawData).buffer)];
    const [w, r, b] = graph.initializer;
    expect([w, r, b].map(({ dims }) => dims)).toEqual([
      [1, 4, 4],
      [1, 4, 1],
      [1, 8],
    ]);
    const row = (k) => [...arrays.weight_ih.data.subarray(4 * k, 4 * k + 4)];
    expect(floats(w)).toEqual([...row(0), ...row(3), ...row(1), ...row(2)]);
    const [ih, hh] = [arrays.bias_ih.data, arrays.bias_hh.data];
    expect(floats(b)).toEqual([ih[0], ih[3], ih[1], ih[2], hh[0], hh[3], hh[1], hh[2]]);
  });

  it("is written as protobuf: the fields of ModelProto, each with its length", () => {
    // ir_version = 8; producer_name, 12 bytes long; then the graph.
    expect([...bytes.subarray(0, 4)]).toEqual([0x08, 8, 0x12, 12]);
    expect(bytes[16]).toBe((7 << 3) | 2);
    // Last, opset_import of 4 bytes: domain "" and version 14.
    expect([...bytes.subarray(-6)]).toEqual([(8 << 3) | 2, 4, 0x0a, 0, 0x10, 14]);
  });

  it("multiplies by the reset gate after the product where asked", () => {
    const after = (cell) =>
      readOnnxModel(onnxModel(sequenceJob("infer", cell, size, new Generator(4)))).graph.node[0].attribute.find(
        ({ name }) => name === "linear_before_reset",
      ).i;
    expect([after("gru"), after("gru-before")]).toEqual([1, 0]);
  });
});
