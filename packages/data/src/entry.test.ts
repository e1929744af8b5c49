import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Everything that `file` imports, directly or through other source files, by bare specifier or path. */
function importsOf(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, "utf8");
  for (const [, specifier] of source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (specifier.startsWith(".")) {
      const target = fileURLToPath(new URL(specifier, `file://${file}`));
      if (target.endsWith(".ts")) importsOf(target, seen);
    } else if (specifier.startsWith("@unroll/")) {
      const target = fileURLToPath(
        new URL(`../../${specifier.slice("@unroll/".length)}/src/index.ts`, import.meta.url),
      );
      if (!existsSync(target)) throw new Error(`no source for ${specifier}`);
      importsOf(target, seen);
    } else seen.add(specifier);
  }
  return seen;
}

const builtins = (entry: string): string[] =>
  [...importsOf(fileURLToPath(new URL(entry, import.meta.url)))].filter(isBuiltin);

describe("the entries", () => {
  it("reach no module of Node from the main one", () => {
    expect(builtins("./index.ts")).toEqual([]);
  });

  it("reach Node's files from the subpath, which shows that the search finds such modules", () => {
    expect(builtins("./node/index.ts")).toContain("node:fs/promises");
  });
});
