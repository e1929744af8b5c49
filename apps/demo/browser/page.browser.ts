import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { AxeResults } from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { halfLives, launch, openPage } from "./open-page.ts";
import { removeSite, type Site, serveSite } from "./site.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let browser: Browser;
let site: Site;

beforeAll(async () => {
  site = await serveSite();
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  removeSite();
});

describe("the built page", () => {
  it("trains below a path, without special headers", async () => {
    const { page, problems, close } = await openPage(browser, site.url);
    expect(await page.evaluate("crossOriginIsolated")).toBe(false);
    expect(await halfLives(page)).toHaveLength(3);
    await page.keyboard.press("Space");
    await page.waitForFunction("unroll.lab.lanes.value.every((lane) => lane.step.value >= 10)");
    await page.keyboard.press("Space");
    expect(await page.evaluate("unroll.lab.running.value")).toBe(false);
    expect(problems).toEqual([]);
    await close();
  });

  it("works from memory when there is no network and no server", async () => {
    const own = await serveSite();
    const { page, problems, close } = await openPage(browser, own.url);
    const before = await halfLives(page);
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
    await own.stop();
    await page.context().setOffline(true);
    await page.reload();
    expect(await halfLives(page)).toEqual(before);
    expect(problems).toEqual([]);
    await close();
  });

  it("moves the half-life of the gate alone from 1 to 14.27 steps with the forget bias", async () => {
    const { page, close } = await openPage(browser, site.url);
    await page.getByRole("button", { name: "Only the gate" }).click();
    expect(await halfLives(page)).toEqual(["1.00 steps"]);
    const slider = page.getByRole("slider", { name: "Forget bias", exact: true });
    await slider.fill("3");
    await expect.poll(() => halfLives(page)).toEqual(["14.27 steps"]);
    expect(page.url()).toContain("cells=lstm-w0-fb3&");
    await close();
  });

  it("says that a link is of another version, and opens all the same", async () => {
    const { page, close } = await openPage(browser, `${site.url}#v=99&T=7`);
    await page.getByText("This link is of another version of the page (99)").waitFor();
    expect(await halfLives(page)).toHaveLength(3);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
    await close();
  });

  it("says that a learning rate explodes, keeps the picture, and offers clipping", async () => {
    const { page, close } = await openPage(browser, `${site.url}#v=1&cells=relu&lr=1000000000&clip=none&T=10&H=8&B=4`);
    await halfLives(page);
    await page.keyboard.press("Space");
    await page.getByText(/ReLU RNN diverged at training step \d+/).waitFor();
    expect(await page.evaluate("unroll.lab.running.value")).toBe(false);
    await page.getByRole("button", { name: /^Clip gradients at 1/ }).click();
    await expect.poll(() => page.url()).toContain("clip=1&");
    await close();
  });

  it("tells of a worker that died, and brings its lanes back", async () => {
    const { page, close } = await openPage(browser, "about:blank");
    await page.route("**/worker-*.js", (route) => route.abort());
    await page.goto(`${site.url}#v=1&cells=gru&T=10&H=8&B=4`);
    await page.getByText("The worker that trained GRU has died.").waitFor();
    await page.unroute("**/worker-*.js");
    await page.getByRole("button", { name: "Bring it back" }).click();
    expect(await halfLives(page)).toHaveLength(1);
    expect(await page.getByText("has died").count()).toBe(0);
    await close();
  });

  it("says that WebAssembly is refused, and computes all the same", async () => {
    const strict = await serveSite({ headers: { "content-security-policy": "script-src 'self'" } });
    const { page, close } = await openPage(browser, `${strict.url}#v=1&cells=gru&T=10&H=8&B=4`);
    await page.getByText("This browser does not run WebAssembly with SIMD").waitFor();
    expect(await halfLives(page)).toHaveLength(1);
    await close();
    await strict.stop();
  });

  it.each([
    [320, "light"],
    [768, "light"],
    [1440, "dark"],
  ] as const)("breaks no rule of axe and scrolls downwards alone at %i pixels, %s", async (width, colorScheme) => {
    const { page, close } = await openPage(browser, site.url, { viewport: { width, height: 900 }, colorScheme });
    await halfLives(page);
    await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
    await page.addScriptTag({ path: axe });
    const { violations, passes } = (await page.evaluate("axe.run()")) as AxeResults;
    expect(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))])).toEqual(
      [],
    );
    expect(passes.map(({ id }) => id)).toContain("color-contrast");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await close();
  });
});

describe("what is loaded before the first interaction", () => {
  it("is at most 220 kB of JavaScript, WebAssembly included, gzipped", async () => {
    const { page, close } = await openPage(browser, "about:blank");
    const scripts = new Set<string>();
    page.on("request", (request) => {
      if (request.url().endsWith(".js")) scripts.add(path.basename(new URL(request.url()).pathname));
    });
    await page.goto(site.url);
    await halfLives(page);
    await close();
    scripts.delete("sw.js");
    const assets = path.join(site.folder, "assets");
    const sizes = readdirSync(assets)
      .filter((name) => scripts.has(name))
      .map((name) => gzipSync(readFileSync(path.join(assets, name)), { level: 9 }).length);
    // The page itself, and its worker, which carries the kernels.
    expect(sizes.length).toBeGreaterThanOrEqual(2);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(220_000);
  });
});
