import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportsOf, missingInReadme, undocumented } from "./exports.ts";

let folder = "";
const file = (name: string) => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "unroll-docs-"));
  writeFileSync(file("index.ts"), 'export { add, type Sum } from "./a.ts";\nexport { late as early } from "./b.ts";\n');
  writeFileSync(file("a.ts"), "/** Adds. */\nexport function add(): void {}\nexport interface Sum {}\n");
  writeFileSync(file("b.ts"), "/** Late. */\nexport class late {}\nexport const other = 1;\n");
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the exports of an entry", () => {
  it("are found with the files that declare them", () => {
    expect(exportsOf(file("index.ts"))).toEqual([
      { name: "add", file: file("a.ts") },
      { name: "Sum", file: file("a.ts") },
      { name: "late", file: file("b.ts") },
    ]);
  });

  it("are undocumented without a doc comment", () => {
    expect(undocumented(file("index.ts"))).toEqual(["Sum"]);
  });

  it("are missing in a README that does not name them in code", () => {
    writeFileSync(file("README.md"), "add and `Sum`, and | `f(late)` |\n");
    expect(missingInReadme(file("index.ts"), file("README.md"))).toEqual(["add"]);
    expect(missingInReadme(file("index.ts"), file("none.md"))).toEqual(["add", "Sum", "late"]);
  });
});
