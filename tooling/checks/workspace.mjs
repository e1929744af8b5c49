import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** @typedef {"packages" | "apps" | "tooling"} Group */

/**
 * @typedef {object} WorkspacePackage
 * @property {Group} group
 * @property {string} folder relative to the workspace, such as `packages/tensor`
 * @property {Record<string, any>} manifest
 */

/** @type {readonly Group[]} */
const groups = ["packages", "apps", "tooling"];

/**
 * @param {string} file
 * @returns {any}
 */
export function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * @param {string} workspace
 * @returns {WorkspacePackage[]}
 */
export function listPackages(workspace) {
  return groups.flatMap((group) => {
    const parent = path.join(workspace, group);
    if (!existsSync(parent)) return [];
    return readdirSync(parent)
      .filter((name) => existsSync(path.join(parent, name, "package.json")))
      .sort()
      .map((name) => ({
        group,
        folder: `${group}/${name}`,
        manifest: readJson(path.join(parent, name, "package.json")),
      }));
  });
}

/**
 * Prints what is wrong and sets the exit code.
 *
 * @param {string} title
 * @param {readonly string[]} problems
 * @param {string} success
 */
export function report(title, problems, success) {
  if (problems.length === 0) {
    process.stdout.write(`${title}: ${success}\n`);
    return;
  }
  process.stderr.write(`${problems.map((problem) => `${title}: ${problem}\n`).join("")}`);
  process.exitCode = 1;
}
