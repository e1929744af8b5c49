import { describe, expect, it } from "vitest";
import { checkEqual, requiredNames } from "./compare-results.ts";

const job = { kind: "train", cell: "lstm" } as const;
const all = () => Object.fromEntries(requiredNames(job).map((name) => [name, Float32Array.of(1, -2, 3e-6)]));

describe("checkEqual", () => {
  it("takes what differs by rounding alone", () => {
    const other = { ...all(), h: Float32Array.of(1.0001, -2, 0) };
    expect(() => checkEqual(job, { ...all(), bias_hh: Float32Array.of(7) }, other)).not.toThrow();
  });

  it.each([
    ["a gradient that is missing", { c: undefined }, "its result lacks c"],
    [
      "another value",
      { weight_hh: Float32Array.of(1, -2.01, 3e-6) },
      "weight_hh is another one than Unroll's, by up to 5.0e-3",
    ],
    ["what is no number", { output: Float32Array.of(1, Number.NaN, 3e-6) }, "output is another one"],
    ["another size", { h: Float32Array.of(1) }, "h has 1 values, Unroll's 3"],
  ])("refuses %s", (_, change, message) => {
    expect(() => checkEqual(job, all(), { ...all(), ...change } as Record<string, Float32Array>)).toThrow(message);
  });

  it("asks for the gradients of the states that a cell has, and for none in inference", () => {
    expect(requiredNames({ kind: "train", cell: "gru" })).toEqual(["output", "weight_ih", "weight_hh", "bias_ih", "h"]);
    expect(requiredNames({ kind: "infer", cell: "lstm" })).toEqual(["output"]);
    expect(requiredNames({ kind: "model", cell: "lstm" })).toEqual(["loss"]);
  });
});
