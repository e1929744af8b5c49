import { describe, expect, it } from "vitest";
import { cellStyles, cividis, colorDomain, colorOf, hex, luminance, type Rgb } from "./palette.ts";

function parse(color: string): Rgb {
  const part = (at: number): number => Number.parseInt(color.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** Contrast with white. */
function contrast(color: string): number {
  return 1.05 / (luminance(parse(color)) + 0.05);
}

describe("cividis", () => {
  it("grows lighter all the way", () => {
    const levels = Array.from({ length: 256 }, (_, k) => luminance(cividis(k / 255)));
    for (let k = 1; k < 256; k++) expect(levels[k], `level ${k}`).toBeGreaterThan(levels[k - 1] - 1e-3);
    // Over steps that an eye can tell apart, without exception.
    for (let k = 8; k < 256; k += 8) expect(levels[k], `level ${k}`).toBeGreaterThan(levels[k - 8]);
  });

  it("goes from dark blue to yellow, within a few of the published ends", () => {
    expect(hex(cividis(0))).toBe("#002051");
    expect(hex(cividis(1))).toBe("#fdea45");
  });

  it("clamps outside the domain", () => {
    expect(colorOf(colorDomain[0] - 5)).toEqual(cividis(0));
    expect(colorOf(colorDomain[1] + 5)).toEqual(cividis(1));
  });
});

describe("cellStyles", () => {
  const cells = ["rnn", "lstm", "lstm-fb1", "gru", "rnn-eq", "gru-eq", "mystery"];
  const styles = [...cellStyles(cells).values()];

  it("tells every two cells apart without colour", () => {
    const looks = styles.map(({ dash, marker, filled }) => JSON.stringify([dash, marker, filled]));
    expect(new Set(looks).size).toBe(cells.length);
  });

  it("keeps one hue for variants of a cell", () => {
    const map = cellStyles(cells);
    expect(map.get("lstm-fb1")?.color).toBe("#0072B2");
    expect(map.get("rnn-eq")?.color).toBe(map.get("rnn")?.color);
  });

  it("has lines of 3 : 1 and text of 4.5 : 1 against white", () => {
    for (const { color, ink } of styles) {
      expect(contrast(color)).toBeGreaterThan(3);
      expect(contrast(ink)).toBeGreaterThan(4.5);
    }
  });
});
