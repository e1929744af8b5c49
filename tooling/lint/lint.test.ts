import { beforeAll, describe, expect, it } from "vitest";
import { type Finding, lintSnippets } from "./lint-snippets.ts";

/** What each package may import, from the ground up; nothing else of this workspace. */
const floors: Record<string, readonly string[]> = {
  kernels: [],
  tensor: ["kernels"],
  autograd: ["tensor"],
  safetensors: ["tensor"],
  data: ["tensor"],
  nn: ["tensor", "autograd", "safetensors", "data"],
  optim: ["kernels", "tensor", "autograd", "safetensors", "data"],
  compiler: ["kernels", "tensor", "autograd"],
  cells: ["tensor", "autograd", "safetensors", "data", "nn", "optim", "compiler"],
  gradflow: ["tensor", "autograd", "safetensors", "data", "nn", "optim", "compiler", "cells"],
};
const names: string[] = Object.keys(floors);
const pairs = names.flatMap((from) => names.map((to) => ({ from, to, allowed: floors[from]?.includes(to) ?? false })));

interface Case {
  name: string;
  source: string;
  rule: string;
  message: string;
  /** Where it is not an error, if anywhere. */
  fine?: string;
}

const power = "Powers differ in their last bits between V8 versions";
const nodeEntry = "Only the ./node entry may reach src/node";
const nodeOnly = "Do not use the global variable";
const onlyNode = "src/node/index.ts";
const onlyTests = "src/some.test.ts";

const cases: Case[] = [
  { name: "power", source: "export const a: number = 2 ** 3;", rule: "plugin", message: power },
  { name: "power-assign", source: "let a = 2;\na **= 3;\nexport { a };", rule: "plugin", message: power },
  { name: "power-member-assign", source: "const a = [2];\na[0] **= 3;\nexport { a };", rule: "plugin", message: power },
  { name: "math-pow", source: "export const a: number = Math.pow(2, 3);", rule: "plugin", message: power },
  { name: "math-pow-alias", source: "export const power = Math.pow;", rule: "plugin", message: power },
  { name: "math-pow-computed", source: 'export const a: number = Math["pow"](2, 3);', rule: "plugin", message: power },
  { name: "math-pow-global", source: "export const a = globalThis.Math.pow;", rule: "plugin", message: power },
  { name: "math-pow-taken-apart", source: "export const { pow: power } = Math;", rule: "plugin", message: power },
  {
    name: "node-import",
    source: 'import { readFile } from "node:fs/promises";\nexport { readFile };',
    rule: "lint/correctness/noNodejsModules",
    message: "Node.js builtin module",
    fine: onlyNode,
  },
  {
    name: "node-import-bare",
    source: 'import { readFile } from "fs/promises";\nexport { readFile };',
    rule: "lint/correctness/noNodejsModules",
    message: "Node.js builtin module",
    fine: onlyTests,
  },
  {
    name: "node-entry",
    source: 'import { read } from "./node/index.ts";\nexport { read };',
    rule: "plugin",
    message: nodeEntry,
    fine: onlyTests,
  },
  {
    name: "node-entry-re-export",
    source: 'export { read } from "../node/read.ts";',
    rule: "plugin",
    message: nodeEntry,
    fine: onlyNode,
  },
  {
    name: "node-entry-lazy",
    source: 'export const read: () => Promise<unknown> = () => import("./node/read.ts");',
    rule: "plugin",
    message: nodeEntry,
  },
  {
    name: "process",
    source: "export const a: unknown = process.env;",
    rule: "lint/style/noRestrictedGlobals",
    message: nodeOnly,
    fine: onlyNode,
  },
  {
    name: "buffer",
    source: "export const a: unknown = Buffer.from([1]);",
    rule: "lint/style/noRestrictedGlobals",
    message: nodeOnly,
    fine: onlyTests,
  },
  {
    name: "path-into-package",
    source: 'export { tensor } from "../../tensor/src/index.ts";',
    rule: "lint/style/noRestrictedImports",
    message: "never by a path into its source",
  },
  {
    name: "dev-dependency",
    source: 'import fc from "fast-check";\nexport { fc };',
    rule: "lint/correctness/noUndeclaredDependencies",
    message: "fast-check",
    fine: onlyTests,
  },
  {
    name: "undeclared",
    source: 'import { z } from "zod";\nexport { z };',
    rule: "lint/correctness/noUndeclaredDependencies",
    message: "zod",
  },
  {
    name: "no-extension",
    source: 'export { a } from "./power";',
    rule: "lint/correctness/useImportExtensions",
    message: "extension",
  },
  { name: "default-export", source: "export default 1;", rule: "lint/style/noDefaultExport", message: "default" },
  {
    name: "star",
    source: 'export * from "./power.ts";',
    rule: "lint/performance/noReExportAll",
    message: "export all",
  },
  {
    name: "non-null",
    source: "export function f(a: number | null): number {\n  return a!;\n}",
    rule: "lint/style/noNonNullAssertion",
    message: "non-null",
  },
  {
    name: "any",
    source: "export function f(a: any): unknown {\n  return a;\n}",
    rule: "lint/suspicious/noExplicitAny",
    message: "any",
  },
  {
    name: "ts-ignore",
    source: "// @ts-ignore\nexport const a: string = 1;",
    rule: "lint/suspicious/noTsIgnore",
    message: "@ts-ignore",
  },
  {
    name: "unused",
    source: "const a = 1;\nexport {};",
    rule: "lint/correctness/noUnusedVariables",
    message: "unused",
  },
  {
    name: "skipped.test",
    source: 'import { it } from "vitest";\nit.skip("a", () => {});',
    rule: "lint/suspicious/noSkippedTests",
    message: "disable",
  },
  {
    name: "focused.test",
    source: 'import { it } from "vitest";\nit.only("a", () => {});',
    rule: "lint/suspicious/noFocusedTests",
    message: "focus",
  },
];

/** What only looks like something forbidden. */
const good = `import { pow } from "./power.ts";
import { node } from "./nodes/node.ts";
export const text: string = "a ** b **= c";
export const product: number = 3 * Math.sqrt(2) * pow * node;
export const exp: (x: number) => number = Math.exp;
`;

function file(folder: string, kind: string, { from, to }: { from: string; to: string }): string {
  return `packages/${from}/src/${folder}${kind}-${to}.ts`;
}

let findings: Finding[] = [];

function at(path: string): Finding[] {
  return findings.filter((finding) => finding.file === path && finding.severity === "error");
}

// One run of Biome over every snippet: a process for each would take minutes.
beforeAll(() => {
  const files: Record<string, string> = {
    "packages/nn/src/good.ts": good,
    "packages/nn/src/cycle-a.ts": 'import { b } from "./cycle-b.ts";\nexport const a: () => number = () => b();\n',
    "packages/nn/src/cycle-b.ts": 'import { a } from "./cycle-a.ts";\nexport const b: () => number = () => a();\n',
    "packages/tensor/src/is-nan.ts": "export function isNaN(a: number): boolean {\n  return a !== a;\n}\n",
  };
  for (const pair of pairs) {
    files[file("", "value", pair)] = `import { a } from "@unroll/${pair.to}";\nexport { a };\n`;
    files[file("", "type", pair)] = `import type { A } from "@unroll/${pair.to}/sub";\nexport type B = A;\n`;
    files[file("", "again", pair)] = `export { a } from "@unroll/${pair.to}";\n`;
    files[file("", "lazy", pair)] = `export const a: () => Promise<unknown> = () => import("@unroll/${pair.to}");\n`;
    files[file("node/", "value", pair)] = `import { a } from "@unroll/${pair.to}";\nexport { a };\n`;
  }
  for (const { name, source, fine } of cases) {
    files[`packages/nn/src/${name}.ts`] = `${source}\n`;
    if (fine === onlyNode) files[`packages/nn/src/node/${name}.ts`] = `${source}\n`;
    if (fine === onlyTests) files[`packages/nn/src/${name}-fine.test.ts`] = `${source}\n`;
  }
  findings = lintSnippets(files);
});

describe("imports run downward only", () => {
  it.each(pairs.filter(({ allowed }) => allowed))("$from may import $to", (pair) => {
    const restricted = ["value", "type", "again", "lazy"]
      .flatMap((kind) => at(file("", kind, pair)))
      .filter(({ rule }) => rule === "lint/style/noRestrictedImports");
    expect(restricted).toEqual([]);
  });

  it.each(pairs.filter(({ allowed }) => !allowed))("$from may not import $to", (pair) => {
    for (const path of [
      ...["value", "type", "again", "lazy"].map((kind) => file("", kind, pair)),
      file("node/", "value", pair),
    ]) {
      const restricted = at(path).filter(({ rule }) => rule === "lint/style/noRestrictedImports");
      expect(restricted, path).toHaveLength(1);
      expect(restricted[0]?.message).toContain(pair.from);
    }
  });

  it("says that optim never imports nn", () => {
    const messages = at(file("", "again", { from: "optim", to: "nn" })).map(({ message }) => message);
    expect(messages.join("\n")).toContain("never nn");
  });
});

describe("rules for packages", () => {
  it.each(cases)("$name is an error", ({ name, rule, message }) => {
    const found = at(`packages/nn/src/${name}.ts`).filter((finding) => finding.rule === rule);
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain(message);
  });

  it.each(cases.filter(({ fine }) => fine !== undefined))("$name is fine in $fine", ({ name, fine, rule }) => {
    const path = fine === onlyNode ? `packages/nn/src/node/${name}.ts` : `packages/nn/src/${name}-fine.test.ts`;
    expect(at(path).filter((finding) => finding.rule === rule)).toEqual([]);
  });

  it("finds import cycles", () => {
    expect(at("packages/nn/src/cycle-a.ts").map(({ rule }) => rule)).toContain("lint/suspicious/noImportCycles");
  });

  it("leaves what only looks forbidden alone", () => {
    expect(at("packages/nn/src/good.ts")).toEqual([]);
  });

  it("lets an op be called isNaN", () => {
    expect(at("packages/tensor/src/is-nan.ts").map(({ rule }) => rule)).not.toContain(
      "lint/suspicious/noShadowRestrictedNames",
    );
  });
});
