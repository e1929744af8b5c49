import type { FlowCurve } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { decayFinding, splitLabel } from "./decay-finding.ts";

function curve(log10: number): FlowCurve {
  return {
    mean: Float32Array.of(0, log10),
    p10: new Float32Array(2),
    p90: new Float32Array(2),
    zeros: new Uint8Array(2),
    invalid: new Uint8Array(2),
    fit: null,
    horizon: null,
  };
}

describe("what the decay curves say", () => {
  it("names the cell that keeps most first", () => {
    const lines = [
      { label: "RNN", curve: curve(-9) },
      { label: "LSTM, forget bias 1", curve: curve(Math.log10(1 / 12)) },
    ];
    expect(decayFinding(lines, 50, "joint")).toBe(
      "After 50 steps back in time the LSTM (forget bias 1) keeps 1 part in 12 of its gradient and the RNN 1 part in 10⁹.",
    );
  });

  it("says what has grown, what is nothing, and what is no number", () => {
    const lines = [
      { label: "A", curve: curve(2) },
      { label: "B", curve: curve(Number.NEGATIVE_INFINITY) },
      { label: "C", curve: curve(Number.NaN) },
    ];
    expect(decayFinding(lines, 1, "joint")).toBe(
      "After 1 step back in time the gradient of the A has grown 100-fold, the B keeps nothing of its gradient and that of the C is not finite.",
    );
  });

  it("says that no cell has such a state", () => {
    expect(decayFinding([], 50, "c")).toContain("No cell here has a state c");
  });

  it("parts a name from what follows it", () => {
    expect(splitLabel("LSTM, forget bias 1")).toEqual(["LSTM", "forget bias 1"]);
    expect(splitLabel("GRU")).toEqual(["GRU", ""]);
  });
});
