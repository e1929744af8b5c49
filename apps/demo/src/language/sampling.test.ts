import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draw, filtered, plainSampling, probabilitiesOf, ranked } from "./sampling.ts";

const logits = [Math.log(8), Math.log(4), Math.log(2), Math.log(2)];

const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => Number(value.toFixed(12)));

describe("probabilitiesOf", () => {
  it("is the softmax", () => {
    expect(rounded(probabilitiesOf(logits))).toEqual([0.5, 0.25, 0.125, 0.125]);
    // No overflow, whatever is added to all.
    expect(rounded(probabilitiesOf(logits.map((value) => value + 5000)))).toEqual([0.5, 0.25, 0.125, 0.125]);
  });

  it("at temperature 1/2 squares, at 2 takes roots, at 0 takes the likeliest", () => {
    // 64 : 16 : 4 : 4.
    expect(rounded(probabilitiesOf(logits, 0.5))).toEqual(rounded([64 / 88, 16 / 88, 4 / 88, 4 / 88]));
    const roots = [Math.sqrt(8), 2, Math.SQRT2, Math.SQRT2];
    const total = roots.reduce((sum, value) => sum + value);
    expect(rounded(probabilitiesOf(logits, 2))).toEqual(rounded(roots.map((value) => value / total)));
    expect([...probabilitiesOf([1, 3, 3], 0)]).toEqual([0, 1, 0]);
  });
});

describe("filtered", () => {
  it("keeps the k likeliest", () => {
    expect(rounded(filtered(logits, { ...plainSampling, topK: 2 }))).toEqual(rounded([2 / 3, 1 / 3, 0, 0]));
    // Of equals, the first.
    expect(rounded(filtered(logits, { ...plainSampling, topK: 3 }))).toEqual(rounded([4 / 7, 2 / 7, 1 / 7, 0]));
    expect(rounded(filtered(logits, { ...plainSampling, topK: 99 }))).toEqual([0.5, 0.25, 0.125, 0.125]);
  });

  it("keeps the fewest that reach p", () => {
    expect(rounded(filtered(logits, { ...plainSampling, topP: 0.5 }))).toEqual([1, 0, 0, 0]);
    expect(rounded(filtered(logits, { ...plainSampling, topP: 0.6 }))).toEqual(rounded([2 / 3, 1 / 3, 0, 0]));
    expect(rounded(filtered(logits, { ...plainSampling, topP: 0.75 }))).toEqual(rounded([2 / 3, 1 / 3, 0, 0]));
    expect(rounded(filtered(logits, { ...plainSampling, topP: 1e-9 }))).toEqual([1, 0, 0, 0]);
  });

  it("measures p among the k likeliest", () => {
    // Of 2/3 and 1/3, the first reaches 0.6.
    expect(rounded(filtered(logits, { temperature: 1, topK: 2, topP: 0.6 }))).toEqual([1, 0, 0, 0]);
  });

  it("gives probabilities that sum to 1, and never more than asked", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.integer({ min: 0, max: 50 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, temperature, topK, topP) => {
          const kept = filtered(values, { temperature, topK, topP });
          expect(kept.reduce((sum, p) => sum + p)).toBeCloseTo(1, 9);
          if (topK > 0) expect(kept.filter((p) => p > 0).length).toBeLessThanOrEqual(topK);
          // What was left out is never likelier than what was kept.
          const all = probabilitiesOf(values, temperature);
          const least = Math.min(...all.filter((_, k) => kept[k] > 0));
          expect(all.every((p, k) => kept[k] > 0 || p <= least)).toBe(true);
        },
      ),
      { seed: 1 },
    );
  });
});

describe("draw", () => {
  it("takes each symbol for its share of [0, 1)", () => {
    const probabilities = [0.5, 0, 0.25, 0.25];
    expect([0, 0.4999, 0.5, 0.7499, 0.75, 0.9999].map((u) => draw(probabilities, u))).toEqual([0, 0, 2, 2, 3, 3]);
  });

  it("never draws what has no probability, however the sum was rounded", () => {
    expect(draw([0.1, 0.2, 0.3, 0], 0.99999)).toBe(2);
  });
});

describe("ranked", () => {
  it("orders by probability, equals by number", () => {
    expect([...ranked([0.1, 0.4, 0.1, 0.4])]).toEqual([1, 3, 0, 2]);
  });
});
