import type { defineConfig } from "tsup";
export function library(entries?: Record<string, string>): ReturnType<typeof defineConfig>;
