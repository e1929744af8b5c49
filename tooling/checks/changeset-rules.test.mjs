import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkChangesets, isPublished } from "./changeset-rules.mjs";

let root = "";

/** @param {string} file @param {unknown} content */
function write(file, content) {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content));
}

/** @param {string[]} args */
function git(...args) {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@t.invalid", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: root, encoding: "utf8" });
}

function commit() {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "step");
}

/** @param {string} version */
const manifest = (version) => ({ name: "@unroll/a", version });

/** @param {string} header @param {string} [text] */
const changeset = (header, text = "What changed.") => `---\n${header}\n---\n\n${text}\n`;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "unroll-changesets-"));
  git("init", "--quiet", "--initial-branch=main");
  write("pnpm-workspace.yaml", "packages:\n  - packages/*\n  - apps/*\n  - tooling/*\n");
  write(".changeset/config.json", { ignore: ["@unroll/app"] });
  write(".changeset/README.md", "How to.");
  write("packages/a/package.json", manifest("0.0.0"));
  write("apps/app/package.json", { name: "@unroll/app", version: "0.0.0" });
  write("tooling/tool/package.json", { name: "@unroll/tool", private: true });
  commit();
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

describe("checkChangesets, before any release", () => {
  it("passes at the first commit of a package", () => {
    expect(checkChangesets(root)).toEqual([]);
  });

  it.each([
    ["src/index.ts", "export {};"],
    ["package.json", { name: "@unroll/a", version: "0.0.0", sideEffects: false }],
    ["README.md", "About."],
  ])("fails when %s changed", (file, content) => {
    write(`packages/a/${file}`, content);
    const expected = [
      `@unroll/a changed since its first commit (${file}) and no changeset names it; run \`pnpm changeset\``,
    ];
    expect(checkChangesets(root)).toEqual(expected);
    commit();
    expect(checkChangesets(root)).toEqual(expected);
  });

  it("counts what changed", () => {
    for (const name of ["a", "b", "c"]) write(`packages/a/src/${name}.ts`, "");
    expect(checkChangesets(root)[0]).toContain("(src/a.ts and 2 more)");
  });

  it("fails when a published file was deleted", () => {
    write("packages/a/src/b.ts", "");
    commit();
    git("tag", "@unroll/a@0.0.0");
    rmSync(path.join(root, "packages/a/src/b.ts"));
    expect(checkChangesets(root)[0]).toContain("(src/b.ts)");
  });

  it.each(["src/index.test.ts", "vitest.config.ts", "tsconfig.json"])("passes when only %s changed", (file) => {
    write(`packages/a/${file}`, "");
    commit();
    expect(checkChangesets(root)).toEqual([]);
  });

  it("passes when apps and tools changed", () => {
    write("apps/app/src/index.ts", "");
    write("tooling/tool/src/index.ts", "");
    expect(checkChangesets(root)).toEqual([]);
  });

  it("fails for a package that nobody has committed", () => {
    write("packages/b/package.json", { name: "@unroll/b", version: "0.0.0" });
    expect(checkChangesets(root)[0]).toContain("@unroll/b changed since it began");
  });

  it.each(['"@unroll/a": minor', "'@unroll/a': patch", "@unroll/a: major"])("passes with a changeset %s", (header) => {
    write("packages/a/src/index.ts", "export {};");
    write(".changeset/some-name.md", changeset(header));
    expect(checkChangesets(root)).toEqual([]);
  });

  it("fails with a changeset that names another package", () => {
    write("packages/a/src/index.ts", "export {};");
    write(".changeset/some-name.md", changeset('"@unroll/app": minor'));
    expect(checkChangesets(root)).toHaveLength(1);
  });
});

describe("checkChangesets, after a release", () => {
  beforeEach(() => {
    write("packages/a/src/index.ts", "export {};");
    write("packages/a/package.json", manifest("0.9.0"));
    commit();
    git("tag", "@unroll/a@0.9.0");
    write("packages/a/package.json", manifest("0.10.0"));
    commit();
    git("tag", "@unroll/a@0.10.0");
  });

  it("passes when nothing changed since the highest version", () => {
    expect(checkChangesets(root)).toEqual([]);
  });

  it("fails on main when something changed, and names the release", () => {
    write("packages/a/src/index.ts", "export const a = 1;");
    commit();
    expect(checkChangesets(root)[0]).toContain("@unroll/a changed since @unroll/a@0.10.0 (src/index.ts)");
  });

  it("fails when a version was written by hand", () => {
    write("packages/a/package.json", manifest("0.11.0"));
    commit();
    expect(checkChangesets(root)[0]).toContain("(package.json)");
  });

  it("passes between `changeset version` and the tag, and fails for what comes after", () => {
    write("packages/a/package.json", manifest("0.11.0"));
    write("packages/a/CHANGELOG.md", "# @unroll/a\n\n## 0.11.0\n\n- More.\n");
    expect(checkChangesets(root)).toHaveLength(1);
    commit();
    expect(checkChangesets(root)).toEqual([]);
    write("packages/a/src/index.ts", "export const a = 1;");
    commit();
    expect(checkChangesets(root)[0]).toContain("since version 0.11.0 was prepared (src/index.ts)");
  });

  it("does not count a changeset that a pre-release has used", () => {
    write("packages/a/src/index.ts", "export const a = 1;");
    write(".changeset/old.md", changeset('"@unroll/a": minor'));
    expect(checkChangesets(root)).toEqual([]);
    write(".changeset/pre.json", { changesets: ["old"] });
    expect(checkChangesets(root)).toHaveLength(1);
  });
});

describe("changesets themselves", () => {
  it.each([
    ["no header", "Text.", ".changeset/x.md: no header"],
    ["no text", changeset('"@unroll/a": minor', ""), ".changeset/x.md: says nothing"],
    ["no such bump", changeset('"@unroll/a": huge'), '.changeset/x.md: expected "package": major | minor | patch'],
    ["no such package", changeset('"@unroll/z": minor'), ".changeset/x.md: there is no package @unroll/z"],
  ])("with %s are refused", (_, content, message) => {
    write(".changeset/x.md", content);
    expect(checkChangesets(root).join("\n")).toContain(message);
  });
});

describe("a shallow clone", () => {
  it("is refused, since releases can't be seen in it", () => {
    commit();
    const clone = mkdtempSync(path.join(os.tmpdir(), "unroll-shallow-"));
    try {
      git("clone", "--quiet", "--depth=1", `file://${root}`, clone);
      expect(checkChangesets(clone)).toEqual([expect.stringContaining("git fetch --unshallow --tags")]);
    } finally {
      rmSync(clone, { recursive: true });
    }
  });
});

describe("isPublished", () => {
  it.each([
    ["src/a.ts", true],
    ["src/node/index.ts", true],
    ["README.md", true],
    ["package.json", true],
    ["src/a.test.ts", false],
    ["tsup.config.ts", false],
  ])("%s: %s", (file, expected) => {
    expect(isPublished(file)).toBe(expected);
  });
});
