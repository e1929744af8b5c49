import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeDeclarations } from "./declarations.js";

let folder = "";

/** @param {string} file @param {string} text */
function write(file, text) {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** @param {Record<string, string>} entries */
function declare(entries) {
  const absolute = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, path.join(folder, file)]));
  const out = path.join(folder, "dist");
  const files = writeDeclarations(absolute, { source: path.join(folder, "src"), out });
  return Object.fromEntries(
    files.map((file) => [file.split(path.sep).join("/"), readFileSync(path.join(out, file), "utf8")]),
  );
}

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "unroll-declarations-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("writeDeclarations", () => {
  it("follows what the declarations of the entry mention, and nothing else", () => {
    write("src/index.ts", 'export { type A, f } from "./deep/f.ts";\nexport { a } from "./a.ts";\n');
    write(
      "src/deep/f.ts",
      'import { hidden } from "../hidden.ts";\nimport type { A } from "../a.ts";\nexport type { A };\n' +
        "export function f(a: A): number {\n  return a.x + hidden;\n}\n",
    );
    write("src/a.ts", "export interface A {\n  x: number;\n}\nexport const a: A = { x: 1 };\n");
    write("src/hidden.ts", "export const hidden: number = 1;\n");
    expect(declare({ index: "src/index.ts" })).toEqual({
      "index.d.ts": 'export { type A, f } from "./deep/f.js";\nexport { a } from "./a.js";\n',
      "deep/f.d.ts":
        'import type { A } from "../a.js";\nexport type { A };\nexport declare function f(a: A): number;\n',
      "a.d.ts": "export interface A {\n    x: number;\n}\nexport declare const a: A;\n",
    });
  });

  it("writes a subpath entry beside the main one", () => {
    write("src/index.ts", "export const a: number = 1;\n");
    write("src/node/index.ts", "export const b: number = 1;\n");
    expect(declare({ index: "src/index.ts", node: "src/node/index.ts" })).toEqual({
      "index.d.ts": "export declare const a: number;\n",
      "node/index.d.ts": "export declare const b: number;\n",
      "node.d.ts": 'export * from "./node/index.js";\n',
    });
  });

  it("declares members that are named by symbols once", () => {
    const members =
      "  *[Symbol.iterator](): Iterator<number> {}\n  get [Symbol.toStringTag](): string {\n    return 'a';\n  }\n";
    write("src/index.ts", `export class A implements Iterable<number> {\n${members}}\n`);
    expect(declare({ index: "src/index.ts" })["index.d.ts"]).toBe(
      "export declare class A implements Iterable<number> {\n    [Symbol.iterator](): Iterator<number>;\n" +
        "    get [Symbol.toStringTag](): string;\n}\n",
    );
  });

  it("keeps what is internal to itself", () => {
    write("src/index.ts", "export interface A {\n  x: number;\n  /** @internal */\n  y: number;\n}\n");
    expect(declare({ index: "src/index.ts" })["index.d.ts"]).not.toContain("y");
  });

  it("removes what an earlier build left", () => {
    write("dist/old/a.d.ts", "");
    write("dist/index.js", "");
    write("src/index.ts", "export const a: number = 1;\n");
    declare({ index: "src/index.ts" });
    expect(existsSync(path.join(folder, "dist/old/a.d.ts"))).toBe(false);
    expect(existsSync(path.join(folder, "dist/index.js"))).toBe(true);
  });

  it("says where a type is not written out", () => {
    write("src/index.ts", "export const a = Math.random();\n");
    expect(() => declare({ index: "src/index.ts" })).toThrow(/src\/index\.ts\(1,14\).*--isolatedDeclarations/s);
  });
});
