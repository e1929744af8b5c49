import { colorDomain, hatchColor, luminance, nanColor, zeroColor } from "@unroll/bench/palette";
import { describe, expect, it } from "vitest";
import { colorIndex, colorSteps, colorTable, colorText, paintPixel, rgb } from "./color.ts";

const [low, high] = colorDomain;

describe("the colour table", () => {
  it("has 256 colours whose luminance rises", () => {
    const shades = Array.from({ length: colorSteps }, (_, k) =>
      luminance([colorTable[3 * k], colorTable[3 * k + 1], colorTable[3 * k + 2]]),
    );
    expect(colorTable).toHaveLength(3 * 256);
    for (let k = 1; k < colorSteps; k++) expect(shades[k]).toBeGreaterThanOrEqual(shades[k - 1] - 1e-3);
    expect(shades[255] - shades[0]).toBeGreaterThan(0.5);
  });

  it("spans the domain, and is clamped above it", () => {
    expect([low, (low + high) / 2, high, high + 40].map((value) => colorIndex(value))).toEqual([0, 128, 255, 255]);
    // A wider domain, unlocked.
    expect(colorIndex(0, [-1, 1])).toBe(128);
  });

  it("tells below, zero and not finite from each other, in one pixel and in a hatch", () => {
    const painted = (log10: number, hatched: boolean) => {
      const bytes = new Uint8ClampedArray(4);
      paintPixel(bytes, 0, log10, hatched);
      return Array.from(bytes.subarray(0, 3));
    };
    expect(painted(Number.NEGATIVE_INFINITY, false)).toEqual([...zeroColor]);
    expect(painted(Number.NaN, false)).toEqual([...nanColor]);
    expect(painted(Number.POSITIVE_INFINITY, false)).toEqual([...nanColor]);
    expect(painted(low - 5, true)).toEqual([...hatchColor]);
    expect(painted(low - 5, false)).toEqual(Array.from(colorTable.subarray(0, 3)));
    expect(painted(0, true)).toEqual(painted(0, false));
    expect(colorText(Number.NaN)).toBe(rgb(nanColor));
  });
});
