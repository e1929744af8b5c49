import { findChromium } from "@unroll/pack/chromium.mjs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "./bundle.ts";
import { compareCores } from "./compare-cores.ts";
import { type Core, core } from "./core.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser?.close();
});

/** What the core computes in a page whose content security policy is `policy`, and the warnings there. */
async function coreUnder(policy: string): Promise<{ result: Core; warnings: string[] }> {
  const page = await browser.newPage();
  const warnings: string[] = [];
  page.on("console", (message) => message.type() === "warning" && warnings.push(message.text()));
  const script = await bundle("core", "./core.ts");
  await page.route("http://unroll.test/**", (route) =>
    route.request().url().endsWith("/core.js")
      ? route.fulfill({ contentType: "text/javascript", body: script })
      : route.fulfill({
          contentType: "text/html",
          headers: { "content-security-policy": policy },
          body: '<!doctype html><title>unroll</title><script type="module" src="/core.js"></script>',
        }),
  );
  await page.goto("http://unroll.test/");
  await page.waitForFunction("globalThis.core !== undefined");
  // By the build that Chromium takes by itself.
  const result = (await page.evaluate("core(false)")) as Core;
  await page.close();
  return { result, warnings };
}

describe("a page whose content security policy", () => {
  it("refuses WebAssembly computes the same by plain JavaScript, and says so once", async () => {
    const { result, warnings } = await coreUnder("script-src 'self'");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^unroll: WebAssembly cannot start \(.+\), so plain JavaScript computes, slower$/);
    expect(result.info.engine).toBe("reference");
    expect(result.info.reason).toMatch(/Content Security Policy|disallowed by embedder/);
    compareCores(result, core());
  });

  it("allows WebAssembly alone computes by it, in silence", async () => {
    const { result, warnings } = await coreUnder("script-src 'self' 'wasm-unsafe-eval'");
    expect(warnings).toEqual([]);
    expect(result.info).toMatchObject({ engine: "wasm", build: "relaxed-simd" });
    const plain = core();
    expect(plain.info.build).toBe("simd");
    compareCores(result, plain);
  });
});
