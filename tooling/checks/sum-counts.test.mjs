import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("adds up what the runs left, in one line", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "unroll-counts-"));
  try {
    writeFileSync(path.join(folder, "1.json"), JSON.stringify({ cwd: "/a", passed: 3, failed: 1, skipped: 0 }));
    writeFileSync(path.join(folder, "2.json"), JSON.stringify({ cwd: "/b", passed: 40, failed: 0, skipped: 0 }));
    const script = fileURLToPath(new URL("sum-counts.mjs", import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
    expect(stdout).toBe("tests: 43 passed, 1 failed\n");
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
