import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { bundle } from "./bundle.ts";
import { compareCores } from "./compare-cores.ts";
import { core } from "./core.ts";

describe("Node without WebAssembly", () => {
  it("computes the same by plain JavaScript, and says so once", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "unroll-refused-"));
    try {
      const file = path.join(folder, "core.mjs");
      writeFileSync(file, `${await bundle("core", "./core.ts")}\nconsole.log(JSON.stringify(core()));\n`);
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--jitless", "--no-expose-wasm", file], {
        encoding: "utf8",
        maxBuffer: 1 << 26,
      });
      expect(stderr).toBe(
        "unroll: WebAssembly cannot start (this runtime has no WebAssembly), so plain JavaScript computes, slower\n",
      );
      expect(status).toBe(0);
      const there = JSON.parse(stdout);
      const here = core();
      expect(here.info.engine).toBe("wasm");
      expect(there.info).toEqual({ engine: "reference", reason: "this runtime has no WebAssembly" });
      compareCores(there, here);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
