import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installKey, isInstalled, markInstalled, markStale, packageFolders } from "./stamp.mjs";

const workspace = "packages:\n  - packages/*\n  - 'apps/*'\n  - examples\n\ncatalog:\n  - no\n";

let root = "";

/** @param {string} file @param {unknown} value */
function write(file, value) {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, typeof value === "string" ? value : JSON.stringify(value));
}

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "unroll-stamp-"));
  write("package.json", { name: "root", devDependencies: { turbo: "1" } });
  write("pnpm-lock.yaml", "a\nb\n");
  write("pnpm-workspace.yaml", workspace);
  write("packages/a/package.json", { name: "a", scripts: { test: "x" } });
  write("packages/notes.txt", "not a package");
  write("node_modules/turbo/package.json", {});
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

describe("isInstalled", () => {
  it("is false before, true after, and false again when asked to forget", () => {
    expect(isInstalled(root)).toBe(false);
    markInstalled(root);
    expect(isInstalled(root)).toBe(true);
    markStale(root);
    expect(isInstalled(root)).toBe(false);
  });

  it.each([
    ["the lockfile", () => write("pnpm-lock.yaml", "a\nc\n")],
    ["the workspace file", () => write("pnpm-workspace.yaml", `${workspace}  x: 1\n`)],
    ["a dependency", () => write("packages/a/package.json", { name: "a", dependencies: { b: "1" } })],
    ["a new package", () => write("apps/c/package.json", { name: "c" })],
    ["a new folder of its own", () => write("examples/package.json", { name: "examples" })],
    ["a lost module", () => rmSync(path.join(root, "node_modules", "turbo"), { recursive: true })],
  ])("is false after a change of %s", (_, change) => {
    markInstalled(root);
    change();
    expect(isInstalled(root)).toBe(false);
  });

  it("is true after a change of scripts only", () => {
    markInstalled(root);
    write("packages/a/package.json", { name: "a", scripts: { test: "y" } });
    expect(isInstalled(root)).toBe(true);
  });
});

describe("installKey", () => {
  it("depends on the version of Node and not on line endings", () => {
    expect(installKey(root, "v20.19.0")).not.toBe(installKey(root, "v24.0.0"));
    const before = installKey(root);
    write("pnpm-lock.yaml", "a\r\nb\r\n");
    expect(installKey(root)).toBe(before);
  });
});

describe("packageFolders", () => {
  it("lists the root and the named folders with a package.json", () => {
    write("other/d/package.json", {});
    expect(packageFolders(root).map((folder) => path.relative(root, folder))).toEqual(["", path.join("packages", "a")]);
  });
});
