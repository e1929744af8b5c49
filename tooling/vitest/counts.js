import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Leaves one JSON file of counts per run in the folder that UNROLL_TEST_COUNTS names, for a sum over all packages. */
export default class CountsReporter {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const folder = process.env.UNROLL_TEST_COUNTS;
    if (folder === undefined || folder === "") return;
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      let inModule = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") inModule += 1;
        else skipped += 1;
      }
      // A file that does not load, or a suite whose hook throws, has no failed test and has failed all the same.
      if (inModule === 0 && !module.ok()) inModule = 1;
      failed += inModule;
    }
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${process.pid}-${Date.now()}.json`);
    writeFileSync(file, JSON.stringify({ cwd: process.cwd(), passed, failed, skipped }));
  }
}
