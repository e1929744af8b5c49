import { cividis, colorDomain, hatchColor, nanColor, type Rgb, zeroColor } from "@unroll/bench/palette";

/** Steps of the colour table. */
export const colorSteps = 256;

/** The colours of {@link colorDomain} as red, green, blue, one after the other: `[256 * 3]`. */
export const colorTable: Uint8Array = Uint8Array.from(
  Array.from({ length: colorSteps }, (_, k) => cividis(k / (colorSteps - 1))).flat(),
);

/** What a pixel of a log10 norm is. */
export type Shade = "value" | "below" | "zero" | "nan";

/** A number below the domain, an exact zero (-Infinity), NaN and +Infinity each look different. */
export function shadeOf(log10: number, [low]: readonly [number, number] = colorDomain): Shade {
  if (log10 === Number.NEGATIVE_INFINITY) return "zero";
  if (!Number.isFinite(log10)) return "nan";
  return log10 < low ? "below" : "value";
}

/** The row of {@link colorTable} of a finite log10, clamped to the domain. */
export function colorIndex(log10: number, [low, high]: readonly [number, number] = colorDomain): number {
  const t = (log10 - low) / (high - low);
  return Math.round(Math.min(1, Math.max(0, t)) * (colorSteps - 1));
}

/** `rgb(r, g, b)` of a log10 norm, without hatch. */
export function colorText(log10: number, domain?: readonly [number, number]): string {
  const shade = shadeOf(log10);
  if (shade === "zero") return rgb(zeroColor);
  if (shade === "nan") return rgb(nanColor);
  const at = 3 * colorIndex(log10, domain);
  return rgb([colorTable[at], colorTable[at + 1], colorTable[at + 2]]);
}

export function rgb([r, g, b]: Rgb): string {
  return `rgb(${r}, ${g}, ${b})`;
}

/**
 * Writes one pixel of a log10 norm into the bytes of an ImageData. Hatches run down to the left, every fourth pixel: light on
 * the darkest colour below the domain, grey on black for zeros, white on magenta for what is not finite.
 */
export function paintPixel(
  bytes: Uint8ClampedArray,
  index: number,
  log10: number,
  hatched: boolean,
  domain?: readonly [number, number],
): void {
  const shade = shadeOf(log10, domain);
  const at = 3 * (shade === "value" ? colorIndex(log10, domain) : 0);
  const [r, g, b] =
    hatched && shade !== "value"
      ? hatches[shade]
      : shade === "zero"
        ? zeroColor
        : shade === "nan"
          ? nanColor
          : [colorTable[at], colorTable[at + 1], colorTable[at + 2]];
  bytes[4 * index] = r;
  bytes[4 * index + 1] = g;
  bytes[4 * index + 2] = b;
  bytes[4 * index + 3] = 255;
}

const hatches: Readonly<Record<Exclude<Shade, "value">, Rgb>> = {
  below: hatchColor,
  zero: [96, 96, 96],
  nan: [255, 255, 255],
};
