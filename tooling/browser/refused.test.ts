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

  it("would be told from one that computes something else", () => {
    const right = core();
    const [first, ...rest] = right.samples["tanh"][0].split(" ");
    const wrong = [Number(first) * 1.00001, ...rest].join(" ");
    const samples = { ...right.samples, tanh: [wrong, ...right.samples["tanh"].slice(1)] };
    expect(() => compareCores({ ...right, samples }, right)).toThrow("tanh, sample 0, value 0: expected");
    const losses = right.training.losses.map((loss) => loss * 1.0001);
    expect(() => compareCores({ ...right, training: { ...right.training, losses } }, right)).toThrow("loss of step 0");
  });
});
