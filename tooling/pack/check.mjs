import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { trainBundled } from "./bundlers.mjs";
import { inspectTarball } from "./inspect.mjs";
import { packAll } from "./pack.mjs";
import { checkPage } from "./page.mjs";
import { createProject } from "./project.mjs";
import { findNode, trainIn } from "./runtimes.mjs";
import { readTarball } from "./tarball.mjs";
import { checkTypes } from "./types.mjs";

let last = Date.now();

/** @param {string} what */
function passed(what) {
  process.stdout.write(`check:pack: ${what} (${((Date.now() - last) / 1000).toFixed(1)} s)\n`);
  last = Date.now();
}

/**
 * Everything that users do with the packages: run, type check and bundle, with the same numbers everywhere.
 *
 * @param {string} folder
 * @param {string} program
 * @param {readonly string[]} tarballs
 */
async function checkProject(folder, program, tarballs) {
  const project = await createProject(folder, program, tarballs);
  passed(`${program}: ${tarballs.length} tarballs installed by one npm command`);
  /** @type {string | undefined} */
  let digest;
  const same = (/** @type {[string, import("./project.mjs").Training][]} */ results) => {
    for (const [where, training] of results) {
      digest = digest ?? training.digest;
      if (training.digest !== digest) throw new Error(`${program}: ${where} computes other numbers`);
      passed(`${program}: trains in ${where}`);
    }
  };
  for (const major of ["20", "24"]) same(await trainIn(project, await findNode(major, folder)));
  for (const where of await checkTypes(project)) passed(`${program}: type checks by ${where}`);
  same(await trainBundled(project));
  return project;
}

const work = mkdtempSync(path.join(os.tmpdir(), "unroll-pack-"));
try {
  const destination = path.join(work, "tarballs");
  mkdirSync(destination);
  const tarballs = await packAll(destination);
  passed(`${tarballs.length} packages packed`);
  const problems = tarballs.flatMap((file) =>
    inspectTarball(readTarball(file)).map((problem) => `${path.basename(file)}: ${problem}`),
  );
  if (problems.length > 0) throw new Error(problems.join("\n"));
  passed("every tarball holds what it should");
  const project = await checkProject(path.join(work, "all"), "train", tarballs);
  passed(await checkPage(project, process.env.UNROLL_SCREENSHOT));
  // With the kernels, its only dependency, which no registry has yet.
  const alone = tarballs.filter((file) => /^unroll-(tensor|kernels)-/.test(path.basename(file)));
  await checkProject(path.join(work, "alone"), "tensor-alone", alone);
} catch (error) {
  process.stderr.write(`check:pack: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
