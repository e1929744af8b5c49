import { computed, type ReadonlySignal } from "@preact/signals";
import { language as en } from "./en/language.ts";
import { type Language, language } from "./index.ts";

/** Sentences of a section that is loaded when it is opened: they are loaded with it. */
const catalogues = { en } as const satisfies Readonly<Record<Language, typeof en>>;

export const languageMessages: ReadonlySignal<typeof en> = computed(() => catalogues[language.value]);
