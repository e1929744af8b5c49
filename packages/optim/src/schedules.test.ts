import { parameter } from "@unroll/autograd";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import goldens from "./goldens/schedules.json" with { type: "json" };
import {
  applySchedule,
  constant,
  cosine,
  exponential,
  linearWarmup,
  type OneCycleOptions,
  oneCycle,
  product,
  type Schedule,
  sequence,
  stepDecay,
} from "./schedules.ts";
import { SGD } from "./sgd.ts";
import { wholePower } from "./whole-power.ts";

const twoPhase = (second: Schedule): Schedule => sequence([linearWarmup({ steps: 10, start: 0.2 }), second], [10]);

describe("schedules against PyTorch, at every step", () => {
  it.each<[string, Schedule, number[]]>([
    ["stepDecay", stepDecay({ every: 7, gamma: 0.3 }), goldens.stepDecay],
    ["exponential", exponential(0.93), goldens.exponential],
    ["cosine", cosine({ steps: 30, min: 0.05 }), goldens.cosine],
    ["linearWarmup", linearWarmup({ steps: 10, start: 0.2 }), goldens.linearWarmup],
    ["linearWarmup by default", linearWarmup({ steps: 8 }), goldens.linearWarmupDefault],
    ["sequence", twoPhase(stepDecay({ every: 3, gamma: 0.5 })), goldens.sequence],
    ["product", product(linearWarmup({ steps: 10, start: 0.2 }), exponential(0.9)), goldens.product],
    ...goldens.oneCycle.map(({ options, factors }): [string, Schedule, number[]] => [
      `oneCycle ${JSON.stringify(options)}`,
      oneCycle(options as OneCycleOptions),
      factors,
    ]),
  ])("%s", (_, schedule, factors) => {
    const errors = factors.map((factor, step) => Math.abs(schedule(step) - factor) / Math.abs(factor));
    expect(errors.length).toBeGreaterThan(1);
    expect(Math.max(...errors)).toBeLessThan(1e-12);
  });
});

describe("schedules", () => {
  it("stay where they end", () => {
    expect(cosine({ steps: 10, min: 0.25 })(1000)).toBe(0.25);
    expect(linearWarmup({ steps: 10 })(1000)).toBe(1);
    expect(oneCycle({ steps: 10 })(1000)).toBeCloseTo(1 / 25 / 1e4, 16);
    expect(constant(0.5)(7)).toBe(0.5);
  });

  it("oneCycle has degenerate cases that divide by nothing", () => {
    expect(oneCycle({ steps: 1 })(0)).toBeCloseTo(1 / 25 / 1e4, 16);
    expect(oneCycle({ steps: 10, pctStart: 0.1 })(0)).toBe(1);
    expect(oneCycle({ steps: 10, pctStart: 1 })(9)).toBe(1);
    expect(oneCycle({ steps: 1, pctStart: 1 })(0)).toBe(1);
  });

  it("scale each group from its own learning rate, again and again", () => {
    const optimizer = new SGD([{ params: [parameter([1])], lr: 0.4 }, { params: [parameter([1])] }], { lr: 0.1 });
    applySchedule(optimizer, cosine({ steps: 100 }), 50);
    applySchedule(optimizer, cosine({ steps: 100 }), 50);
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.2, 0.05]);
    expect(() => applySchedule(optimizer, () => Number.NaN, 0)).toThrow(
      "applySchedule: the schedule's factor must be a number >= 0, got NaN",
    );
  });

  it.each<[string, () => unknown]>([
    ["cosine: step must be a whole number >= 0, got -1", () => cosine({ steps: 3 })(-1)],
    ["exponential: step must be a whole number >= 0, got 0.5", () => exponential(0.9)(0.5)],
    ["cosine: steps must be a whole number >= 1, got 0", () => cosine({ steps: 0 })],
    ["cosine: unknown option step, did you mean steps?", () => cosine({ step: 1 } as never)],
    ["stepDecay: every must be a whole number >= 1, got undefined", () => stepDecay({} as never)],
    ["linearWarmup: start must be a number >= 0, got -1", () => linearWarmup({ steps: 2, start: -1 })],
    ["oneCycle: pctStart must be in [0, 1], got 2", () => oneCycle({ steps: 2, pctStart: 2 })],
    ["oneCycle: divFactor must be a number > 0, got 0", () => oneCycle({ steps: 2, divFactor: 0 })],
    ['oneCycle: anneal must be "cos" or "linear", got sin', () => oneCycle({ steps: 2, anneal: "sin" as never })],
    [
      "sequence: expected one milestone fewer than schedules, got 1 schedules and 1 milestones",
      () => sequence([constant()], [1]),
    ],
    [
      "sequence: milestones must be a whole number >= 5, got 3",
      () => sequence([constant(), constant(), constant()], [5, 3]),
    ],
    ["constant: factor must be a number >= 0, got -1", () => constant(-1)],
  ])("say %s", (message, call) => {
    expect(call).toThrow(message);
  });
});

describe("wholePower", () => {
  it("agrees with repeated products", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2, noNaN: true }), fc.integer({ min: 0, max: 300 }), (base, n) => {
        let expected = 1;
        for (let i = 0; i < n; i++) expected *= base;
        const found = wholePower(base, n);
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * expected + 1e-320);
      }),
      { seed: 3, numRuns: 300 },
    );
    expect([wholePower(0, 0), wholePower(0, 5), wholePower(2, 10)]).toEqual([1, 0, 1024]);
  });
});
