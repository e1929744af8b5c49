import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { inspectTarball } from "./inspect.mjs";
import { makeTarball } from "./make-tarball.mjs";
import { readTarball } from "./tarball.mjs";

/** @returns {Record<string, any>} */
const goodManifest = () => ({
  name: "@unroll/a",
  version: "0.1.0",
  exports: {
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./node": { types: "./dist/node.d.ts", default: "./dist/node.js" },
    "./package.json": "./package.json",
  },
  dependencies: { "@unroll/b": "^0.1.0" },
});

/** @returns {Map<string, string>} a package without fault, to be damaged */
const good = () =>
  new Map([
    ["README.md", "# a"],
    ["LICENSE", "MIT"],
    [
      "dist/index.js",
      '/** import { c } from "@unroll/c"; */\nimport { b } from "@unroll/b";\nexport { shared } from "./chunk-1.js";\nexport { b };\n',
    ],
    ["dist/chunk-1.js", "export const shared = 1;\n"],
    ["dist/index.d.ts", 'export type { B } from "@unroll/b";\nexport { shared } from "./chunk-1.js";\n'],
    ["dist/chunk-1.d.ts", "export declare const shared: number;\n"],
    ["dist/node.js", 'import { readFile } from "node:fs/promises";\nexport const read = readFile;\n'],
    ["dist/node.d.ts", "export declare const read: unknown;\n"],
  ]);

/**
 * Packs, reads back and inspects.
 *
 * @param {(files: Map<string, string>, manifest: Record<string, any>) => void} [damage]
 */
function inspect(damage = () => {}) {
  const files = good();
  const manifest = goodManifest();
  damage(files, manifest);
  if (!files.has("package.json")) files.set("package.json", JSON.stringify(manifest));
  const folder = mkdtempSync(path.join(os.tmpdir(), "unroll-tarball-"));
  try {
    const file = path.join(folder, "a.tgz");
    makeTarball(file, new Map([...files].map(([name, text]) => [name, Buffer.from(text)])));
    return inspectTarball(readTarball(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("inspectTarball", () => {
  it("finds nothing wrong with a good package", () => {
    expect(inspect()).toEqual([]);
  });

  /** @type {[string, (files: Map<string, string>, manifest: Record<string, any>) => void, string[]][]} */
  const damages = [
    [
      "a dependency of the workspace",
      (_, m) => (m.dependencies["@unroll/b"] = "workspace:^"),
      ['package.json: workspace: in dependencies["@unroll/b"]'],
    ],
    [
      "a version from the catalog",
      (_, m) => (m.devDependencies = { vitest: "catalog:" }),
      ['package.json: catalog: in devDependencies["vitest"]'],
    ],
    [
      "the source condition",
      (files, m) => {
        m.exports["."] = { "@unroll/source": "./dist/index.js", ...m.exports["."] };
        return files;
      },
      ['package.json: @unroll/source in exports["."]'],
    ],
    [
      "the source condition where nobody would look",
      (_, m) => (m.publishConfig = { exports: { "@unroll/source": "x" } }),
      ['package.json: @unroll/source in publishConfig["exports"]'],
    ],
    ["no README", (files) => files.delete("README.md"), ["README.md: missing or empty"]],
    ["an empty README", (files) => files.set("README.md", ""), ["README.md: missing or empty"]],
    ["no licence", (files) => files.delete("LICENSE"), ["LICENSE: missing or empty"]],
    ["no exports", (_, m) => delete m.exports, ["package.json: no exports"]],
    [
      "a missing target",
      (files) => files.delete("dist/node.js"),
      ['package.json: exports["./node"]["default"]: there is no ./dist/node.js'],
    ],
    [
      "missing declarations",
      (files) => files.delete("dist/index.d.ts"),
      ['package.json: exports["."]["types"]: there is no ./dist/index.d.ts'],
    ],
    [
      "a missing chunk",
      (files) => files.delete("dist/chunk-1.js"),
      ["dist/index.js: imports ./chunk-1.js, but dist/chunk-1.js is not packed"],
    ],
    [
      "a missing declaration of a chunk",
      (files) => files.delete("dist/chunk-1.d.ts"),
      ["dist/index.d.ts: imports ./chunk-1.js, but dist/chunk-1.d.ts is not packed"],
    ],
    [
      "an undeclared dependency",
      (_, m) => delete m.dependencies,
      [
        "dist/index.js: imports @unroll/b, which is no dependency",
        "dist/index.d.ts: imports @unroll/b, which is no dependency",
      ],
    ],
    [
      "Node's modules behind the main entry",
      (files) => files.set("dist/chunk-1.js", 'export const shared = () => import("node:fs");'),
      ["dist/chunk-1.js: imports node:fs, and the main entries reach it"],
    ],
    [
      "tests and sources",
      (files) => files.set("dist/a.test.js", "").set("src/index.ts", ""),
      ["dist/a.test.js: should not be packed", "src/index.ts: should not be packed"],
    ],
  ];
  it.each(damages)("finds %s", (_, damage, expected) => {
    expect(inspect(damage)).toEqual(expected);
  });

  it("says when there is no manifest", () => {
    expect(inspectTarball(new Map([["README.md", Buffer.from("a")]]))).toEqual(["package.json: missing"]);
  });
});

describe("readTarball", () => {
  it("reads long paths and large files", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "unroll-tarball-"));
    try {
      const file = path.join(folder, "a.tgz");
      const files = new Map([
        [`dist/${"deep/".repeat(30)}index.js`, Buffer.from("a")],
        ["dist/large.js", Buffer.alloc(5000, "b")],
        ["dist/even.js", Buffer.alloc(1024, "c")],
        ["empty", Buffer.alloc(0)],
      ]);
      makeTarball(file, files);
      expect(readTarball(file)).toEqual(files);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
