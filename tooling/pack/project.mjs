import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findNpm } from "@unroll/bootstrap/pnpm.mjs";
import ts from "typescript";
import { run } from "./run.mjs";

/**
 * @typedef {object} Project
 * @property {string} folder
 * @property {string} program the name of the training program's file, without extension
 */

/**
 * @param {string} source
 * @param {ts.ModuleKind} module
 */
function toJavaScript(source, module) {
  return ts.transpileModule(source, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } }).outputText;
}

/**
 * An empty project with the training program as TypeScript, as ES module and as CommonJS, and the tarballs installed by
 * one npm command.
 *
 * @param {string} folder
 * @param {string} program a file of `template/`, without extension
 * @param {readonly string[]} tarballs
 * @returns {Promise<Project>}
 */
export async function createProject(folder, program, tarballs) {
  mkdirSync(folder, { recursive: true });
  const write = (/** @type {string} */ name, /** @type {string} */ text) =>
    writeFileSync(path.join(folder, name), text);
  write("package.json", JSON.stringify({ name: "empty", private: true, type: "module" }));
  const source = readFileSync(fileURLToPath(new URL(`template/${program}.ts`, import.meta.url)), "utf8");
  write(`${program}.ts`, source);
  write(`${program}.mjs`, toJavaScript(source, ts.ModuleKind.ESNext));
  write(`${program}.cjs`, toJavaScript(source, ts.ModuleKind.CommonJS));
  write("import.mjs", `import { train } from "./${program}.mjs";\nconsole.log(JSON.stringify(train(20)));\n`);
  write("require.cjs", `const { train } = require("./${program}.cjs");\nconsole.log(JSON.stringify(train(20)));\n`);
  const npm = findNpm();
  if (npm === undefined) throw new Error("npm was not found beside Node");
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier"];
  await run(process.execPath, [npm, "install", ...options, ...tarballs], { cwd: folder });
  return { folder, program };
}

/**
 * @typedef {{ losses: number[], digest: string }} Training
 */

/**
 * @param {string} output what a program printed
 * @returns {Training}
 */
export function readTraining(output) {
  const training = JSON.parse(output);
  const [first] = training.losses;
  const last = training.losses.at(-1);
  if (training.losses.length !== 20 || !(last < first / 2)) {
    throw new Error(`20 steps should halve the loss, got ${first} and then ${last}`);
  }
  return training;
}
