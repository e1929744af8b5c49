import { describe, expect, it } from "vitest";
import { range } from "./cells.ts";
import { openOracles, oracles } from "./registry.ts";

declare module "vitest" {
  interface TaskMeta {
    /** What `pnpm oracles` prints of a test. */
    oracle?: {
      readonly id: string;
      readonly title: string;
      readonly error: number;
      readonly bound: number;
      readonly unit?: string | undefined;
    };
    /** Those that nothing can answer yet. */
    open?: readonly { readonly id: string; readonly title: string; readonly waits: string }[];
  }
}

describe("oracles", () => {
  for (const { id, title, error, bound, unit } of oracles)
    it(`${id}: ${title}`, ({ task }) => {
      const found = error();
      task.meta.oracle = { id, title, error: found, bound, unit };
      expect(found).toBeLessThanOrEqual(bound);
    });

  it("are O1 to O54, each once, measured or open", ({ task }) => {
    task.meta.open = openOracles;
    const ids = [...oracles, ...openOracles].map(({ id }) => Number(id.slice(1))).sort((a, b) => a - b);
    expect(ids).toEqual(range(54).map((k) => k + 1));
  });
});
