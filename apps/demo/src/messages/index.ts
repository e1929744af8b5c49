import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { en } from "./en.ts";

/** The shape of the catalogue: keys as in English, functions with the same arguments. */
export type Messages = typeof en;

/** The languages that there are. A further one is a file beside `en.ts` and a line here. */
export const catalogues = { en } as const satisfies Readonly<Record<string, Messages>>;

export type Language = keyof typeof catalogues;

export const language: Signal<Language> = signal<Language>("en");

/** What is said now: `messages.value.lab.play`. A component that reads it follows the language. */
export const messages: ReadonlySignal<Messages> = computed(() => catalogues[language.value]);
