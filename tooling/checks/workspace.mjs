import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { packageFolders } from "@unroll/bootstrap/stamp.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * @typedef {object} WorkspacePackage
 * @property {string} group the first part of the folder: `packages`, `apps`, `tooling`, `examples`
 * @property {string} folder relative to the workspace, such as `packages/tensor`
 * @property {Record<string, any>} manifest
 */

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
  return packageFolders(workspace)
    .slice(1)
    .map((absolute) => {
      const folder = path.relative(workspace, absolute).split(path.sep).join("/");
      return { group: folder.split("/")[0], folder, manifest: readJson(path.join(absolute, "package.json")) };
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
