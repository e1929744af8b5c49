import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { packageOf } from "./find.ts";

/** The modules of Node that the source file at `url` imports, itself or through the sources that it imports. */
export function builtinsReached(url: string | URL): string[] {
  return [...importsOf(fileURLToPath(url), new Set())].filter(isBuiltin);
}

function importsOf(file: string, seen: Set<string>): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (specifier.startsWith(".")) {
      if (specifier.endsWith(".ts")) importsOf(path.resolve(path.dirname(file), specifier), seen);
    } else if (specifier.startsWith("@unroll/")) {
      const target = path.join(packageOf(file), "..", specifier.slice("@unroll/".length), "src", "index.ts");
      if (!existsSync(target)) throw new Error(`no source for ${specifier}`);
      importsOf(target, seen);
    } else seen.add(specifier);
  }
  return seen;
}
