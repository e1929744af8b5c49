import { fileURLToPath } from "node:url";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import CountsReporter from "./counts.js";

/** @param {string} file */
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Tests beside the source, against the source of the packages below: no build is needed.
 *
 * @param {NonNullable<import("vitest/config").ViteUserConfig["test"]>} [overrides]
 * @returns {import("vitest/config").ViteUserConfig}
 */
export function tests({ setupFiles = [], reporters = ["default"], ...overrides } = {}) {
  const conditions = ["@unroll/source", ...defaultServerConditions];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ["src/**/*.test.ts"],
      // On a busy machine a test may take ten times its usual time; only one that hangs should end here.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      setupFiles: [here("./quiet.js"), here("./engine.js"), ...[setupFiles].flat()],
      // Node 20 has relaxed SIMD behind a flag, which later ones refuse.
      execArgv:
        process.env.UNROLL_TEST_ENGINE === "relaxed-simd" && process.version.startsWith("v20.")
          ? ["--experimental-wasm-relaxed-simd"]
          : [],
      reporters: [...[reporters].flat(), new CountsReporter()],
      ...overrides,
    },
  });
}
