import { createRequire } from "node:module";
import { sampleReports } from "@unroll/bench/sample-reports";
import { findChromium } from "@unroll/pack/chromium.mjs";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const reports = sampleReports();

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser?.close();
});

/** Opens a report with all tables unfolded; no request may leave it. */
async function open(name: string, width: number, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const asked: string[] = [];
  await page.route(/^(?!data:)/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await page.setContent(reports[name]);
  await page.evaluate("for (const table of document.querySelectorAll('details')) table.open = true");
  expect(asked).toEqual([]);
  return page;
}

describe.each(Object.keys(reports))("the report of %s", (name) => {
  it.each([
    [320, "light"],
    [1440, "dark"],
  ] as const)("breaks no rule of axe at %i pixels, %s", async (width, scheme) => {
    const page = await open(name, width, scheme);
    await page.addScriptTag({ path: axe });
    // Charts are pictures with a name; what is in them is not read out.
    const { violations, passes } = (await page.evaluate("axe.run({ exclude: ['svg > *'] })")) as AxeResults;
    expect(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))])).toEqual(
      [],
    );
    expect(passes.map(({ id }) => id)).toContain("color-contrast");
    await page.close();
  });

  it.each([320, 768, 1440])("scrolls downwards alone at %i pixels, and cuts off no word of a chart", async (width) => {
    const page = await open(name, width, "light");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const cut = await page.evaluate(() =>
      Array.from(document.querySelectorAll("svg text")).flatMap((text) => {
        const [own, chart] = [text.getBoundingClientRect(), text.closest("svg")?.getBoundingClientRect()];
        // A pixel of grace: boxes of text include what hangs over its letters.
        const inside =
          chart !== undefined &&
          own.left >= chart.left - 1 &&
          own.right <= chart.right + 1 &&
          own.top >= chart.top - 1 &&
          own.bottom <= chart.bottom + 1;
        return inside ? [] : [text.textContent];
      }),
    );
    expect(cut).toEqual([]);
    await page.close();
  });

  it("prints black on white, whatever the screen, without tables that are folded", async () => {
    const page = await open(name, 794, "dark");
    await page.evaluate("for (const table of document.querySelectorAll('details')) table.open = false");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const seen = (await page.evaluate(`({
      ink: getComputedStyle(document.body).color,
      page: getComputedStyle(document.body).backgroundColor,
      tables: [...document.querySelectorAll("details")].filter((table) => table.checkVisibility()).length,
      texts: [...new Set([...document.querySelectorAll(".card text")].map((text) => getComputedStyle(text).fill))],
    })`)) as { ink: string; page: string; tables: number; texts: string[] };
    expect(seen).toMatchObject({ ink: "rgb(0, 0, 0)", page: "rgb(255, 255, 255)", tables: 0 });
    expect(seen.texts.length).toBeGreaterThan(0);
    for (const color of seen.texts) {
      const parts = color.match(/\d+/g)?.map(Number) ?? [];
      expect(Math.min(...parts), color).toBeLessThan(100);
    }
    await page.close();
  });
});
