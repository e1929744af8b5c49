import { describe, expect, it } from "vitest";
import { LossSeries, mostPoints } from "./loss-series.ts";

function filled(count: number, loss: (step: number) => number): LossSeries {
  const series = new LossSeries();
  for (let step = 1; step <= count; step++) series.push(step, loss(step));
  return series;
}

describe("LossSeries", () => {
  it("keeps every loss while there is room", () => {
    const series = filled(100, (step) => step / 2);
    expect(series.length).toBe(100);
    expect(Array.from(series.losses.subarray(0, 3))).toEqual([0.5, 1, 1.5]);
    expect(Array.from(series.steps.subarray(0, 3))).toEqual([1, 2, 3]);
  });

  it("joins neighbours, so that a long run keeps its mean and its length", () => {
    const steps = 10 * mostPoints;
    const series = filled(steps, (step) => step);
    expect(series.length).toBeLessThan(mostPoints);
    expect(series.stride).toBe(16);
    for (let k = 0; k < series.length; k++) {
      const last = (k + 1) * series.stride;
      expect(series.steps[k]).toBe(last);
      expect(series.losses[k]).toBe(last - (series.stride - 1) / 2);
    }
  });

  it("leaves steps that it knows, as of a replay", () => {
    const series = filled(10, () => 1);
    series.push(3, 99);
    series.push(11, 2);
    expect(series.length).toBe(11);
    expect(series.losses[2]).toBe(1);
  });
});
