import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkPackages } from "./package-rules.mjs";

const scripts = { build: "tsup", test: "vitest run" };

/** @returns {Record<string, any>} a manifest without fault, to be damaged */
const library = () => ({
  name: "@unroll/a",
  version: "0.0.0",
  description: "An example.",
  type: "module",
  license: "MIT",
  sideEffects: false,
  engines: { node: ">=20.19" },
  exports: {
    ".": { "@unroll/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./package.json": "./package.json",
  },
  publishConfig: {
    access: "public",
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
  },
  files: ["dist", "README.md", "LICENSE", "CHANGELOG.md"],
  scripts: { ...scripts },
  dependencies: { "@unroll/b": "workspace:^" },
  devDependencies: { "@unroll/tool": "workspace:*", vitest: "catalog:", once: "1.2.3" },
});

let root = "";

/** @param {string} file @param {unknown} content */
function write(file, content) {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content));
}

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "unroll-packages-"));
  write("package.json", { devDependencies: { vitest: "catalog:" } });
  write("turbo.json", { tasks: { build: {}, test: {} } });
  write("pnpm-workspace.yaml", "packages:\n  - packages/*\n  - apps/*\n  - tooling/*\n");
  write(".changeset/config.json", { ignore: ["@unroll/app"] });
  write("LICENSE", "MIT");
  write("packages/a/package.json", library());
  for (const file of ["README.md", "tsconfig.json", "tsup.config.ts", "vitest.config.ts", "src/index.ts"]) {
    write(`packages/a/${file}`, "");
  }
  write("packages/a/LICENSE", "MIT");
  write("apps/app/package.json", { name: "@unroll/app", private: true, license: "MIT", scripts });
  write("tooling/tool/package.json", { name: "@unroll/tool", private: true, license: "MIT", scripts });
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** @param {(manifest: Record<string, any>) => void} damage */
function checkDamaged(damage) {
  const manifest = library();
  damage(manifest);
  write("packages/a/package.json", manifest);
  return checkPackages(root);
}

describe("checkPackages", () => {
  it("finds nothing wrong with a good workspace", () => {
    expect(checkPackages(root)).toEqual([]);
  });

  /** @type {[string, (manifest: Record<string, any>) => void, string][]} */
  const damages = [
    ["a task is missing", (m) => delete m.scripts.test, "scripts.test: missing"],
    ["the name is another", (m) => (m.name = "@unroll/x"), "name: expected @unroll/a, got @unroll/x"],
    ["sideEffects is not false", (m) => delete m.sideEffects, "sideEffects: expected false, got nothing"],
    ["engines is another", (m) => (m.engines.node = ">=18"), 'engines: expected {"node":">=20.19"}'],
    ["files lacks one", (m) => m.files.pop(), "files: expected"],
    ["it is private", (m) => (m.private = true), "private: expected nothing, got true"],
    ["it is CommonJS", (m) => (m.type = "commonjs"), 'type: expected "module"'],
    ["it is not described", (m) => delete m.description, "description: missing"],
    ["another licence", (m) => (m.license = "ISC"), "license: expected MIT, got ISC"],
    [
      "the source is not the first condition",
      (m) => {
        const { default: last, types } = m.exports["."];
        m.exports["."] = { types, "@unroll/source": "./src/index.ts", default: last };
      },
      'exports["."]: expected the conditions @unroll/source, types, default in this order',
    ],
    [
      "the source condition has a common name",
      (m) => {
        m.exports["."] = { source: "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" };
      },
      "expected the conditions @unroll/source, types, default",
    ],
    [
      "the source is not there",
      (m) => (m.exports["."]["@unroll/source"] = "./src/other.ts"),
      'exports["."]: there is no ./src/other.ts',
    ],
    [
      "types and code disagree",
      (m) => (m.exports["."].default = "./dist/other.js"),
      'exports["."]: expected ./dist/x.d.ts and ./dist/x.js',
    ],
    ["there is no main entry", (m) => delete m.exports["."], 'exports["."]: missing'],
    ["the manifest is hidden", (m) => delete m.exports["./package.json"], 'exports["./package.json"]: missing'],
    [
      "what is published differs",
      (m) => (m.publishConfig.exports["."].default = "./dist/old.js"),
      "publishConfig.exports: expected",
    ],
    ["what is published is not said", (m) => delete m.publishConfig, "publishConfig.exports: expected"],
    [
      "types come after the code",
      (m) => (m.publishConfig.exports["."] = { default: "./dist/index.js", types: "./dist/index.d.ts" }),
      "publishConfig.exports: expected",
    ],
    [
      "a dependency is pinned to this workspace",
      (m) => (m.dependencies["@unroll/b"] = "workspace:*"),
      'dependencies["@unroll/b"]: expected "workspace:^", got "workspace:*"',
    ],
    [
      "a shared version stands outside the catalog",
      (m) => (m.devDependencies.vitest = "4.0.0"),
      'devDependencies["vitest"]: expected "catalog:", got "4.0.0"',
    ],
  ];
  it.each(damages)("says that %s", (_, damage, message) => {
    const problems = checkDamaged(damage);
    expect(problems.join("\n")).toContain(message);
    for (const problem of problems) expect(problem).toMatch(/^packages\/a: /);
  });

  it.each(["README.md", "LICENSE", "tsup.config.ts", "src/index.ts"])("says that %s is missing", (file) => {
    rmSync(path.join(root, "packages/a", file));
    expect(checkPackages(root)).toContain(`packages/a: ${file}: missing`);
  });

  it("says that a licence differs", () => {
    write("packages/a/LICENSE", "none");
    expect(checkPackages(root)).toEqual(["packages/a: LICENSE: differs from the one in the root"]);
  });

  it.each(["// @ts-ignore", "// @ts-nocheck", "// biome-ignore lint: no", 'it.skip("x")'])("finds %s", (line) => {
    write("packages/a/src/deep/b.ts", line);
    expect(checkPackages(root)).toHaveLength(1);
    expect(checkPackages(root)[0]).toContain("packages/a: silenced: src/deep/b.ts: ");
  });

  it("wants apps and tools private and apps without changesets", () => {
    write("apps/game/package.json", { name: "@unroll/game", license: "MIT", scripts });
    expect(checkPackages(root)).toEqual([
      "apps/game: private: expected true",
      "apps/game: .changeset/config.json should ignore @unroll/game",
    ]);
  });
});
