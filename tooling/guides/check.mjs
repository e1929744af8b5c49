// pnpm check:guides: follows the guides "add a cell" and "add an op", and the README's programs, word for word in a copy of
// the workspace, and looks at what they promise.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findNpm } from "@unroll/bootstrap/pnpm.mjs";
import { copyWorkspace } from "@unroll/checks/copy-workspace.mjs";
import { root } from "@unroll/checks/workspace.mjs";
import { applyEdit, editsIn, unsaid } from "./edits.mjs";

const guide = "docs/guides/add-an-op.md";
const op = "atan";
const copy = copyWorkspace(root);

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [folder]
 */
function run(command, args, folder = ".") {
  // Counts of these tests would be added to those of the run around this one.
  const env = { ...process.env, UNROLL_TEST_COUNTS: "", NO_COLOR: "1", FORCE_COLOR: undefined };
  const { status, stdout, stderr } = spawnSync(command, [...args], {
    cwd: path.join(copy, folder),
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { status, output: `${stdout}${stderr}` };
}

/** @param {string} folder @param {string} name @param {readonly string[]} args */
function tool(folder, name, args) {
  return run(process.execPath, [path.join(copy, "node_modules", name), ...args], folder);
}

/** @param {string} folder */
const typeCheck = (folder) => tool(folder, "typescript/bin/tsc", []);

/** @param {string} folder @param {readonly string[]} [only] */
const test = (folder, only = ["-t", op]) => tool(folder, "vitest/vitest.mjs", ["run", ...only]);

/**
 * @param {boolean} ok
 * @param {string} what
 * @param {string} [output]
 */
function expect(ok, what, output = "") {
  if (!ok) throw new Error(`${what}${output === "" ? "" : `\n${output.slice(-4000)}`}`);
  process.stdout.write(`check:guides: ${what}\n`);
}

/**
 * Saves each program of a page where it says and runs it as it says, after the one build that all pages ask for.
 *
 * @param {readonly string[]} pages
 */
function followPrograms(pages) {
  const npm = findNpm();
  if (npm === undefined) throw new Error("npm was not found beside Node");
  // As in a clone: without git's index, turbo reads everything below each package, node_modules too, for minutes.
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
  ]) {
    const { status, output } = run("git", args);
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${output}`);
  }
  const built = run(process.execPath, [npm, "run", "build"]);
  expect(built.status === 0, "npm run build installs and builds a copy of the workspace", built.output);
  for (const page of pages) {
    const text = readFileSync(path.join(copy, page), "utf8");
    expect(/^npm run build$/m.test(text), `${page} says how to build`);
    const programs = editsIn(text);
    expect(programs.length > 0, `${page} has ${programs.length} programs to save`);
    for (const program of programs) {
      const { file, after } = program;
      applyEdit(copy, program);
      expect(text.includes(`node ${file}`), `${page} says how to run ${file}`);
      const { status, output } = run(process.execPath, [file]);
      expect(status === 0 && output !== "", `node ${file} runs`, output);
      const line = unsaid(after, output);
      expect(line === undefined, `${file} prints what its comments say`, line);
      const lint = tool(".", "@biomejs/biome/bin/biome", ["check", file]);
      expect(lint.status === 0, `${file} is formatted and lint clean`, lint.output);
    }
  }
}

/** The tests that passed, as vitest counts them. @param {string} output */
const passed = (output) => Number(/Tests\b.*?(\d+) passed/.exec(output)?.[1] ?? 0);

try {
  followPrograms(["README.md", "docs/guides/add-a-cell.md"]);

  const edits = editsIn(readFileSync(path.join(copy, guide), "utf8"));
  const named = edits.findLastIndex(({ file }) => file === "packages/tensor/src/records.ts") + 1;
  expect(named > 0 && named < edits.length, `${guide} asks for ${edits.length} changes`);
  for (const edit of edits.slice(0, named)) applyEdit(copy, edit);
  for (const [folder, file] of [
    ["packages/tensor", "src/testing/op-samples.ts"],
    ["packages/autograd", "src/gradients.ts"],
  ]) {
    const { status, output } = typeCheck(folder);
    const missing = output.split("\n").find((line) => line.includes(file) && line.includes(`'${op}'`));
    expect(status !== 0 && missing !== undefined, `half way, the type checker misses ${op} in ${file}`, output);
  }

  for (const edit of edits.slice(named)) applyEdit(copy, edit);
  const files = [...new Set(edits.map(({ file }) => file))];
  const lint = tool(".", "@biomejs/biome/bin/biome", ["check", ...files.filter((file) => file.endsWith(".ts"))]);
  expect(lint.status === 0, `all ${files.length} files are formatted and lint clean`, lint.output);
  for (const folder of ["packages/tensor", "packages/autograd"]) {
    const types = typeCheck(folder);
    expect(types.status === 0, `${folder} type checks`, types.output);
    const { status, output } = test(folder);
    expect(status === 0 && passed(output) >= 10, `${passed(output)} tests of ${op} pass in ${folder}`, output);
  }
  const docs = test("packages/tensor", ["src/docs.test.ts"]);
  expect(docs.status === 0, "its example is right, and the README names it", docs.output);

  const table = path.join(copy, "packages/autograd/src/gradients.ts");
  const right = readFileSync(table, "utf8");
  writeFileSync(
    table,
    right.replace(`  ${op}: keepInputs(({ g, input }) => div(g, `, (row) => row.replace("div", "mul")),
  );
  expect(readFileSync(table, "utf8") !== right, "its gradient is spoiled");
  const spoiled = test("packages/autograd");
  expect(spoiled.status !== 0 && spoiled.output.includes("GradcheckError"), "the tests notice", spoiled.output);
} catch (error) {
  process.stderr.write(`check:guides: not so: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
