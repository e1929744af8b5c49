import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { InputError } from "../../input-error.ts";
import { peersFolder } from "./lineup.ts";

/**
 * Fetches the peers' packages, exactly as their lockfile names them, without running anything of theirs: by npm, since
 * they are no part of the workspace.
 *
 * @returns npm's exit code
 */
export async function installPeers(): Promise<number> {
  process.stderr.write("fetching the peers, about 700 MB\n");
  const [program, args] = npmCommand();
  const child = spawn(program, [...args, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: peersFolder(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new InputError(`--install-peers: npm cannot be run: ${error.message}`)));
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** The npm that came with this Node, or the one on the path. */
function npmCommand(): [string, string[]] {
  const beside = path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  return existsSync(beside) ? [process.execPath, [beside]] : ["npm", []];
}
