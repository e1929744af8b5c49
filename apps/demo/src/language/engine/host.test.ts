import { describe, expect, it } from "vitest";
import { loadTraining } from "../model/checkpoint.ts";
import { modelKinds } from "../model/spec.ts";
import { Training, type TrainingSettings } from "../model/training.ts";
import { corpusOf } from "../text.ts";
import { LanguageHost, passageLength } from "./host.ts";
import type { Report } from "./protocol.ts";

const text = "the whale and the sea, and the whale again; ".repeat(20);
const settings: TrainingSettings = { seed: 3, learningRate: 0.01, clip: 1, batch: 4, length: 16 };
const specs = modelKinds.map((kind) => ({ kind, embedding: 6, hidden: 8, context: 3 }));

/** A host whose turns come when they are asked for. */
function host() {
  const reports: Report[] = [];
  let turn: (() => void) | undefined;
  let clock = 0;
  const own = new LanguageHost({
    post: (report) => reports.push(report),
    soon: (next) => {
      turn = next;
    },
    // Every look at the clock is a millisecond later, so that a turn ends.
    now: () => clock++,
  });
  const turnOnce = () => {
    const next = turn;
    turn = undefined;
    next?.();
    return next !== undefined;
  };
  return {
    own,
    reports,
    turn: turnOnce,
    settle: () => {
      while (turnOnce());
    },
    open: (opening = 1) =>
      own.handle({ kind: "open", opening, lanes: specs.map((spec, lane) => ({ lane, spec })), settings, text }),
    of: <K extends Report["kind"]>(kind: K) =>
      reports.filter((report): report is Extract<Report, { kind: K }> => report.kind === kind),
  };
}

describe("LanguageHost", () => {
  it("opens all models, looks, and lets them write before anything trains", () => {
    const { own, open, of, turn } = host();
    own.handle({ kind: "read", text: "the whale" });
    open();
    expect(of("opened").map(({ lane, spec }) => [lane, spec.kind])).toEqual(modelKinds.map((kind, k) => [k, kind]));
    expect(of("looks").map(({ looks }) => looks.length)).toEqual([9, 9, 9, 9]);
    expect(of("writing").map(({ step, text }) => [step, text.length])).toEqual(Array(4).fill([0, passageLength]));
    expect(turn()).toBe(false);
  });

  it("gives the numbers of Training, whatever is written and looked at meanwhile", () => {
    const { own, open, of, settle } = host();
    open();
    own.handle({ kind: "read", text: "the sea" });
    own.handle({ kind: "step", count: 7 });
    settle();
    own.handle({ kind: "sampling", sampling: { temperature: 0.5, topK: 3, topP: 0.9 } });
    own.handle({ kind: "step", count: 8 });
    settle();
    const corpus = corpusOf(text);
    for (const [lane, spec] of specs.entries()) {
      const training = new Training({ ...spec, symbols: corpus.vocabulary.size }, settings, corpus);
      const results = of("steps").flatMap((report) => (report.lane === lane ? report.results : []));
      expect(results).toEqual(Array.from({ length: 15 }, () => training.advance()));
    }
  });

  it("pauses, and runs on", () => {
    const { own, open, of, turn, settle } = host();
    open();
    own.handle({ kind: "run" });
    turn();
    own.handle({ kind: "pause" });
    settle();
    const count = () => of("steps").flatMap(({ results }) => results).length;
    const before = count();
    expect(before).toBeGreaterThan(0);
    own.handle({ kind: "run" });
    turn();
    own.handle({ kind: "pause" });
    expect(count()).toBeGreaterThan(before);
  });

  it("saves a file that goes on with equal numbers, and takes it in place of a lane", () => {
    const { own, open, of, settle } = host();
    open();
    own.handle({ kind: "step", count: 5 });
    settle();
    own.handle({ kind: "save", lane: 2, ticket: 1 });
    const [{ bytes }] = of("saved");
    const training = loadTraining(bytes, text);
    own.handle({ kind: "step", count: 6 });
    settle();
    own.handle({ kind: "load", opening: 1, lane: 2, bytes, text, ticket: 2 });
    expect(of("opened").at(-1)).toMatchObject({ lane: 2, step: 5, loaded: true });
    own.handle({ kind: "step", count: 6 });
    settle();
    const results = of("steps").flatMap((report) => (report.lane === 2 ? report.results : []));
    const expected = Array.from({ length: 6 }, () => training.advance());
    expect(results.slice(5, 11)).toEqual(expected);
    expect(results.slice(11)).toEqual(expected);
  });

  it("refuses a broken file with what is wrong, and trains on", () => {
    const { own, open, of, settle } = host();
    open();
    own.handle({ kind: "load", opening: 1, lane: 1, bytes: new Uint8Array(5), text, ticket: 4 });
    expect(of("refused")).toEqual([{ kind: "refused", ticket: 4, message: expect.stringMatching(/deserialize: .*5/) }]);
    own.handle({ kind: "step", count: 3 });
    settle();
    expect(of("steps").flatMap((report) => (report.lane === 1 ? report.results : []))).toHaveLength(3);
  });

  it("tells that a lane diverged, and trains the others", () => {
    const { own, of, settle } = host();
    const wild = { ...settings, learningRate: 1e38, clip: null };
    own.handle({ kind: "open", opening: 1, lanes: [{ lane: 0, spec: specs[1] }], settings: wild, text });
    own.handle({ kind: "run" });
    settle();
    expect(of("steps").at(-1)?.results.at(-1)?.kind).toBe("diverged");
  });

  it("reads a text of two characters with emoji", () => {
    const { own, of, settle } = host();
    own.handle({ kind: "open", opening: 1, lanes: [{ lane: 0, spec: specs[3] }], settings, text: "😀א" });
    own.handle({ kind: "step", count: 30 });
    settle();
    expect(of("failed")).toEqual([]);
    expect(of("opened")[0].corpus).toMatchObject({ characters: 2, symbols: 2, uniformBits: 1, unigramBits: 1 });
  });
});
