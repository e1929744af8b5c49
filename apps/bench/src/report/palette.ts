/** A colour of three parts in [0, 255]. */
export type Rgb = readonly [number, number, number];

/** How one cell is drawn everywhere: colour, dash and marker together, so that no two differ by colour alone. */
export interface CellStyle {
  /** Of lines and markers: at least 3 : 1 against white. */
  readonly color: string;
  /** The same hue, dark enough for text: at least 4.5 : 1 against white. */
  readonly ink: string;
  readonly dash: "solid" | readonly number[];
  readonly marker: "circle" | "rect" | "triangle" | "diamond";
  /** Whether the marker is filled; variants of a cell have hollow ones. */
  readonly filled: boolean;
}

interface Hue {
  readonly color: string;
  readonly ink: string;
  readonly marker: CellStyle["marker"];
}

/** Of Okabe and Ito's palette, which people with colour-blindness can tell apart, what is dark enough on white. */
const hues: Readonly<Record<string, Hue>> = {
  rnn: { color: "#D55E00", ink: "#A54800", marker: "circle" },
  lstm: { color: "#0072B2", ink: "#005F94", marker: "rect" },
  gru: { color: "#009E73", ink: "#00704F", marker: "triangle" },
};

const others: Hue = { color: "#CC79A7", ink: "#9A3F73", marker: "diamond" };

const markers: readonly CellStyle["marker"][] = ["circle", "rect", "triangle", "diamond"];

const dashes: readonly CellStyle["dash"][] = ["solid", [6, 3], [2, 3], [8, 3, 2, 3]];

/**
 * The styles of cells that are shown together. A key's first part names the hue (`lstm-fb1` is an LSTM); the second cell
 * of a hue is dashed, the third dotted.
 */
export function cellStyles(cells: readonly string[]): ReadonlyMap<string, CellStyle> {
  const used = new Map<Hue, number>();
  return new Map(
    cells.map((cell) => {
      const hue = hues[cell.split("-")[0]] ?? others;
      const rank = used.get(hue) ?? 0;
      used.set(hue, rank + 1);
      // From the third on, a variant has another marker too.
      const marker = rank < 2 ? hue.marker : markers[(markers.indexOf(hue.marker) + rank - 1) % markers.length];
      return [cell, { ...hue, marker, dash: dashes[rank % dashes.length], filled: rank === 0 }];
    }),
  );
}

/** How many shades a fan of singular values has, the largest first. */
export const fanShades = 17;

/** From dark blue to grey on white, where yellow would not be seen; from yellow to grey on a dark page. */
export function fanColor(shade: number): string {
  return hex(cividis((0.55 * shade) / (fanShades - 1)));
}

/**
 * What each colour of charts becomes on a dark page, by its `#rrggbb` as charts have it: charts are drawn once, for white, and
 * the page's style replaces colours by their attributes.
 */
export const darkColors: ReadonlyMap<string, string> = new Map([
  ["#ffffff", "#181d26"],
  ["#1f2328", "#e8eaed"],
  ["#3d444d", "#c8ced6"],
  ["#4a535d", "#b4bcc7"],
  ["#59636e", "#a3acb8"],
  ["#8b929c", "#7a8492"],
  ["#e6e8eb", "#2b323d"],
  ["#D55E00", "#F08030"],
  ["#A54800", "#F59A57"],
  ["#0072B2", "#4DA6E0"],
  ["#005F94", "#74BDEB"],
  ["#009E73", "#26BF93"],
  ["#00704F", "#4BD0A9"],
  ["#CC79A7", "#D98FB8"],
  ["#9A3F73", "#E3A9CB"],
  ...Array.from(
    { length: fanShades },
    (_, shade) => [fanColor(shade), hex(cividis(1 - (0.45 * shade) / (fanShades - 1)))] as const,
  ),
]);

/** The range of log10 that has colours of its own: fixed, so that pictures of different runs can be compared. */
export const colorDomain: readonly [number, number] = [-12, 3];

/** An exact zero, or a number too small to be held. */
export const zeroColor: Rgb = [0, 0, 0];
/** Neither a number nor zero. */
export const nanColor: Rgb = [255, 0, 255];
/** The lines of the hatch over values below the domain. */
export const hatchColor: Rgb = [122, 138, 168];

/**
 * The cividis colour map: dark blue to yellow, its luminance rising evenly, the same to people with and without
 * colour-blindness.
 *
 * Source: Nuñez, Anderton and Renslow, "Optimizing colormaps with consideration for color vision deficiency", PLOS ONE
 * 2018; here as the polynomial fit of d3-scale-chromatic.
 *
 * @param t in [0, 1], clamped
 */
export function cividis(t: number): Rgb {
  const x = Math.min(1, Math.max(0, t));
  return [
    channel(-4.54 - x * (35.34 - x * (2381.73 - x * (6402.7 - x * (7024.72 - x * 2710.57))))),
    channel(32.49 + x * (170.73 + x * (52.82 - x * (131.46 - x * (176.58 - x * 67.37))))),
    channel(81.24 + x * (442.36 - x * (2482.43 - x * (6167.24 - x * (6614.94 - x * 2475.67))))),
  ];
}

/** The colour of a log10 inside {@link colorDomain}; clamped outside. */
export function colorOf(log10: number): Rgb {
  const [low, high] = colorDomain;
  return cividis((log10 - low) / (high - low));
}

/** `#rrggbb`. */
export function hex([r, g, b]: Rgb): string {
  return `#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance in [0, 1], as the Web Content Accessibility Guidelines define it. */
export function luminance([r, g, b]: Rgb): number {
  const linear = (part: number): number => {
    const s = part / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function channel(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
