import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { listPackages, readJson } from "./workspace.mjs";

/** @typedef {import("./workspace.mjs").WorkspacePackage} WorkspacePackage */

const source = "@unroll/source";
const manifestEntry = "./package.json";
const published = ["dist", "README.md", "LICENSE", "CHANGELOG.md"];
const ownFiles = ["README.md", "LICENSE", "tsconfig.json", "tsup.config.ts", "vitest.config.ts", "src/index.ts"];

/** @param {unknown} value */
const show = (value) => JSON.stringify(value) ?? "nothing";

/**
 * `exports` leads to the source inside the workspace; what is published must be the same without it.
 *
 * @param {WorkspacePackage} pkg
 * @param {string} workspace
 * @returns {string[]}
 */
function exportsProblems({ folder, manifest }, workspace) {
  const { exports, publishConfig = {} } = manifest;
  if (typeof exports !== "object" || exports === null) return ["exports: expected an object"];
  const problems = [];
  /** @type {Record<string, unknown>} */
  const mirrored = {};
  for (const [entry, target] of Object.entries(exports)) {
    if (entry === manifestEntry) {
      mirrored[entry] = target;
      if (target !== manifestEntry)
        problems.push(`exports["${entry}"]: expected "${manifestEntry}", got ${show(target)}`);
      continue;
    }
    const keys = Object.keys(Object(target));
    if (!isDeepStrictEqual(keys, [source, "types", "default"])) {
      problems.push(
        `exports["${entry}"]: expected the conditions ${source}, types, default in this order, got ${keys}`,
      );
      continue;
    }
    mirrored[entry] = { types: target.types, default: target.default };
    if (!existsSync(path.join(workspace, folder, target[source]))) {
      problems.push(`exports["${entry}"]: there is no ${target[source]}`);
    }
    if (target.default !== target.types.replace(/\.d\.ts$/, ".js") || !target.types.startsWith("./dist/")) {
      problems.push(
        `exports["${entry}"]: expected ./dist/x.d.ts and ./dist/x.js, got ${target.types}, ${target.default}`,
      );
    }
  }
  for (const entry of [".", manifestEntry]) {
    if (!(entry in exports)) problems.push(`exports["${entry}"]: missing`);
  }
  // As text, because the order of conditions matters: the first that fits is taken.
  if (show(publishConfig.exports) !== show(mirrored)) {
    problems.push(`publishConfig.exports: expected ${show(mirrored)}, got ${show(publishConfig.exports)}`);
  }
  return problems;
}

const dependencyFields = ["dependencies", "devDependencies"];

/**
 * @param {readonly Record<string, any>[]} manifests
 * @returns {Set<string>} dependencies that more than one of them names: their version stands in the catalog, once
 */
function sharedDependencies(manifests) {
  const seen = new Set();
  const shared = new Set();
  for (const manifest of manifests) {
    for (const name of dependencyFields.flatMap((field) => Object.keys(manifest[field] ?? {}))) {
      if (seen.has(name)) shared.add(name);
      seen.add(name);
    }
  }
  return shared;
}

/**
 * @param {WorkspacePackage} pkg
 * @param {Set<string>} shared
 * @returns {string[]}
 */
function rangeProblems({ group, manifest }, shared) {
  return dependencyFields.flatMap((field) =>
    Object.entries(manifest[field] ?? {}).flatMap(([name, got]) => {
      if (group !== "packages" && got.startsWith("workspace:")) return [];
      const own = field === "dependencies" ? "workspace:^" : "workspace:*";
      const expected = name.startsWith("@unroll/") ? own : "catalog:";
      if (got === expected || (expected === "catalog:" && !shared.has(name))) return [];
      return [`${field}["${name}"]: expected "${expected}", got "${got}"`];
    }),
  );
}

/**
 * Comments that silence a checker hide what it found; type tests may expect an error, since that fails when there is none.
 *
 * @param {string} folder
 * @returns {string[]}
 */
function silenced(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) return name === "node_modules" || name === "dist" ? [] : silenced(file);
    if (!/\.[cm]?[jt]sx?$/.test(name)) return [];
    const match = /biome-ignore|@ts-ignore|@ts-nocheck|\b(?:it|test|describe)\.(?:skip|todo)\b/.exec(
      readFileSync(file, "utf8"),
    );
    return match === null ? [] : [`${file}: ${match[0]}`];
  });
}

/**
 * @param {WorkspacePackage} pkg
 * @param {string} workspace
 * @returns {string[]}
 */
function publishedProblems(pkg, workspace) {
  const { folder, manifest } = pkg;
  /** @type {[string, unknown, unknown][]} */
  const fixed = [
    ["type", manifest.type, "module"],
    ["private", manifest.private, undefined],
    ["sideEffects", manifest.sideEffects, false],
    ["engines", manifest.engines, { node: ">=20.19" }],
    ["files", manifest.files, published],
    ["publishConfig.access", manifest.publishConfig?.access, "public"],
    ["main", manifest.main, undefined],
  ];
  const problems = fixed
    .filter(([, got, expected]) => !isDeepStrictEqual(got, expected))
    .map(([field, got, expected]) => `${field}: expected ${show(expected)}, got ${show(got)}`);
  if (!manifest.description) problems.push("description: missing");
  problems.push(
    ...ownFiles.filter((file) => !existsSync(path.join(workspace, folder, file))).map((file) => `${file}: missing`),
  );
  const licence = path.join(workspace, folder, "LICENSE");
  if (existsSync(licence) && readFileSync(licence, "utf8") !== readFileSync(path.join(workspace, "LICENSE"), "utf8")) {
    problems.push("LICENSE: differs from the one in the root");
  }
  problems.push(...exportsProblems(pkg, workspace));
  return problems;
}

/**
 * What is wrong with the packages of a workspace, one line each.
 *
 * @param {string} workspace
 * @returns {string[]}
 */
export function checkPackages(workspace) {
  const tasks = Object.keys(readJson(path.join(workspace, "turbo.json")).tasks);
  const { ignore } = readJson(path.join(workspace, ".changeset", "config.json"));
  const packages = listPackages(workspace);
  const shared = sharedDependencies([
    readJson(path.join(workspace, "package.json")),
    ...packages.map(({ manifest }) => manifest),
  ]);
  return packages.flatMap((pkg) => {
    const { group, folder, manifest } = pkg;
    const name = `@unroll/${path.posix.basename(folder)}`;
    const problems = tasks
      .filter((task) => typeof manifest.scripts?.[task] !== "string")
      .map((task) => `scripts.${task}: missing; every turbo task exists in every package`);
    if (manifest.name !== name) problems.push(`name: expected ${name}, got ${manifest.name}`);
    if (manifest.license !== "MIT") problems.push(`license: expected MIT, got ${manifest.license}`);
    problems.push(...rangeProblems(pkg, shared));
    if (group === "packages") problems.push(...publishedProblems(pkg, workspace));
    else if (manifest.private !== true) problems.push("private: expected true");
    if (group === "apps" && !ignore.includes(name)) problems.push(`.changeset/config.json should ignore ${name}`);
    if (group !== "tooling") {
      const base = path.join(workspace, folder);
      problems.push(...silenced(base).map((found) => `silenced: ${path.relative(base, found)}`));
    }
    return problems.map((problem) => `${folder}: ${problem}`);
  });
}
