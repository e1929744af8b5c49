import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * Copies what git tracks or would track, as it lies on the disk now, into a new folder outside the workspace.
 *
 * @param {string} workspace
 * @returns {string}
 */
export function copyWorkspace(workspace) {
  const target = mkdtempSync(path.join(os.tmpdir(), "unroll-copy-"));
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: workspace,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  for (const file of list.split("\0")) {
    const from = path.join(workspace, file);
    // A tracked file may have been deleted.
    if (file === "" || !existsSync(from)) continue;
    mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    cpSync(from, path.join(target, file));
  }
  return target;
}
