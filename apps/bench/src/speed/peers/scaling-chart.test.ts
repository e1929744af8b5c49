import { describe, expect, it } from "vitest";
import type { Row } from "../result.ts";
import { nameOf } from "./job.ts";
import { scalingCharts } from "./scaling-chart.ts";

const row = (T: number, H: number, B: number, I: number, way: string, seconds: number): Row => ({
  what: nameOf("LSTM", { B, T, I, H }),
  way,
  seconds: { median: seconds, p10: seconds, p90: seconds },
  samples: [seconds],
  calls: 1,
});

describe("scalingCharts", () => {
  it("draws cost by length and by size, a line for each that was measured", () => {
    const charts = scalingCharts(
      [
        row(100, 64, 1, 32, "Unroll", 1e-3),
        row(1000, 64, 1, 32, "Unroll", 1e-2),
        row(1000, 64, 1, 32, "PyTorch", 2e-2),
        row(50, 16, 16, 16, "Unroll", 1e-3),
        row(50, 32, 16, 32, "Unroll", 2e-3),
        row(50, 128, 16, 128, "Unroll", 9e-3),
      ],
      { Unroll: "#0072B2" },
    );
    expect(charts.map(({ caption }) => caption)).toEqual([
      "Time of a training step by steps in the sequence: LSTM, B 1, I 32, H 64; divided by the steps of the sequence. Both axes are logarithmic.",
      "Time of a training step by units, as many features: LSTM, B 16, T 50; divided by the steps of the sequence. Both axes are logarithmic.",
    ]);
    const [byLength, bySize] = charts.map(({ svg }) => svg);
    for (const words of ["Unroll", "PyTorch", "10 µs", "100 µs", "steps in the sequence"])
      expect(byLength).toContain(words);
    expect(bySize).not.toContain("PyTorch");
    for (const svg of [byLength, bySize]) expect(svg.match(/NaN|undefined|Infinity/)).toBeNull();
  });

  it("draws nothing of a single size", () => {
    expect(scalingCharts([row(100, 64, 1, 32, "Unroll", 1e-3)], {})).toEqual([]);
  });
});
