import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const here = path.dirname(fileURLToPath(import.meta.url));

let folder = "";

// Inside this package, so that `vitest` and the preset resolve.
beforeEach(() => {
  folder = mkdtempSync(path.join(here, "node_modules", ".preset-"));
  mkdirSync(path.join(folder, "src"));
  writeFileSync(
    path.join(folder, "vitest.config.js"),
    'import { tests } from "../../index.js";\nexport default tests();\n',
  );
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Runs one test file by the preset and reads the counts that it leaves.
 *
 * @param {string} source
 */
function runTests(source) {
  writeFileSync(path.join(folder, "src", "sample.test.ts"), `import { expect, it, vi } from "vitest";\n${source}\n`);
  const counts = path.join(folder, "counts");
  const vitest = path.join(here, "node_modules", "vitest", "vitest.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, "run"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, UNROLL_TEST_COUNTS: counts, NO_COLOR: "1" },
  });
  const [file] = readdirSync(counts);
  const { passed, failed, skipped } = JSON.parse(readFileSync(path.join(counts, file), "utf8"));
  return { status, output: stdout + stderr, counts: { passed, failed, skipped } };
}

describe("the vitest preset", () => {
  it("passes a quiet test and counts it", () => {
    const { status, counts } = runTests('it("a", () => { expect(1).toBe(1); });');
    expect(status).toBe(0);
    expect(counts).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it.each([
    ['console.log("noise")', "console.log: noise"],
    ['console.warn("noise")', "console.warn: noise"],
    ['process.stdout.write("noise\\n")', "process.stdout: noise"],
  ])("fails a test that prints by %s", (statement, message) => {
    const { status, output, counts } = runTests(`it("a", () => { ${statement}; expect(1).toBe(1); });`);
    expect(status).toBe(1);
    expect(output).toContain(message);
    expect(counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("fails a file that prints outside its tests", () => {
    const { status, counts } = runTests('console.log("noise");\nit("a", () => { expect(1).toBe(1); });');
    expect(status).toBe(1);
    expect(counts.failed).toBe(1);
  });

  it("lets a spy assert what is printed", () => {
    const { status } = runTests(`it("a", () => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
      console.warn("expected");
      expect(warn).toHaveBeenCalledWith("expected");
      warn.mockRestore();
    });`);
    expect(status).toBe(0);
  });

  it("counts a file that does not load as a failure", () => {
    const { status, counts } = runTests('throw new Error("not loaded");');
    expect(status).toBe(1);
    expect(counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("counts a rejection that nobody handles as a failure", () => {
    const { status, counts } = runTests(
      'it("a", () => { void Promise.reject(new Error("lost")); expect(1).toBe(1); });',
    );
    expect(status).toBe(1);
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
});
