import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { findNpm } from "./pnpm.mjs";
import { root } from "./workspace.mjs";

/** Before its real work, in milliseconds. */
const limit = 10_000;

/** @returns {string[]} how this machine gives a process a network namespace of its own, which has no network */
function namespace() {
  const ways = [
    ["unshare", "--net"],
    ["unshare", "--map-root-user", "--net"],
  ];
  const way = ways.find(([command, ...args]) => spawnSync(command, [...args, "true"]).status === 0);
  if (way === undefined) {
    throw new Error(
      "check:offline needs `unshare --net` (Linux, util-linux): run it as root, or allow user namespaces by " +
        "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`",
    );
  }
  return way;
}

/**
 * @param {readonly string[]} wrapper
 * @param {readonly string[]} args for npm
 * @param {RegExp} [realWork] the first output of the real work
 * @returns {Promise<{ code: number | null, output: string, milliseconds: number }>} `milliseconds` until the real work
 */
function npm(wrapper, args, realWork = /./) {
  const script = findNpm();
  if (script === undefined) throw new Error("npm was not found");
  const [command, ...rest] = [...wrapper, process.execPath, script, ...args];
  // As npm itself was started by a user: nothing of the npm around this test, and no counts that would be added twice.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|UNROLL_)/.test(name)));
  const begin = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let milliseconds = Number.POSITIVE_INFINITY;
    const read = (/** @type {Buffer} */ chunk) => {
      output += chunk;
      if (milliseconds === Number.POSITIVE_INFINITY && realWork.test(output)) milliseconds = Date.now() - begin;
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, milliseconds }));
  });
}

/** @type {string[]} */
let offline = [];

// The first run may fetch and build; only the second has to do without.
beforeAll(async () => {
  offline = namespace();
  const start = await npm([], ["start", "--", "--help"]);
  expect(start.code, start.output).toBe(0);
  const test = await npm([], ["test"]);
  expect(test.code, test.output.slice(-4000)).toBe(0);
});

it("runs without a network here", () => {
  const [command, ...rest] = [
    ...offline,
    process.execPath,
    "-p",
    "JSON.stringify(Object.keys(os.networkInterfaces()))",
  ];
  expect(JSON.parse(spawnSync(command, rest, { encoding: "utf8" }).stdout)).toEqual([]);
});

it("npm start works and begins within 10 s", async () => {
  const out = mkdtempSync(path.join(os.tmpdir(), "unroll-offline-"));
  try {
    const run = await npm(offline, ["start", "--", "--quick", "--out", out], /ready after .*\n.*\S/);
    expect(run.code, run.output.slice(-4000)).toBe(0);
    expect(run.output).toContain("Install dependencies: nothing to do");
    expect(run.milliseconds).toBeLessThan(limit);
  } finally {
    rmSync(out, { recursive: true });
  }
});

it("npm test works and begins within 10 s", async () => {
  const run = await npm(offline, ["test"], /:test: /);
  expect(run.code, run.output.slice(-4000)).toBe(0);
  expect(run.output).toContain("Install dependencies: nothing to do");
  expect(run.milliseconds).toBeLessThan(limit);
});
