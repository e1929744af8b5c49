import { type Training, train } from "@unroll/pack/train";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "./chromium.mjs";

let browser: Browser;

// Once for all tests: a start of Chromium takes seconds.
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser?.close();
});

/** The training program and every package below it as one module, from the sources. */
async function bundle(): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: 'import { train } from "@unroll/pack/train";\nglobalThis.train = train;',
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["@unroll/source"],
    target: "es2022",
  });
  expect(warnings).toEqual([]);
  const [script] = outputFiles;
  if (script === undefined) throw new Error("esbuild wrote nothing");
  return script.text;
}

describe("training in Chromium", () => {
  it("gives the losses and parameters of Node, bit for bit", async () => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    await page.setContent("<!doctype html><title>unroll</title>");
    await page.addScriptTag({ type: "module", content: await bundle() });
    await page.waitForFunction("globalThis.train !== undefined");
    const there = (await page.evaluate("train(20)")) as Training;
    const here = train(20);
    expect(problems).toEqual([]);
    expect(here.losses[19]).toBeLessThan(here.losses[0] / 2);
    expect(there).toEqual(here);
  });

  it("would notice another number", async () => {
    expect(train(20).digest).not.toBe(train(19).digest);
  });
});
