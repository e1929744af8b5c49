import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "@unroll/bootstrap/workspace.mjs";
import { chromium } from "playwright-core";
import { build } from "vite";
import { findChromium } from "./chromium.mjs";
import { run } from "./run.mjs";

const origin = "http://unroll.test/";
const types = /** @type {Record<string, string>} */ ({ ".html": "text/html", ".js": "text/javascript" });

/** @typedef {{ update: number, loss: number, norms: number[] }} Point */

/** Runs in the page before all else: keeps what workers send, beside what the page does with it. */
function keepMessages() {
  const kept = /** @type {unknown[]} */ ([]);
  Object.assign(globalThis, { kept });
  globalThis.Worker = class extends Worker {
    /** @param {[string | URL, WorkerOptions?]} args */
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => kept.push(data));
    }
  };
}

/**
 * Opens a built page in Chromium and waits until its worker is done.
 *
 * @param {string} folder
 * @param {string | undefined} screenshot where to keep a picture of it
 * @returns {Promise<{ points: Point[], curves: number, status: string | null }>}
 */
async function openPage(folder, screenshot) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 730 } });
    /** @type {string[]} */
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    await page.addInitScript(keepMessages);
    await page.route(`${origin}**`, (route) => {
      const file = new URL(route.request().url()).pathname.slice(1) || "index.html";
      return file === "favicon.ico"
        ? route.fulfill({ status: 204 })
        : route.fulfill({ contentType: types[path.extname(file)], body: readFileSync(path.join(folder, file)) });
    });
    await page.goto(origin);
    await page.waitForFunction(() => Reflect.get(globalThis, "kept").at(-1) === "done", undefined, {
      timeout: 120_000,
    });
    if (problems.length > 0) throw new Error(`the page reports: ${problems.join("\n")}`);
    if (screenshot) await page.screenshot({ path: screenshot });
    const points = await page.evaluate(() => Reflect.get(globalThis, "kept").slice(0, -1));
    const status = await page.textContent("#status");
    return { points, curves: await page.locator("polyline").count(), status };
  } finally {
    await browser.close();
  }
}

/** Norms pass through `Math.log10`, whose last digits may differ between versions of V8. */
const tolerance = 1e-9;

/**
 * Builds the example page from the installed tarballs, and holds what its worker computes in Chromium to what Node does.
 *
 * @param {import("./project.mjs").Project} project
 * @param {string} [screenshot]
 * @returns {Promise<string>} what passed
 */
export async function checkPage({ folder }, screenshot) {
  const source = path.join(folder, "vite-page");
  cpSync(path.join(root, "examples", "vite-page"), source, { recursive: true });
  await build({ root: source, configFile: false, logLevel: "error" });
  const { points, curves, status } = await openPage(path.join(source, "dist"), screenshot);
  const program = 'import { train } from "./train.js";\nconsole.log(JSON.stringify([...train()]));';
  /** @type {Point[]} */
  const expected = JSON.parse(await run(process.execPath, ["--input-type=module", "-e", program], { cwd: source }));
  if (points.length !== expected.length || curves !== expected.length)
    throw new Error(`the page: expected ${expected.length} curves, got ${points.length} and ${curves} drawn`);
  for (const [k, { update, loss, norms }] of expected.entries()) {
    const there = points[k];
    if (there.update !== update || there.loss !== loss)
      throw new Error(`the page: loss ${loss} after ${update} updates in Node, ${there.loss} in Chromium`);
    if (norms.length === 0 || !norms.every((norm, i) => Math.abs(there.norms[i] - norm) <= tolerance * Math.abs(norm)))
      throw new Error(`the page: other gradients in Chromium after ${update} updates`);
  }
  const [first, last] = [expected[0], expected[expected.length - 1]];
  if (!(last.loss < first.loss / 10)) throw new Error(`the page: the loss went from ${first.loss} to ${last.loss}`);
  if (!status?.endsWith("Done.")) throw new Error(`the page: it says ${status}`);
  return `the example page, built by Vite, trains in a worker in Chromium and draws Node's ${curves} curves`;
}
