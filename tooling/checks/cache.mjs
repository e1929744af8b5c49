import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { pinnedPnpm, pnpmCommand } from "@unroll/bootstrap/pnpm.mjs";
import { turboEnvironment } from "@unroll/bootstrap/workspace.mjs";
import { breakTanh } from "./break-op.mjs";
import { copyWorkspace } from "./copy-workspace.mjs";
import { root } from "./workspace.mjs";

/**
 * Tests read the sources of the packages below, so turbo must run them again when one of those changes. After a green
 * run in a copy of the workspace, an op of `tensor` is broken: the tests of `cells` must run again, and fail.
 */

const copy = copyWorkspace(root);
const counts = path.join(copy, "node_modules", ".counts");
const task = "@unroll/cells#test";
// One failure is enough to know.
const cells = ["--filter=@unroll/cells", "--", "--bail=1"];

/**
 * @param {readonly string[]} args
 * @returns {{ status: number | null, stdout: string, stderr: string }}
 */
function pnpm(args) {
  const { command, args: first } = pnpmCommand(pinnedPnpm(root));
  // The counts would otherwise be added to those of the run around this one.
  const env = { ...turboEnvironment(), UNROLL_TEST_COUNTS: counts };
  return spawnSync(command, [...first, ...args], { cwd: copy, env, encoding: "utf8", maxBuffer: 1 << 28 });
}

/**
 * @param {boolean} ok
 * @param {string} what
 * @param {string} [output]
 */
function expect(ok, what, output = "") {
  if (!ok) throw new Error(`${what}${output === "" ? "" : `\n${output.slice(-4000)}`}`);
  process.stdout.write(`check:cache: ${what}\n`);
}

/** @returns {string} HIT or MISS */
function cacheStatus() {
  const { stdout, stderr } = pnpm(["exec", "turbo", "run", "test", "--dry=json", ...cells]);
  const plan = JSON.parse(stdout.slice(stdout.indexOf("{")) || "{}");
  const found = plan.tasks?.find((/** @type {{ taskId: string }} */ { taskId }) => taskId === task);
  if (found === undefined) throw new Error(`turbo plans no ${task}\n${stdout}${stderr}`);
  return found.cache.status;
}

/** @returns {{ status: number | null, output: string, failed: number, passed: number, runs: number }} */
function runTests() {
  rmSync(counts, { recursive: true, force: true });
  const { status, stdout, stderr } = pnpm(["exec", "turbo", "run", "test", ...cells]);
  const reports = existsSync(counts)
    ? readdirSync(counts).map((file) => JSON.parse(readFileSync(path.join(counts, file), "utf8")))
    : [];
  return {
    status,
    output: stdout + stderr,
    failed: reports.reduce((sum, report) => sum + report.failed, 0),
    passed: reports.reduce((sum, report) => sum + report.passed, 0),
    runs: reports.length,
  };
}

try {
  const installed = pnpm(["install", "--frozen-lockfile", "--prefer-offline"]);
  expect(installed.status === 0, "a copy of the workspace installs", installed.stdout + installed.stderr);

  const green = runTests();
  expect(green.status === 0 && green.passed > 0, `${green.passed} tests of cells pass`, green.output);

  const again = runTests();
  expect(again.status === 0 && again.runs === 0, "unchanged, they come from the cache", again.output);

  const broken = breakTanh(path.join(copy, "packages", "tensor", "src"));
  expect(broken.length > 0, `tanh is broken in ${broken.map((file) => path.relative(copy, file)).join(", ")}`);
  expect(cacheStatus() === "MISS", "turbo will not take the tests of cells from the cache");

  const red = runTests();
  expect(red.runs > 0, "the tests of cells ran again", red.output);
  expect(red.status !== 0 && red.failed > 0, `${red.failed} of them fail`, red.output);
} catch (error) {
  process.stderr.write(`check:cache: not so: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
