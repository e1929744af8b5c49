import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findChromium } from "./chromium.mjs";

let folder = "";

/** @param {string} file */
function program(file) {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, "", { mode: 0o755 });
  return target;
}

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "unroll-chromium-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("findChromium", () => {
  it("takes what CHROMIUM_PATH names before all others", () => {
    program("bin/chromium");
    const named = program("my/browser");
    expect(findChromium({ CHROMIUM_PATH: named, PATH: path.join(folder, "bin") })).toBe(named);
  });

  it("says when CHROMIUM_PATH names nothing", () => {
    expect(() => findChromium({ CHROMIUM_PATH: path.join(folder, "none") })).toThrow("CHROMIUM_PATH is no program");
    expect(() => findChromium({ CHROMIUM_PATH: folder })).toThrow("CHROMIUM_PATH is no program");
  });

  it("prefers Chromium to Chrome on the path", () => {
    program("a/google-chrome");
    const chromium = program("b/chromium");
    const paths = [path.join(folder, "a"), path.join(folder, "b")].join(path.delimiter);
    expect(findChromium({ PATH: paths })).toBe(chromium);
  });
});
