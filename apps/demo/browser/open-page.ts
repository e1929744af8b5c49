import { findChromium } from "@unroll/pack/chromium.mjs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** A Chromium as tests want it. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: ["--no-sandbox", "--disable-background-networking"],
  });
}

/** A page in a context of its own, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, and what the console warned of. */
  readonly problems: string[];
  close(): Promise<void>;
}

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}

/** Waits until every lane has been probed, and gives their half-lives as they stand on the page. */
export async function halfLives(page: Page): Promise<string[]> {
  const places = page.locator("[data-testid^=half-life-]");
  await expect
    .poll(async () => (await places.allTextContents()).every((text) => text !== "") && (await places.count()) > 0, {
      timeout: 60_000,
    })
    .toBe(true);
  return places.allTextContents();
}
