import { describe, expect, it } from "vitest";
import { tokensOf } from "../gradflow/tokens.ts";
import { defaultLabConfig, type LabConfig } from "./config.ts";
import { type LabEvent, openLane } from "./run.ts";

const small: LabConfig = { ...defaultLabConfig, T: 20, H: 8, B: 4 };
const text = tokensOf("a test", "the quick brown fox jumps over the lazy dog. ".repeat(60));

function eventsOf(config: LabConfig, cell: string, steps: number): LabEvent[] {
  return [...openLane(config, cell, { steps, text }).events];
}

function probesOf(config: LabConfig, cell: string, steps: number) {
  return eventsOf(config, cell, steps).flatMap((event) => (event.kind === "probe" ? [event.probe] : []));
}

describe("openLane", () => {
  it.each(["adding", "copying", "temporal-order", "text"] as const)("trains and probes on %s", (task) => {
    const config = { ...small, task };
    const { facts } = openLane(config, "lstm", { text });
    const probes = probesOf(config, "lstm", facts.probeEvery);
    expect(probes.map(({ step }) => step)).toEqual([0, facts.probeEvery]);
    const [{ joint, states, gates, keep, look, sequences }] = probes;
    expect(sequences).toBe(0);
    expect(joint.mean).toHaveLength(facts.lags + 1);
    expect(joint.mean.every(Number.isFinite)).toBe(true);
    expect([...joint.zeros, ...joint.invalid].every((count) => count === 0)).toBe(true);
    expect(Object.keys(states)).toEqual(["h", "c"]);
    expect(Object.keys(gates)).toEqual(["i", "f", "o"]);
    expect(gates.f.histogram.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(keep?.timeScale).toHaveLength(small.H);
    expect(look.loss).toBeGreaterThan(0);
    expect(look.solved).toBe(false);
  });

  it("shows one held-out sequence and what the model says to it", () => {
    const [{ look }] = probesOf({ ...small, task: "copying" }, "gru", 0);
    const { example } = look;
    expect(example?.width).toBe(10);
    expect(example?.input).toHaveLength(10 * (20 + 20));
    expect(example?.target).toHaveLength(40);
    expect(example?.answer).toHaveLength(40);
    // Ten symbols, blanks, the marker, blanks; the symbols are asked for at the end.
    const symbolAt = (t: number) => example?.input.subarray(10 * t, 10 * (t + 1)).indexOf(1);
    expect(Array.from({ length: 10 }, (_, t) => symbolAt(t))).toEqual([...(example?.target.slice(30) ?? [])]);
  });

  it("goes on where it was left, and gives the same whoever takes it how", () => {
    const whole = eventsOf(small, "gru", 12);
    const { events } = openLane(small, "gru");
    const taken: LabEvent[] = [];
    // A run that has an end is probed there once more.
    for (const event of whole.slice(0, -1)) {
      expect(events.next().value).toEqual(event);
      taken.push(event);
    }
    expect(taken.at(-1)).toMatchObject({ kind: "step", step: 12 });
  });

  it("gives all cells of a seed the same sequences, and another seed others", () => {
    const losses = (config: LabConfig) =>
      eventsOf(config, "rnn", 3).flatMap((event) => (event.kind === "step" ? [event.loss] : []));
    expect(losses(small)).toEqual(losses({ ...small, cells: ["gru"] }));
    expect(losses({ ...small, seed: 2 })).not.toEqual(losses(small));
  });

  it.each([0, 1, 2.5, 3])("keeps the product of its forget gates where no gate sees anything: bias %f", (bias) => {
    const [{ joint, keep }] = probesOf({ ...small, T: 100 }, `lstm-w0-fb${bias}`, 0);
    const timeScale = 1 / Math.log1p(Math.exp(-bias));
    expect(joint.fit?.halfLife).toBeCloseTo(Math.LN2 * timeScale, 3);
    expect(joint.fit?.r2).toBeCloseTo(1, 6);
    expect(keep?.timeScale[0]).toBeCloseTo(timeScale, 4);
  });

  it("passes a gradient on unchanged through an orthogonal net at rest", () => {
    const [{ joint }] = probesOf({ ...small, probe: "silence" }, "rnn-orthogonal-b0", 0);
    expect(Math.max(...joint.mean.map(Math.abs))).toBeLessThan(1e-5);
  });

  it("reads gates at every fourth probe, and repeats them in between", () => {
    const { probeEvery } = openLane(small, "gru").facts;
    const probes = probesOf(small, "gru", 5 * probeEvery);
    expect(probes.map(({ readAt }) => readAt / probeEvery)).toEqual([0, 0, 0, 0, 4, 4]);
    expect(probes[3].gates).toEqual(probes[0].gates);
    expect(probes[3].gates.z.histogram.buffer).not.toBe(probes[0].gates.z.histogram.buffer);
    expect(probes[4].keep?.timeScale).not.toEqual(probes[0].keep?.timeScale);
  });

  it("bounds what a step of a simple cell can multiply by", () => {
    expect(probesOf(small, "rnn-latch1.25", 0)[0].gain).toBeCloseTo(1.25, 6);
    expect(probesOf(small, "gru", 0)[0].gain).toBeNull();
  });

  it("tells exact zeros from numbers", () => {
    const [{ joint }] = probesOf(small, "rnn-w0", 0);
    expect(joint.zeros[0]).toBe(0);
    expect(joint.zeros[1]).toBe(8);
    expect(joint.mean[1]).toBe(Number.NEGATIVE_INFINITY);
    expect(joint.fit).toBeNull();
  });

  it("says at which step a run diverged, and shows what is left", () => {
    const events = eventsOf({ ...small, lr: 1e9, clip: null }, "relu", 50);
    const last = events.at(-1);
    expect(last?.kind).toBe("diverged");
    const before = events.at(-2);
    expect(before?.kind).toBe("probe");
    expect(before?.kind === "probe" && Number.isFinite(before.probe.look.loss)).toBe(false);
  });

  it("says that a text is missing", () => {
    expect(() => openLane({ ...small, task: "text" }, "rnn")).toThrow("the task text needs a text");
  });
});
