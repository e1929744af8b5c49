import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { exitCode, forwarding, runChild } from "./child.mjs";

describe("exitCode", () => {
  it("is the code, or 128 + n after a signal", () => {
    expect(exitCode(0, null)).toBe(0);
    expect(exitCode(7, null)).toBe(7);
    expect(exitCode(null, "SIGINT")).toBe(130);
    expect(exitCode(null, "SIGTERM")).toBe(143);
  });
});

describe("forwarding", () => {
  it("passes one Ctrl-C on without a terminal, however often npm repeats it", () => {
    const decide = forwarding(false);
    expect([0, 1, 5, 999].map((now) => decide("SIGINT", now))).toEqual([true, false, false, false]);
    expect(decide("SIGINT", 2000)).toBe(true);
  });

  it("leaves the first Ctrl-C to the terminal", () => {
    const decide = forwarding(true);
    expect([0, 3, 500].map((now) => decide("SIGINT", now))).toEqual([false, false, false]);
    expect(decide("SIGINT", 3000)).toBe(true);
  });

  it.each([true, false])("always passes SIGTERM on (terminal: %s)", (terminal) => {
    const decide = forwarding(terminal);
    expect([decide("SIGTERM", 0), decide("SIGTERM", 1)]).toEqual([true, true]);
  });
});

describe("runChild", () => {
  it("reports the exit code and passes arguments as they are", async () => {
    const program = "process.exit(process.argv[1] === 'a b*\"c' ? 7 : 1)";
    expect(await runChild(process.execPath, ["-e", program, "--", 'a b*"c'])).toBe(7);
  });

  it("rejects when there is no such program", async () => {
    await expect(runChild("no-such-program-of-unroll", [])).rejects.toThrow("ENOENT");
  });

  it.each(/** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM"]))(
    "passes %s on, waits for the child, and keeps its exit code",
    async (signal) => {
      const inner = `process.on("${signal}", () => setTimeout(() => { console.log("saved"); process.exit(42); }, 200));
        setInterval(() => {}, 1000); console.log("up");`;
      const outer = `import { runChild } from ${JSON.stringify(new URL("child.mjs", import.meta.url).href)};
        process.exitCode = await runChild(process.execPath, ["-e", ${JSON.stringify(inner)}]);`;
      const parent = spawn(process.execPath, ["--input-type=module", "-e", outer], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      parent.stdout.on("data", (chunk) => {
        output += chunk;
        if (output === "up\n") parent.kill(signal);
      });
      const code = await new Promise((resolve) => parent.on("close", resolve));
      expect(output).toBe("up\nsaved\n");
      expect(code).toBe(42);
    },
  );

  it.each([
    ["ends the child when the package manager that started it is gone", "start", 30_000, "SIGTERM\n"],
    ["stays when a parent that is none has left it in the background", undefined, 1500, "finished\n"],
  ])("%s", async (_, event, lifetime, expected) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "unroll-child-"));
    const up = JSON.stringify(path.join(folder, "up"));
    const inner = `process.on("SIGTERM", () => { console.log("SIGTERM"); process.exit(); });
      setTimeout(() => { console.log("finished"); process.exit(); }, ${lifetime});
      require("node:fs").writeFileSync(${up}, "");`;
    const outer = `import { runChild } from ${JSON.stringify(new URL("child.mjs", import.meta.url).href)};
      process.exitCode = await runChild(process.execPath, ["-e", ${JSON.stringify(inner)}]);`;
    // Leaves when all are up, as the shell between npm and its script does.
    const leaver = `require("node:child_process").spawn(process.execPath, ["--input-type=module", "-e",
      ${JSON.stringify(outer)}], { stdio: "inherit" }).unref();
      setInterval(() => { if (require("node:fs").existsSync(${up})) process.exit(); }, 50);`;
    const { npm_lifecycle_event: _event, ...env } = process.env;
    const top = spawn(process.execPath, ["-e", leaver], {
      stdio: ["ignore", "pipe", "inherit"],
      env: event === undefined ? env : { ...env, npm_lifecycle_event: event },
    });
    let output = "";
    top.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await new Promise((resolve) => top.stdout.on("close", resolve));
    rmSync(folder, { recursive: true });
    expect(output).toBe(expected);
  });
});
