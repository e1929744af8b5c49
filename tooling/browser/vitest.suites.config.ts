import path from "node:path";
import { findChromium } from "@unroll/pack/chromium.mjs";
import { tests } from "@unroll/vitest";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions } from "vite";

const root = path.resolve(import.meta.dirname, "../..");

/** Ops, gradients, goldens, layers, cells and optimizers, and what computes them. */
const packages = ["kernels", "tensor", "autograd", "nn", "compiler", "cells", "optim"];

// What reads files or Node's own objects, what loads second copies of a package through Node, and what fails the same way
// on every engine.
const exclude = [
  "**/docs.test.ts",
  "**/*arguments.test.ts",
  "**/every-argument.test.ts",
  "**/memory.test.ts",
  "**/records.test.ts",
  "**/tensor.test.ts",
  "**/create.test.ts",
  "**/runtime.test.ts",
  "**/state.test.ts",
];

export default tests({
  projects: packages.map((name) => ({
    root: path.join(root, "packages", name),
    resolve: { conditions: ["@unroll/source", ...defaultClientConditions] },
    test: {
      name,
      include: ["src/**/*.test.ts"],
      exclude,
      testTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { executablePath: findChromium(), args: ["--no-sandbox", "--disable-background-networking"] },
        }),
        instances: [{ browser: "chromium" as const }],
      },
    },
  })),
});
