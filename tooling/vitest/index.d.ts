import type { ViteUserConfig } from "vitest/config";
export function tests(overrides?: ViteUserConfig["test"]): ViteUserConfig;
