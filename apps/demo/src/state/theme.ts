import { type Signal, signal } from "@preact/signals";

export const themes = ["auto", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

/** The colours of the page. */
export const theme: Signal<Theme> = signal<Theme>("auto");

const key = "unroll-theme";

/** Takes the theme of the last visit, and follows changes. */
export function followTheme(root: HTMLElement, storage: Storage | undefined): void {
  const kept = themes.find((name) => name === storage?.getItem(key));
  theme.value = kept ?? "auto";
  theme.subscribe((name) => {
    if (name === "auto") delete root.dataset.theme;
    else root.dataset.theme = name;
    storage?.setItem(key, name);
  });
}
