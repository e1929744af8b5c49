import type { ProbeRecord } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { mostProbes, ProbeHistory } from "./probe-history.ts";

const probe = (step: number) => ({ step }) as ProbeRecord;

function filled(count: number, every = 10): ProbeHistory {
  const history = new ProbeHistory();
  for (let k = 0; k < count; k++) history.push(probe(k * every));
  return history;
}

const stepsOf = ({ records }: ProbeHistory) => records.map(({ step }) => step);

describe("ProbeHistory", () => {
  it("keeps all probes while there is room", () => {
    expect(stepsOf(filled(mostProbes))).toEqual(Array.from({ length: mostProbes }, (_, k) => 10 * k));
  });

  it("halves what is full, and from then on takes every other one", () => {
    const history = filled(mostProbes + 1);
    expect(history.stride).toBe(2);
    expect(stepsOf(history)).toEqual(Array.from({ length: mostProbes / 2 + 1 }, (_, k) => 20 * k));
    history.push(probe(10 * (mostProbes + 1)));
    history.push(probe(10 * (mostProbes + 2)));
    expect(stepsOf(history).slice(-2)).toEqual([10 * mostProbes, 10 * (mostProbes + 2)]);
  });

  it("stays evenly spread and bounded over any length", () => {
    const history = filled(20_000);
    const steps = stepsOf(history);
    expect(steps.length).toBeLessThanOrEqual(mostProbes);
    expect(steps.length).toBeGreaterThan(mostProbes / 2);
    expect(new Set(steps.slice(1).map((step, k) => step - steps[k]))).toEqual(new Set([10 * history.stride]));
  });

  it("leaves probes that it knows, as of a replay", () => {
    const history = filled(5);
    history.push(probe(20));
    history.push(probe(40));
    expect(stepsOf(history)).toEqual([0, 10, 20, 30, 40]);
  });

  it("finds the nearest probe", () => {
    const history = filled(5);
    expect([-5, 4, 5, 6, 38, 99].map((step) => history.nearest(step)?.step)).toEqual([0, 0, 0, 10, 40, 40]);
    expect(new ProbeHistory().nearest(3)).toBeUndefined();
  });
});
