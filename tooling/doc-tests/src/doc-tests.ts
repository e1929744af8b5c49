import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { missingInReadme, undocumented } from "./exports.ts";
import { findExamples, packageOf } from "./find.ts";
import { type Modules, runExample } from "./run.ts";

/** Options of {@link docTests}. */
export interface DocTestOptions {
  /** `import.meta.url` of the test file. */
  url: string;
  /** What examples import, by module name. In doc comments all names of these modules are in scope, the first given winning. */
  modules: Modules;
  /** Runs before each example, to start from the same state whatever ran earlier. */
  before?: () => void;
  /** Also asks for a doc comment on every export, and for its name in the README (default false). */
  complete?: boolean;
}

/** Makes one test of each example in the README and in the doc comments of a package. */
export function docTests({ url, modules, before, complete = false }: DocTestOptions): void {
  const examples = findExamples(url);
  describe("examples in the docs", () => {
    it("exist", () => {
      expect(examples.length).toBeGreaterThan(0);
    });
    for (const example of examples) {
      it(`${example.file}:${example.line}`, async () => {
        before?.();
        expect(await runExample(example, modules)).toEqual([]);
      });
    }
  });
  if (!complete) return;
  const folder = packageOf(fileURLToPath(url));
  const entry = path.join(folder, "src", "index.ts");
  describe("the docs", () => {
    it("explain every export", () => {
      expect(undocumented(entry)).toEqual([]);
    });
    it("name every export in the README", () => {
      expect(missingInReadme(entry, path.join(folder, "README.md"))).toEqual([]);
    });
  });
}
