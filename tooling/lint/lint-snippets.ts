import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root: string = fileURLToPath(new URL("../../", import.meta.url));

export interface Finding {
  /** The file, relative to the workspace. */
  file: string;
  /** `lint/style/noRestrictedImports`, or `plugin` for the rules of this folder. */
  rule: string;
  severity: string;
  message: string;
}

interface Diagnostic {
  category: string;
  severity: string;
  message: string;
  location: { path: string };
}

/**
 * Lints files by the rules of the real biome.json, in a workspace of their own, as if they lay in ours.
 *
 * @param files source text by path, such as `packages/optim/src/bad.ts`
 */
export function lintSnippets(files: Record<string, string>): Finding[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), "unroll-lint-"));
  try {
    cpSync(path.join(root, "biome.json"), path.join(folder, "biome.json"));
    cpSync(path.join(root, "tooling/lint/rules"), path.join(folder, "tooling/lint/rules"), { recursive: true });
    writeFileSync(path.join(folder, ".gitignore"), "node_modules/\n");
    for (const [file, source] of Object.entries(files)) {
      const target = path.join(folder, file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, source);
      const owner = file.split("/").slice(0, 2).join("/");
      const manifest = path.join(root, owner, "package.json");
      cpSync(manifest, path.join(folder, owner, "package.json"));
    }
    const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [biome, "lint", "--reporter=json", "--max-diagnostics=none", "."],
      { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", BIOME_LOG_PATH: folder } },
    );
    const start = stdout.indexOf("{");
    if (start === -1) throw new Error(`biome printed no report:\n${stdout}${stderr}`);
    const { diagnostics }: { diagnostics: Diagnostic[] } = JSON.parse(stdout.slice(start));
    return diagnostics.map((diagnostic) => ({
      file: path.relative(folder, path.resolve(folder, diagnostic.location.path)).split(path.sep).join("/"),
      rule: diagnostic.category,
      severity: diagnostic.severity,
      message: diagnostic.message,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
