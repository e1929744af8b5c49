import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawn } from "@lydell/node-pty";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findNpm } from "./pnpm.mjs";
import { root } from "./workspace.mjs";

let out = "";

beforeAll(() => {
  out = mkdtempSync(path.join(os.tmpdir(), "unroll-start-"));
});

afterAll(() => rmSync(out, { recursive: true, force: true }));

/**
 * `npm start` as a user types it, in a terminal.
 *
 * @param {readonly string[]} args
 * @param {(printed: string, press: (keys: string) => void) => void} [act] sees everything printed so far
 * @returns {Promise<{ code: number, printed: string }>}
 */
function npmStart(args, act = () => {}) {
  const npm = findNpm();
  if (npm === undefined) throw new Error("npm was not found");
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST)/.test(name)));
  return new Promise((resolve) => {
    const terminal = spawn(process.execPath, [npm, "start", "--", ...args], { cwd: root, env, cols: 160, rows: 40 });
    let printed = "";
    terminal.onData((data) => {
      printed += data;
      act(printed, (keys) => terminal.write(keys));
    });
    // As a shell reports it: npm ends itself by the signal when the shell between it and its script did.
    terminal.onExit(({ exitCode, signal }) => resolve({ code: signal ? 128 + signal : exitCode, printed }));
  });
}

it("hands the terminal on, so that the bar is seen", async () => {
  const folder = path.join(out, "whole");
  const { code, printed } = await npmStart(["--quick", "--task", "adding", "--cells", "rnn", "--out", folder]);
  expect(printed).toMatch(/█.*%/);
  expect(printed).toContain(path.join(folder, "report.html"));
  expect(code).toBe(0);
});

it("hands the exit code on", async () => {
  const { code, printed } = await npmStart(["--data", "no-such-book.txt", "--out", path.join(out, "none")]);
  expect(printed).toContain("no-such-book.txt");
  expect(code).toBe(2);
});

it("lets one Ctrl-C end the program in its own way", async () => {
  const folder = path.join(out, "stopped");
  let pressed = false;
  const args = ["--task", "adding", "--cells", "rnn,gru", "--steps", "5000", "--out", folder];
  const { code, printed } = await npmStart(args, (text, press) => {
    if (pressed || !/ready after[\s\S]*loss/.test(text)) return;
    pressed = true;
    press("\u0003");
  });
  expect(printed).toContain("Stopped early");
  expect(JSON.parse(readFileSync(path.join(folder, "result.json"), "utf8")).complete).toBe(false);
  expect(code).toBe(130);
});
