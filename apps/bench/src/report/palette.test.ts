import { describe, expect, it } from "vitest";
import {
  cellStyles,
  cividis,
  colorDomain,
  colorOf,
  darkColors,
  fanColor,
  fanShades,
  hex,
  luminance,
  type Rgb,
} from "./palette.ts";

function parse(color: string): Rgb {
  const part = (at: number): number => Number.parseInt(color.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** Contrast with what lies behind: white unless given. */
function contrast(color: string, behind: string = "#ffffff"): number {
  const [low, high] = [color, behind].map((one) => luminance(parse(one))).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
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

describe("dark pages", () => {
  const card = darkColors.get("#ffffff") ?? "";
  const dark = (color: string) => darkColors.get(color) ?? "no color";

  it("have lines of 3 : 1 and text of 4.5 : 1 against their cards", () => {
    for (const { color, ink } of cellStyles(["rnn", "lstm", "gru", "mystery"]).values()) {
      expect(contrast(dark(color), card), color).toBeGreaterThan(3);
      expect(contrast(dark(ink), card), ink).toBeGreaterThan(4.5);
    }
    for (const text of ["#1f2328", "#3d444d", "#4a535d", "#59636e"])
      expect(contrast(dark(text), card), text).toBeGreaterThan(4.5);
  });

  it("show every line of a fan, as white ones do, from the plainest to the faintest", () => {
    const shades = Array.from({ length: fanShades }, (_, shade) => fanColor(shade));
    for (const color of shades) {
      expect(contrast(color)).toBeGreaterThan(3);
      expect(contrast(dark(color), card)).toBeGreaterThan(3);
    }
    const fading = (contrasts: readonly number[]) => contrasts.every((value, k) => k === 0 || value < contrasts[k - 1]);
    expect(fading(shades.map((color) => contrast(color)))).toBe(true);
    expect(fading(shades.map((color) => contrast(dark(color), card)))).toBe(true);
  });
});
