import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { sumCounts } from "@unroll/checks/sum-counts.mjs";
import { run } from "@unroll/pack/run.mjs";
import { findNode } from "@unroll/pack/runtimes.mjs";

// `pnpm test:engines [NAME...]`: the tests of everything that computes, once for each way to compute float32. Plain SIMD
// on this Node is what `npm test` runs.

/** @typedef {{ node: string, engine?: string }} Way */

/** @type {Record<string, () => Promise<Way>>} */
const ways = {
  reference: async () => ({ node: process.execPath, engine: "reference" }),
  stress: async () => ({ node: process.execPath, engine: "stress" }),
  "relaxed-simd": async () => ({ node: process.execPath, engine: "relaxed-simd" }),
  "node-24": async () => ({ node: await findNode("24", import.meta.dirname) }),
};

/**
 * @param {Way} way
 * @param {string} counts the folder for the number of tests
 */
async function test({ node, engine }, counts) {
  const vitest = path.join(import.meta.dirname, "node_modules", "vitest", "vitest.mjs");
  const { UNROLL_TEST_ENGINE: _, ...rest } = process.env;
  const env = { ...rest, ...(engine && { UNROLL_TEST_ENGINE: engine }), UNROLL_TEST_COUNTS: counts, NO_COLOR: "1" };
  await run(node, [vitest, "run", "--config", "vitest.engines.config.ts"], { cwd: import.meta.dirname, env });
}

/**
 * Hands the counts on to who adds up the tests of several commands.
 *
 * @param {string} counts
 */
function passOn(counts) {
  const folder = process.env.UNROLL_TEST_COUNTS;
  if (!folder) return;
  for (const file of readdirSync(counts)) copyFileSync(path.join(counts, file), path.join(folder, file));
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(ways, name));
if (unknown !== undefined) {
  process.stderr.write(`test:engines: expected some of ${Object.keys(ways).join(", ")}, got ${unknown}\n`);
  process.exit(1);
}
for (const name of asked.length > 0 ? asked : Object.keys(ways)) {
  const counts = mkdtempSync(path.join(os.tmpdir(), "unroll-engines-"));
  const start = Date.now();
  let problem = "";
  try {
    await test(await ways[name](), counts);
  } catch (error) {
    problem = `\n${error instanceof Error ? error.message : error}`;
    process.exitCode = 1;
  }
  const { passed, failed } = sumCounts(counts);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  process.stdout.write(`test:engines: ${name}: ${passed} passed, ${failed} failed (${seconds} s)${problem}\n`);
  passOn(counts);
  rmSync(counts, { recursive: true });
}
