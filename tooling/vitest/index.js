import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** Tests beside the source, against the source of the packages below: no build is needed. */
export function tests(overrides = {}) {
  const conditions = ["@unroll/source", ...defaultServerConditions];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ["src/**/*.test.ts"],
      // A test that prints hides a warning; a warning that is expected is asserted.
      onConsoleLog: (log) => {
        throw new Error(`a test printed: ${log}`);
      },
      ...overrides,
    },
  });
}
