import { defineConfig } from "tsup";
import { writeDeclarations } from "./declarations.js";

/**
 * The build of a library: ES modules with declarations; all entries share their chunks.
 *
 * @param {Record<string, string>} [entries]
 * @returns {ReturnType<typeof defineConfig>}
 */
export function library(entries = { index: "src/index.ts" }) {
  return defineConfig({
    entry: entries,
    format: ["esm"],
    target: "es2022",
    platform: "neutral",
    splitting: true,
    treeshake: true,
    clean: true,
    sourcemap: true,
    // `fs` without `node:` could be a package, and other runtimes know only the full name.
    removeNodeProtocol: false,
    external: [/^node:/],
    // tsup's own way bundles declarations by a type checker, which takes most of a build's time.
    onSuccess: async () => {
      writeDeclarations(entries, { source: "src", out: "dist" });
    },
  });
}
