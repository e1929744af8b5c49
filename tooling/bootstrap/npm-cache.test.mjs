import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { root } from "./workspace.mjs";

/** Does what npm does about its cache: without the network it cannot start what it never fetched. */
const fakeNpm = `
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
const args = process.argv.slice(2);
if (args.includes("--offline") && !existsSync("cache")) {
  process.stderr.write("npm error code ENOTCACHED");
  process.exit(1);
}
writeFileSync("cache", "");
appendFileSync("calls", args.slice(args.indexOf("--") + 1).join(" ") + "\\n");
`;

/** @type {string} */
let workspace;
/** @type {string} */
let npm;

beforeEach(() => {
  workspace = mkdtempSync(path.join(os.tmpdir(), "unroll-npm-cache-"));
  const bootstrap = path.join(root, "tooling", "bootstrap");
  for (const name of readdirSync(bootstrap).filter((file) => /^[a-z-]+\.mjs$/.test(file)))
    cpSync(path.join(bootstrap, name), path.join(workspace, "tooling", "bootstrap", name));
  writeFileSync(path.join(workspace, "package.json"), JSON.stringify({ packageManager: "pnpm@1.2.3", type: "module" }));
  writeFileSync(path.join(workspace, "pnpm-workspace.yaml"), "packages:\n  - packages/*\n");
  npm = path.join(workspace, "npm", "npm-cli.js");
  mkdirSync(path.dirname(npm));
  writeFileSync(npm, fakeNpm);
});

afterEach(() => rmSync(workspace, { recursive: true }));

/** @returns {{ status: number | null, output: string, calls: string[] }} */
function turbo() {
  rmSync(path.join(workspace, "calls"), { force: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, ["tooling/bootstrap/turbo.mjs", "build"], {
    cwd: workspace,
    env: { ...process.env, npm_execpath: npm },
    encoding: "utf8",
  });
  const log = path.join(workspace, "calls");
  const calls = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  return { status, output: stdout + stderr, calls };
}

it("fetches pnpm again when npm's cache was cleaned after the install", () => {
  const install = "pnpm@1.2.3 install --frozen-lockfile --prefer-offline";
  const build = "pnpm@1.2.3 exec turbo run build";
  const first = turbo();
  expect(first.calls, first.output).toEqual(["pnpm@1.2.3 --version", install, build]);
  rmSync(path.join(workspace, "cache"));
  const second = turbo();
  expect(second.status, second.output).toBe(0);
  expect(second.output).toContain("Install dependencies: nothing to do");
  expect(second.calls).toEqual([build]);
});
