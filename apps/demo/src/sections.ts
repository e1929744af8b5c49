import type { ComponentType } from "preact";
import { LabSection } from "./lab/lab-section.tsx";
import type { AppState } from "./state/app.ts";
import { lazy } from "./ui/lazy.tsx";

/** A tab of the page. */
export interface Section {
  readonly id: SectionId;
  readonly View: ComponentType<{ readonly app: AppState }>;
}

export type SectionId = "lab" | "language" | "story";

/** The tabs in their order: a section is there when it works. */
export const sections: readonly Section[] = [
  { id: "lab", View: LabSection },
  {
    id: "language",
    View: lazy(async () => (await import("./language/language-section.tsx")).LanguageSection),
  },
  { id: "story", View: lazy(async () => (await import("./story/story-section.tsx")).StorySection) },
];
