import path from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./child.mjs";
import { pinnedPnpm, pnpmCommand } from "./pnpm.mjs";
import { isInstalled, markInstalled, markStale } from "./stamp.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Something went wrong in a child that has already said what. */
export class ChildFailed extends Error {
  /**
   * @param {string} what
   * @param {number} code
   */
  constructor(what, code) {
    super(`${what} failed with exit code ${code}`);
    this.code = code;
  }
}

/**
 * Turbo reads the Node version from here: results of one Node are not those of another.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function turboEnvironment() {
  return {
    ...process.env,
    NODE_VERSION: process.version,
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
  };
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export function runPnpm(args) {
  const pnpm = pnpmCommand(pinnedPnpm(root));
  return runChild(pnpm.command, [...pnpm.args, ...args], { cwd: root, env: turboEnvironment() });
}

/**
 * Turbo looks for pnpm on the path, and only pnpm puts the pinned one there.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export function runTurbo(args) {
  return runPnpm(["exec", "turbo", "run", ...args]);
}

/** @param {string} what @param {Promise<number>} child */
async function mustPass(what, child) {
  const code = await child;
  if (code !== 0) throw new ChildFailed(what, code);
}

/**
 * Two steps: the pinned pnpm, and everything that the lockfile names. Both are skipped when they are there.
 *
 * @param {import("./steps.mjs").Steps} steps
 * @returns {Promise<void>}
 */
export async function install(steps) {
  const version = pinnedPnpm(root);
  if (isInstalled(root)) {
    steps.skip(`Fetch pnpm ${version}`);
    steps.skip("Install dependencies");
    return;
  }
  markStale(root);
  await steps.run(`Fetch pnpm ${version} into npm's cache`, () => mustPass("npm", runPnpm(["--version"])));
  await steps.run("Install dependencies from the lockfile", () =>
    mustPass("pnpm install", runPnpm(["install", "--frozen-lockfile", "--prefer-offline"])),
  );
  markInstalled(root);
}

/**
 * @param {import("./steps.mjs").Steps} steps
 * @param {string} packageName built together with everything that it depends on
 * @returns {Promise<void>}
 */
export function build(steps, packageName) {
  return steps.run(`Build ${packageName} and what it depends on`, () =>
    mustPass("the build", runTurbo(["build", `--filter=${packageName}...`, "--output-logs=errors-only"])),
  );
}

/**
 * Runs a command to its end and exits with its code; what went wrong is one line.
 *
 * @param {() => Promise<number>} command
 * @returns {Promise<void>}
 */
export async function main(command) {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.stderr.write(`unroll: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = error instanceof ChildFailed ? error.code : 1;
  }
}
