import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { deserialize, SafetensorsError, serialize } from "@unroll/safetensors";
import { loadFile } from "@unroll/safetensors/node";
import { describe, expect, it } from "vitest";
import { corpusOf } from "../text.ts";
import { CheckpointError, loadTraining, saveTraining } from "./checkpoint.ts";
import { type ModelKind, modelKinds } from "./spec.ts";
import { Training, type TrainingSettings } from "./training.ts";

const text = "call me ishmael. some years ago, never mind how long precisely 😀 ".repeat(8);
const settings: TrainingSettings = { seed: 5, learningRate: 0.01, clip: 1, batch: 3, length: 12 };

function trained(kind: ModelKind, steps: number): Training {
  const corpus = corpusOf(text);
  const spec = { kind, symbols: corpus.vocabulary.size, embedding: 6, hidden: 10, context: 3 };
  const training = new Training(spec, settings, corpus);
  for (let k = 0; k < steps; k++) training.advance();
  return training;
}

describe.each(modelKinds)("a saved %s", (kind) => {
  // 16 steps end inside of the second pass.
  it.each([0, 7, 16])("goes on with equal numbers after %i steps", (steps) => {
    const training = trained(kind, steps);
    const loaded = loadTraining(saveTraining(training), text);
    expect(loaded.step).toBe(steps);
    for (let k = 0; k < 20; k++) expect(loaded.advance()).toEqual(training.advance());
    expect(loaded.look("call me")).toEqual(training.look("call me"));
  });

  it("is written to equal bytes", () => {
    const bytes = saveTraining(trained(kind, 5));
    expect(saveTraining(loadTraining(bytes, text))).toEqual(bytes);
  });

  it("opens on another text, from its start, without the characters that it does not know", () => {
    const training = trained(kind, 7);
    const loaded = loadTraining(saveTraining(training), "come all ye, ZZZ, and sail some years");
    expect(loaded.corpus.facts.leftOut).toBe(3);
    expect(loaded.look("call")).toEqual(training.look("call"));
    expect(loaded.advance().kind).toBe("step");
  });
});

describe("the file", () => {
  it("holds PyTorch's names and shapes, and is read in Node", async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "unroll-demo-")), "lstm.safetensors");
    writeFileSync(file, saveTraining(trained("lstm", 3)));
    const { tensors, metadata } = await loadFile(file);
    const own = Object.entries(tensors).filter(([name]) => !name.startsWith("training."));
    const symbols = (JSON.parse(metadata.vocabulary) as string[]).length;
    expect(Object.fromEntries(own.map(([name, { shape }]) => [name, shape]))).toEqual({
      "embedding.weight": [symbols, 6],
      "recurrent.weight_ih_l0": [40, 6],
      "recurrent.weight_hh_l0": [40, 10],
      "recurrent.bias_ih_l0": [40],
      "recurrent.bias_hh_l0": [40],
      "output.weight": [symbols, 10],
      "output.bias": [symbols],
    });
    expect(JSON.parse(metadata.unroll)).toMatchObject({ version: 1, step: 3, spec: { kind: "lstm", hidden: 10 } });
  });

  it("is refused with what is wrong", () => {
    const bytes = saveTraining(trained("gru", 2));
    expect(() => loadTraining(bytes.subarray(0, 50), text)).toThrow(SafetensorsError);
    expect(() => loadTraining(new TextEncoder().encode("<!doctype html>"), text)).toThrow(SafetensorsError);
    const { tensors, metadata } = deserialize(bytes);
    const again = (changed: Record<string, string>, names = Object.keys(tensors)) =>
      serialize(Object.fromEntries(names.map((name) => [name, tensors[name]])), changed);
    expect(() => loadTraining(again({}), text)).toThrow(
      new CheckpointError('the file\'s metadata has no "unroll": it was not saved by this page'),
    );
    expect(() => loadTraining(again({ ...metadata, unroll: "{" }), text)).toThrow(/no JSON/);
    const config = JSON.parse(metadata.unroll);
    const withConfig = (changes: object) => again({ ...metadata, unroll: JSON.stringify({ ...config, ...changes }) });
    expect(() => loadTraining(withConfig({ version: 2 }), text)).toThrow(/expected a model of version 1, got 2/);
    expect(() => loadTraining(withConfig({ spec: { ...config.spec, hidden: -1 } }), text)).toThrow(/hidden .*got -1/);
    expect(() => loadTraining(withConfig({ spec: { ...config.spec, hidden: 11 } }), text)).toThrow(
      /mismatched|expected/,
    );
    expect(() => loadTraining(again({ ...metadata, vocabulary: '["a"]' }), text)).toThrow(/vocabulary of \d+ symbols/);
    const without = Object.keys(tensors).filter((name) => name !== "output.bias");
    expect(() => loadTraining(again(metadata, without), text)).toThrow(/missing: output.bias/);
    const short = Object.keys(tensors).filter((name) => name !== "training.expAvg.output.bias");
    expect(() => loadTraining(again(metadata, short), text)).toThrow(/lacks training.expAvg.output.bias/);
    expect(() => loadTraining(bytes, "ЖЖЖЖ")).toThrow(/knows 0 of the text/);
  });
});
