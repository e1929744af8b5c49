import { RNNCell } from "@unroll/cells";
import { assign, mul, OptionError, select, sum, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";
import { type SampleLogs, seriesOf } from "./series.ts";
import { summarizeCurve } from "./summarize.ts";

const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY];

/** `2^exponent`, exactly. */
const twoTo = (exponent: number) => new Array<number>(-exponent).fill(0.5).reduce((a, b) => a * b, 1);

/** Two samples: one that loses a decade per step, and another. */
const beside = (lags: number, other: (n: number) => number | undefined): SampleLogs =>
  Array.from({ length: lags }, (_, n) => [-n, other(n)]);

describe("summarizeCurve", () => {
  it("is what a series says of itself, for all of its lags", () => {
    const series = seriesOf(beside(60, (n) => -n - 1));
    const { fit, horizon } = series;
    expect(fit?.to).toBe(59);
    for (const lags of [undefined, 60, 1000]) expect(summarizeCurve(series, lags)).toEqual({ fit, horizon });
  });

  it("takes the first lags alone, and leaves out 5 % of those", () => {
    const series = seriesOf(beside(60, (n) => (n < 40 ? -n : 50)));
    const { fit, horizon } = summarizeCurve(series, 40);
    expect([fit?.from, fit?.to]).toEqual([2, 39]);
    expect(fit?.factor).toBeCloseTo(0.1, 12);
    expect(horizon).toBe(2);
    expect(series.horizon).toBeGreaterThan(40);
    expect(summarizeCurve(series, 0)).toEqual({ fit: undefined, horizon: undefined });
  });

  it.each([-infinity, nan, infinity])("ends where a single sample is %d, also when it comes back", (gone) => {
    const series = seriesOf(beside(60, (n) => (n === 20 ? gone : n > 20 ? 30 : -n)));
    expect(series.mean[20]).toBe(-20);
    const { fit, horizon } = summarizeCurve(series);
    expect([fit?.from, fit?.to]).toEqual([3, 19]);
    expect(fit?.factor).toBeCloseTo(0.1, 12);
    expect(horizon).toBe(2);
  });

  it("does not take a sample that is too short for a lag for lost", () => {
    const { fit } = summarizeCurve(seriesOf(beside(60, (n) => (n < 20 ? -n : undefined))));
    expect(fit?.to).toBe(59);
    expect(fit?.factor).toBeCloseTo(0.1, 12);
  });

  it("begins where all samples have a gradient", () => {
    // As when the loss reads the second sample two steps before its end.
    const { fit, horizon } = summarizeCurve(seriesOf(beside(60, (n) => (n < 2 ? -infinity : -n))));
    expect([fit?.from, fit?.to]).toEqual([3, 59]);
    expect(horizon).toBe(4);
  });

  it("has no numbers for a sample that never has a gradient", () => {
    const dead = seriesOf(beside(60, () => -infinity));
    expect(dead.mean[59]).toBe(-59);
    expect(summarizeCurve(dead)).toEqual({ fit: undefined, horizon: undefined });
  });

  it("fits a float32 task loss up to its first underflow", () => {
    const cell = new RNNCell(1, 1, { nonlinearity: "relu", bias: false });
    assign(cell.weight_ih, [1]);
    assign(cell.weight_hh, [0.5]);
    // The loss of the second sample is so small that it leaves float32 in the middle of the curve.
    const scale = tensor([1, twoTo(-100)], { shape: [2, 1] });
    const x = tensor(new Array(240).fill(1), { shape: [120, 2, 1] });
    const { joint } = gradientFlow(cell, x, {
      loss: (output) => sum(select(output, 0, 119)),
      reduction: "sum",
    });
    const scaled = gradientFlow(cell, x, {
      loss: (output) => sum(mul(select(output, 0, 119), scale)),
      reduction: "sum",
    }).joint;
    expect(joint.fit?.to).toBe(119);
    // The smallest float32 is 2^-149.
    expect(scaled.underflow.indexOf(1)).toBe(50);
    expect(scaled.mean[60]).toBeGreaterThan(scaled.mean[49]);
    expect(scaled.fit?.to).toBe(49);
    expect(scaled.fit?.factor).toBeCloseTo(0.5, 9);
  });

  it("refuses what is no series, and lags that are no number of lags", () => {
    const series = seriesOf(beside(4, () => 0));
    const loose = (value: unknown) => value as typeof series;
    expect(() => summarizeCurve(loose(5))).toThrow(
      new OptionError("summarizeCurve: expected a series of gradientFlow, got number 5"),
    );
    expect(() => summarizeCurve(loose(series.mean))).toThrow(
      new OptionError("summarizeCurve: expected a series of gradientFlow, got a Float64Array"),
    );
    expect(() => summarizeCurve(series, 1.5)).toThrow(
      new OptionError("summarizeCurve: lags must be a whole number, got number 1.5"),
    );
    expect(() => summarizeCurve(series, -1)).toThrow(
      new OptionError("summarizeCurve: lags must be at least 0, got -1"),
    );
  });
});
