import { defineConfig } from "tsup";

/** The build of a library: ES modules with declarations; all entries share their chunks. */
export function library(entries = { index: "src/index.ts" }) {
  return defineConfig({
    entry: entries,
    format: ["esm"],
    target: "es2022",
    platform: "neutral",
    dts: true,
    splitting: true,
    treeshake: true,
    clean: true,
    sourcemap: true,
  });
}
