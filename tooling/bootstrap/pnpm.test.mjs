import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findNpm, pinnedPnpm, pnpmCommand } from "./pnpm.mjs";

const node = path.join(path.sep, "node", "bin", "node");
const npm = path.join(path.sep, "npm", "bin", "npm-cli.js");

/** @param {unknown} manifest */
function pinnedIn(manifest) {
  const root = mkdtempSync(path.join(os.tmpdir(), "unroll-pin-"));
  try {
    writeFileSync(path.join(root, "package.json"), JSON.stringify(manifest));
    return pinnedPnpm(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("pinnedPnpm", () => {
  it("reads the exact version, with or without a checksum", () => {
    expect(pinnedIn({ packageManager: "pnpm@12.21.0" })).toBe("12.21.0");
    expect(pinnedIn({ packageManager: "pnpm@12.21.0+sha512.abc" })).toBe("12.21.0");
  });

  it.each([undefined, "pnpm@12", "yarn@4.0.0"])("refuses %s", (packageManager) => {
    expect(() => pinnedIn({ packageManager })).toThrow("package.json: packageManager should be pnpm@x.y.z");
  });
});

describe("pnpmCommand", () => {
  it("goes through the npm that runs this script", () => {
    const env = { npm_execpath: npm };
    expect(pnpmCommand("12.21.0", { execPath: node, env })).toEqual({
      command: node,
      args: [npm, "exec", "--yes", "--prefer-offline", "--no-progress", "--no-update-notifier", "--", "pnpm@12.21.0"],
    });
  });

  it("starts the pinned pnpm itself when that runs this script", () => {
    const binary = path.join(path.sep, "cache", "pnpm", "pnpm");
    const env = { npm_execpath: binary, npm_config_user_agent: "pnpm/12.21.0 npm/? node/? linux x64" };
    expect(pnpmCommand("12.21.0", { execPath: node, env })).toEqual({ command: binary, args: [] });
    const script = path.join(path.sep, "cache", "pnpm", "bin", "pnpm.cjs");
    expect(pnpmCommand("12.21.0", { execPath: node, env: { ...env, npm_execpath: script } })).toEqual({
      command: node,
      args: [script],
    });
  });

  it("leaves another version of pnpm aside", () => {
    const env = { npm_execpath: path.join(path.sep, "pnpm"), npm_config_user_agent: "pnpm/9.0.0 npm/? node/v20" };
    const beside = path.join(path.sep, "node", "lib", "node_modules", "npm", "bin", "npm-cli.js");
    const exists = (/** @type {string} */ file) => file === beside;
    expect(pnpmCommand("12.21.0", { execPath: node, env, exists }).args[0]).toBe(beside);
  });

  it("says how to start it when there is no npm", () => {
    expect(() => pnpmCommand("12.21.0", { execPath: node, env: {}, exists: () => false })).toThrow(
      "start this by `npm start`",
    );
  });
});

describe("findNpm", () => {
  it("looks beside Node where Windows keeps it", () => {
    const beside = path.join(path.sep, "node", "bin", "node_modules", "npm", "bin", "npm-cli.js");
    expect(findNpm({ execPath: node, env: {}, exists: (file) => file === beside })).toBe(beside);
  });
});
