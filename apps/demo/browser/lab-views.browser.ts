import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { halfLives, launch, openPage } from "./open-page.ts";
import { removeSite, type Site, serveSite } from "./site.ts";

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

/** How many colours each canvas of a view has; a blank one has at most one. */
const colorsOf = (view: string) => `[...document.querySelectorAll("#view-${view} canvas")].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colors = new Set();
  for (let k = 0; k < data.length; k += 4) if (data[k + 3] > 0) colors.add((data[k] << 16) | (data[k + 1] << 8) | data[k + 2]);
  return colors.size;
})`;

describe("the lab's views", () => {
  it("are all drawn once the cells have trained a little", async () => {
    const { page, problems, close } = await openPage(browser, site.url);
    await halfLives(page);
    await page.keyboard.press("Space");
    await page.waitForFunction("unroll.lab.lanes.value.every((lane) => lane.step.value >= 24)");
    await page.keyboard.press("Space");
    for (const view of ["lanes", "decay", "race", "heatmap", "gates"]) {
      const least = async () => Math.min(...((await page.evaluate(colorsOf(view))) as number[]));
      await expect.poll(least, { message: view }).toBeGreaterThan(3);
    }
    expect(await page.locator("#view-decay .finding").textContent()).toMatch(
      /^After 50 steps back in time the .* keeps /,
    );
    expect(problems).toEqual([]);
    await close();
  });

  it("are read by the keyboard alone, and say the numbers of the probe", async () => {
    const { page, close } = await openPage(browser, site.url);
    await halfLives(page);
    const cursor = page.getByRole("slider", { name: "Steps back in time", exact: true });
    await cursor.focus();
    await page.keyboard.press("Home");
    for (let k = 0; k < 7; k++) await page.keyboard.press("ArrowRight");
    expect(await page.evaluate("unroll.lab.lag.value")).toBe(7);
    const exact = (await page.evaluate("10 ** unroll.lab.lanes.value[0].latest.value.joint.mean[7]")) as number;
    expect(await cursor.getAttribute("aria-valuetext")).toContain(`7 steps back: RNN ${exact.toPrecision(4)};`);
    expect(await page.getByTestId("at-lag-rnn").textContent()).toBe(exact.toPrecision(4));
    await page.keyboard.press("Escape");
    expect(await page.evaluate("unroll.lab.lag.value")).toBeNull();
    await close();
  });

  it("give their numbers as a table", async () => {
    const { page, close } = await openPage(browser, site.url);
    await halfLives(page);
    await page.getByRole("button", { name: "Show the table" }).click();
    const rows = page.locator("#view-numbers tbody tr");
    await expect.poll(() => rows.count()).toBe(51);
    await page.getByRole("button", { name: "steps back" }).click();
    expect(await rows.first().locator("th").textContent()).toBe("50");
    await close();
  });

  it("meet the gradients that are known in advance", async () => {
    const { page, close } = await openPage(browser, site.url);
    await page.getByText("All 5 known gradients were met over 60 steps back.").waitFor();
    await close();
  });
});
