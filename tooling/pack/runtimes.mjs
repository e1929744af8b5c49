import { findNpm } from "@unroll/bootstrap/pnpm.mjs";
import { readTraining } from "./project.mjs";
import { run } from "./run.mjs";

/**
 * @param {string} major
 * @param {string} cwd
 * @returns {Promise<string>} the program of that Node: this one, or one that npm fetches
 */
export async function findNode(major, cwd) {
  if (process.version.startsWith(`v${major}.`)) return process.execPath;
  const npm = findNpm();
  if (npm === undefined) throw new Error("npm was not found beside Node");
  const args = [npm, "exec", "--yes", "--prefer-offline", "--package", `node@${major}`, "--", "node", "-p"];
  return (await run(process.execPath, [...args, "process.execPath"], { cwd })).trim();
}

/**
 * Trains by `import` and by `require`.
 *
 * @param {import("./project.mjs").Project} project
 * @param {string} node
 * @returns {Promise<[string, import("./project.mjs").Training][]>}
 */
export async function trainIn({ folder }, node) {
  const version = (await run(node, ["-p", "process.version"], { cwd: folder })).trim();
  /** @type {[string, import("./project.mjs").Training][]} */
  const results = [];
  for (const file of ["import.mjs", "require.cjs"]) {
    const how = file.split(".")[0];
    results.push([`Node ${version}, ${how}`, readTraining(await run(node, [file], { cwd: folder }))]);
  }
  return results;
}
