import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {string} root
 * @returns {string} the exact version that package.json pins
 */
export function pinnedPnpm(root) {
  const { packageManager } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const match = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager ?? "");
  if (match === null) throw new Error(`package.json: packageManager should be pnpm@x.y.z, got ${packageManager}`);
  return match[1];
}

/**
 * @typedef {{ execPath?: string, platform?: string, env?: NodeJS.ProcessEnv, exists?: (file: string) => boolean }} Host
 */

/**
 * Finds npm's own script, so that it can be started by Node without a shell.
 *
 * @param {Host} [host]
 * @returns {string | undefined}
 */
export function findNpm({ execPath = process.execPath, env = process.env, exists = existsSync } = {}) {
  const running = env.npm_execpath;
  if (running !== undefined && path.basename(running).startsWith("npm-cli.")) return running;
  // Started by node itself or by another package manager: npm lies beside Node on every platform.
  const bin = path.dirname(execPath);
  return [
    path.join(bin, "node_modules", "npm", "bin", "npm-cli.js"),
    path.join(bin, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ].find(exists);
}

/** npm's spinner would write over what pnpm and turbo print. */
const quiet = ["--no-progress", "--no-update-notifier"];

/**
 * How to start the pinned pnpm, whatever started this process.
 *
 * @param {string} version
 * @param {Host} [host]
 * @returns {{ command: string, args: string[] }}
 */
export function pnpmCommand(version, host = {}) {
  const { execPath = process.execPath, env = process.env } = host;
  const running = env.npm_execpath;
  if (
    running !== undefined &&
    /^pnpm(\.|$)/.test(path.basename(running)) &&
    (env.npm_config_user_agent ?? "").startsWith(`pnpm/${version} `)
  ) {
    const script = /\.[cm]?js$/.test(running);
    return script ? { command: execPath, args: [running] } : { command: running, args: [] };
  }
  const npm = findNpm(host);
  if (npm === undefined) {
    throw new Error("npm was not found beside Node; start this by `npm start`, `npm test` or `npm run`");
  }
  // From npm's cache without asking the network, which may be absent; from the registry when the cache was cleaned.
  return { command: execPath, args: [npm, "exec", "--yes", "--prefer-offline", ...quiet, "--", `pnpm@${version}`] };
}
