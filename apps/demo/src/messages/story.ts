import { computed, type ReadonlySignal } from "@preact/signals";
import { story as en } from "./en/story.ts";
import { type Language, language } from "./index.ts";

/** Sentences of a section that is loaded when it is opened: they are loaded with it. */
const catalogues = { en } as const satisfies Readonly<Record<Language, typeof en>>;

export const storyMessages: ReadonlySignal<typeof en> = computed(() => catalogues[language.value]);
