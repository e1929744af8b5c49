import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findChromium } from "@unroll/pack/chromium.mjs";
import { run } from "@unroll/pack/run.mjs";
import { findNode } from "@unroll/pack/runtimes.mjs";
import { type Training, train } from "@unroll/pack/train";
import { engineInfo } from "@unroll/tensor";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "./bundle.ts";

let browser: Browser;
let script = "";
let folder = "";
let here: Training;

// Once for all tests: a start of Chromium takes seconds.
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "unroll-train-"));
  script = await bundle("train", "@unroll/pack/train");
  browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  here = train(50);
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

describe("50 steps of training a language model", () => {
  it("learn, by the deterministic build", () => {
    expect(engineInfo().build).toBe("simd");
    expect(here.losses).toHaveLength(50);
    expect(here.losses[49]).toBeLessThan(here.losses[0] / 2);
  });

  it("give the same bits in Chromium", async () => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    await page.setContent("<!doctype html><title>unroll</title>");
    await page.addScriptTag({ type: "module", content: script });
    await page.waitForFunction("globalThis.train !== undefined");
    const there = (await page.evaluate("train(50)")) as Training;
    const plain = (await page.evaluate("train(50, true, false)")) as Training;
    // Where the LSTM is not compiled, a message says so.
    expect(problems).toEqual([]);
    expect(there).toEqual(here);
    expect(plain).toEqual(train(50, true, false));
  });

  it.each(["20", "24"])("give the same bits in Node %s", async (major) => {
    const file = path.join(folder, "train.mjs");
    writeFileSync(file, `${script}\nconsole.log(JSON.stringify([process.version, train(50)]));\n`);
    const [version, there] = JSON.parse(await run(await findNode(major, folder), [file], { cwd: folder }));
    expect(version).toMatch(new RegExp(`^v${major}\\.`));
    expect(there).toEqual(here);
  });

  it("run by compiled loops, which add up the gradients of weights in another order than the operations", () => {
    const plain = train(50, true, false);
    expect(plain.digest).not.toBe(here.digest);
    expect(plain.losses[0]).toBe(here.losses[0]);
    expect(Math.abs(plain.losses[5] - here.losses[5])).toBeLessThan(1e-4);
  });

  it("would notice another number", () => {
    expect(train(20).digest).not.toBe(train(19).digest);
  });
});
