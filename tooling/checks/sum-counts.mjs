import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @param {string} folder where the vitest preset left one file per run
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function sumCounts(folder) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of readdirSync(folder)) {
    const counts = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, skipped } = sumCounts(process.argv[2]);
  if (skipped > 0) process.stdout.write(`${skipped} tests were skipped\n`);
  process.stdout.write(`tests: ${passed} passed, ${failed} failed\n`);
}
