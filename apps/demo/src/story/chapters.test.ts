import { parseLabConfig, readCell } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { type ChapterText, story } from "../messages/en/story.ts";
import { type Chapter, chapterIds, chapters, sceneConfig } from "./chapters.ts";

describe.each(chapterIds)("the chapter %s", (id) => {
  const { scene, equations }: Chapter = chapters[id];
  const { title, before, after, models }: ChapterText = story.chapters[id];

  it("sets the lab to what it can be", () => {
    if (scene === null) return expect(models).toBeTruthy();
    const config = sceneConfig(scene, 7);
    expect(parseLabConfig(config)).toEqual({ config, problems: [] });
    expect(config.cells.every((cell) => readCell(cell) !== undefined)).toBe(true);
    expect(scene.lag ?? 0).toBeLessThanOrEqual(config.T);
  });

  it("has words, and says what each equation means", () => {
    expect(title).not.toBe("");
    expect(before.length).toBeGreaterThan(0);
    if (equations.length > 0) expect(after.length).toBeGreaterThan(0);
  });
});
