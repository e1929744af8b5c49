import { tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { plainSampling } from "../sampling.ts";
import { corpusOf } from "../text.ts";
import { makeModel } from "./char-model.ts";
import { type ModelKind, type ModelSpec, modelKinds } from "./spec.ts";
import { Training, type TrainingSettings } from "./training.ts";

const corpus = corpusOf("the whale and the sea, and the whale again; ".repeat(20));
const settings: TrainingSettings = { seed: 3, learningRate: 0.01, clip: 1, batch: 4, length: 16 };

function spec(kind: ModelKind, changes: Partial<ModelSpec> = {}): ModelSpec {
  return { kind, symbols: corpus.vocabulary.size, embedding: 8, hidden: 24, context: 4, ...changes };
}

describe.each(modelKinds)("Training of %s", (kind) => {
  it("starts near log2 V and learns to beat the entropy of single characters", () => {
    const training = new Training(spec(kind), settings, corpus);
    const bits = Array.from({ length: 120 }, () => training.advance()).map((result) =>
      result.kind === "step" ? result.bits : Number.NaN,
    );
    expect(bits[0]).toBeGreaterThan(0.8 * corpus.facts.uniformBits);
    expect(bits[119]).toBeLessThan(0.5 * corpus.facts.unigramBits);
  });

  it("gives the same numbers with the same seed, also where text is written meanwhile", () => {
    const [a, b] = [0, 1].map(() => new Training(spec(kind), settings, corpus));
    const writing = b.write("the ", () => plainSampling, 1);
    for (let k = 0; k < 5; k++) {
      writing.next();
      b.look("the whale");
      expect(b.advance()).toEqual(a.advance());
    }
  });

  it("expects behind each character what it would draw from, without looking ahead", () => {
    const training = new Training(spec(kind), settings, corpus);
    for (let k = 0; k < 30; k++) training.advance();
    const looks = training.look("the whale");
    expect(looks).toHaveLength(9);
    expect(training.look("the wolf").slice(0, 4)).toEqual(
      looks.slice(0, 4).map((look) => ({ ...look, next: expect.any(Number) })),
    );
    const [{ symbol }] = looks[8]?.top ?? [{ symbol: "" }];
    const { value } = training.write("the whale", () => ({ ...plainSampling, temperature: 0 }), 1).next();
    expect(value).toBe(symbol);
    expect(looks[8]?.next).toBeNull();
  });

  it("passes over characters that it does not know", () => {
    const training = new Training(spec(kind), settings, corpus);
    expect(training.look("t😀h").map((look) => look === null)).toEqual([false, true, false]);
    expect(training.look("😀")).toEqual([null]);
  });

  it("says that it diverged where the learning rate explodes, and takes no further step", () => {
    const training = new Training(spec(kind), { ...settings, learningRate: 1e38, clip: null }, corpus);
    let result = training.advance();
    for (let k = 0; k < 10 && result.kind === "step"; k++) result = training.advance();
    expect(result.kind).toBe("diverged");
    expect(training.ended).toBe(true);
  });

  it("reads a text of two characters", () => {
    const two = corpusOf("ab");
    const training = new Training(spec(kind, { symbols: 2 }), settings, two);
    for (let k = 0; k < 100; k++) training.advance();
    expect(training.look("a")[0]?.top[0]).toMatchObject({ symbol: "b" });
  });
});

describe("WindowModel", () => {
  const column = (ids: number[]) => tensor(Int32Array.from(ids), { shape: [ids.length, 1] });
  const hidden = 24;

  it("sees exactly the last n characters", () => {
    const model = makeModel(spec("nplm", { context: 3 }), 1);
    const lastOf = (ids: number[]) => model.run(column(ids), undefined).features.data.slice(-hidden);
    expect(lastOf([5, 1, 2, 3])).toEqual(lastOf([7, 7, 1, 2, 3]));
    expect(lastOf([5, 1, 2, 3])).not.toEqual(lastOf([5, 0, 2, 3]));
  });

  it("carries the window over from piece to piece", () => {
    const model = makeModel(spec("nplm", { context: 3 }), 1);
    const whole = model.run(column([5, 1, 2, 3]), undefined).features.data;
    const first = model.run(column([5, 1]), undefined);
    const second = model.run(column([2, 3]), first.state);
    expect([...first.features.data, ...second.features.data]).toEqual([...whole]);
  });
});
