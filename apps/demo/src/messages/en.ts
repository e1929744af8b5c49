import { lab } from "./en/lab.ts";
import { labViews } from "./en/lab-views.ts";
import { presets } from "./en/presets.ts";
import { shell } from "./en/shell.ts";

/** Every sentence of the page, in English. Another language has the same keys; the compiler names those that are missing. */
export const en = { shell, lab, labViews, presets };
