import type { FlowCurve, ProbeRecord } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { colorIndex, colorTable } from "../../ui/color.ts";
import { columnsOf, paintHeat, placeOfStep, stepAtPlace } from "./heat-image.ts";

describe("training steps along a heatmap", () => {
  it.each([false, true])("go there and back, logarithmic %s", (log) => {
    for (const step of [0, 1, 37, 400])
      expect(stepAtPlace(placeOfStep(step, { last: 400, log }), { last: 400, log })).toBeCloseTo(step, 8);
  });

  it("show the newest probe before each column", () => {
    const columns = columnsOf([{ step: 0 }, { step: 50 }], 10, { last: 100, log: false });
    expect([...columns]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });
});

describe("the pixels of a heatmap", () => {
  const curve = (mean: number[]): FlowCurve => ({
    mean: Float32Array.from(mean),
    p10: new Float32Array(mean.length),
    p90: new Float32Array(mean.length),
    zeros: new Uint8Array(mean.length),
    invalid: new Uint8Array(mean.length),
    fit: null,
    horizon: null,
  });
  const record = (mean: number[]) => ({ step: 0, joint: curve(mean), states: {} }) as unknown as ProbeRecord;
  const options = { width: 2, quantity: "joint", scale: { last: 1, log: false }, domain: [-12, 3] } as const;

  it("have one colour where the norm is one", () => {
    const bytes = new Uint8ClampedArray(2 * 4 * 4);
    paintHeat(bytes, [record([-1, -1, -1, -1])], { ...options, height: 4, lags: 3 });
    const colors = new Set(Array.from({ length: 8 }, (_, k) => [...bytes.subarray(4 * k, 4 * k + 4)].join()));
    const at = 3 * colorIndex(-1);
    expect([...colors]).toEqual([`${colorTable[at]},${colorTable[at + 1]},${colorTable[at + 2]},255`]);
  });

  it("follow the lag downwards, and stay clear where nothing was measured", () => {
    const bytes = new Uint8ClampedArray(2 * 2 * 4);
    paintHeat(bytes, [record([0, -9])], { ...options, height: 2, lags: 1 });
    const at = 3 * colorIndex(-9);
    expect([...bytes.subarray(8, 11)]).toEqual([...colorTable.subarray(at, at + 3)]);
    paintHeat(bytes, [record([0])], { ...options, height: 2, lags: 1 });
    expect(bytes[8 + 3]).toBe(0);
  });
});
