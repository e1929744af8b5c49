import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type CellStyle, darkColors } from "@unroll/bench/palette";
import { theme } from "../../state/theme.ts";

/** Whether a media query holds, as a signal; false where there is no window to ask. */
function followMedia(query: string): ReadonlySignal<boolean> {
  const media = globalThis.matchMedia?.(query);
  const matches = signal(media?.matches ?? false);
  media?.addEventListener("change", () => {
    matches.value = media.matches;
  });
  return matches;
}

const prefersDark = followMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now: as chosen, or as the system has it. */
export const dark: ReadonlySignal<boolean> = computed(() =>
  theme.value === "auto" ? prefersDark.value : theme.value === "dark",
);

/** Whether views stand in one column. */
export const narrow: ReadonlySignal<boolean> = followMedia("(max-width: 720px)");

/** Whether nothing may move unasked. */
export const still: ReadonlySignal<boolean> = followMedia("(prefers-reduced-motion: reduce)");

/** The colour of a cell's lines on the page as it is now. */
export function lineColor({ color }: CellStyle): string {
  return dark.value ? (darkColors.get(color) ?? color) : color;
}

/** The colour of a cell's words, of at least 4.5 : 1. */
export function textColor({ ink }: CellStyle): string {
  return dark.value ? (darkColors.get(ink) ?? ink) : ink;
}

/** Colours of what is not a cell, from the page's custom properties. */
export function pageColors(): {
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly card: string;
} {
  dark.value;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return { ink: read("--ink"), soft: read("--soft"), grid: read("--grid"), card: read("--card") };
}
