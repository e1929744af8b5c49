import { describe, expect, it } from "vitest";
import { type LabelWish, placeLabels } from "./end-labels.ts";
import { noise } from "./sample-result.ts";

/** 300 times up to ten labels, crowded and beyond the edges. */
const crowds: LabelWish[][] = (() => {
  const random = noise(7);
  return Array.from({ length: 300 }, () =>
    Array.from({ length: Math.floor(11 * random()) }, () => ({
      y: -50 + 500 * random(),
      height: 10 + Math.floor(20 * random()),
    })),
  );
})();

describe("placeLabels", () => {
  it("leaves alone what does not overlap", () => {
    expect(
      placeLabels(
        [
          { y: 100, height: 20 },
          { y: 50, height: 20 },
        ],
        0,
        200,
      ),
    ).toEqual([100, 50]);
  });

  it("moves two that coincide apart by as much each", () => {
    expect(
      placeLabels(
        [
          { y: 100, height: 20 },
          { y: 100, height: 20 },
        ],
        0,
        200,
      ),
    ).toEqual([90, 110]);
  });

  it("never lets two overlap or leave the range when there is room", () => {
    for (const labels of crowds) {
      const placed = placeLabels(labels, 0, 400);
      const spans = labels.map(({ height }, i) => [placed[i] - height / 2, placed[i] + height / 2]);
      spans.sort((a, b) => a[0] - b[0]);
      for (const [top, bottom] of spans) {
        expect(top).toBeGreaterThanOrEqual(-1e-9);
        expect(bottom).toBeLessThanOrEqual(400 + 1e-9);
      }
      for (let i = 1; i < spans.length; i++) expect(spans[i][0]).toBeGreaterThanOrEqual(spans[i - 1][1] - 1e-9);
    }
  });

  it("keeps the order of the curves", () => {
    for (const labels of crowds) {
      const placed = placeLabels(labels, 0, 400);
      const byWish = order(labels.map(({ y }) => y)).map((i) => placed[i]);
      expect(byWish).toEqual([...placed].sort((a, b) => a - b));
    }
  });

  it("moves as little as possible, in squares", () => {
    const labels: LabelWish[] = [10, 14, 15, 60].map((y) => ({ y, height: 10 }));
    const placed = placeLabels(labels, -100, 200);
    const cost = (ys: readonly number[]): number => ys.reduce((sum, y, i) => sum + (y - labels[i].y) ** 2, 0);
    expect(placed[1] - placed[0]).toBeCloseTo(10, 10);
    for (const shift of [-0.5, 0.5]) {
      const moved = placed.map((y, i) => (i < 3 ? y + shift : y));
      expect(cost(moved)).toBeGreaterThan(cost(placed));
    }
  });
});

function order(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
}
