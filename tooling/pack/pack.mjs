import { readdirSync } from "node:fs";
import path from "node:path";
import { pinnedPnpm, pnpmCommand } from "@unroll/bootstrap/pnpm.mjs";
import { root, runTurbo } from "@unroll/bootstrap/workspace.mjs";
import { run } from "./run.mjs";

/**
 * Builds and packs every public package.
 *
 * @param {string} destination
 * @returns {Promise<string[]>} the tarballs, sorted
 */
export async function packAll(destination) {
  const code = await runTurbo(["build", "--filter=./packages/*", "--output-logs=errors-only"]);
  if (code !== 0) throw new Error(`the build failed with exit code ${code}`);
  const { command, args } = pnpmCommand(pinnedPnpm(root));
  const folders = readdirSync(path.join(root, "packages")).map((name) => path.join(root, "packages", name));
  for (const cwd of folders) await run(command, [...args, "pack", "--pack-destination", destination], { cwd });
  return readdirSync(destination)
    .filter((name) => name.endsWith(".tgz"))
    .sort()
    .map((name) => path.join(destination, name));
}
