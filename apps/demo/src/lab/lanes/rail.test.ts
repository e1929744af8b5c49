import { describe, expect, it } from "vitest";
import { durationOf } from "./pulse.ts";
import { brightness, growthBetween, mostNodes, railNodes } from "./rail.ts";

describe("a rail", () => {
  it("has a node for each lag of a short sequence", () => {
    const nodes = railNodes([0, -1, -2]);
    expect(nodes.map(({ log10 }) => log10)).toEqual([0, -1, -2]);
    expect(nodes.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it("gathers a long one by medians, without losing a lag", () => {
    const nodes = railNodes(Float64Array.from({ length: 513 }, (_, lag) => -lag));
    expect(nodes).toHaveLength(mostNodes);
    expect(nodes[0].from).toBe(0);
    expect(nodes.at(-1)?.to).toBe(513);
    for (let k = 1; k < nodes.length; k++) expect(nodes[k].from).toBe(nodes[k - 1].to);
    expect(nodes[0].log10).toBe(-3.5);
  });

  it("shows what is not finite, and tells an exact zero from it", () => {
    expect(railNodes([0, Number.NaN]).map(({ log10 }) => log10)).toEqual([0, Number.NaN]);
    expect(railNodes([0, Number.NEGATIVE_INFINITY])[1].log10).toBe(Number.NEGATIVE_INFINITY);
  });

  it("widens links by the growth of a step, within limits", () => {
    const [a, b, c, d] = railNodes([0, Math.log10(2), -8, Number.NaN]);
    expect(growthBetween(a, b)).toBeCloseTo(2, 10);
    expect(growthBetween(b, c)).toBe(0.1);
    expect(growthBetween(c, d)).toBe(1);
  });

  it("dims a pulse by decades, and lets it run 12 ms a step for 1.5 s at most", () => {
    expect([0, -3, -6, -20].map(brightness)).toEqual([1, 0.5, 0, 0]);
    expect([50, 1000].map(durationOf)).toEqual([600, 1500]);
  });
});
