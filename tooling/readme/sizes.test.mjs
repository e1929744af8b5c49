import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatSize, gzippedSize, packageFolders } from "./measure.mjs";
import { isNear, statedSize, withSize } from "./size-line.mjs";

const readme = "# a\n\n| Size | 4.5 kB minified and gzipped, without dependencies; less when less is imported |\n";

describe("the size in a README", () => {
  it("is read and replaced", () => {
    expect(statedSize(readme)).toBe("4.5 kB");
    expect(withSize(readme, "12.0 kB")).toBe(readme.replace("4.5", "12.0"));
    expect(statedSize("| Size | small |")).toBeUndefined();
  });

  it("may be off by what rounding and versions explain", () => {
    expect(isNear("4.5 kB", 4549)).toBe(true);
    expect(isNear("4.5 kB", 4601)).toBe(false);
    expect(isNear("20.0 kB", 20390)).toBe(true);
    expect(isNear("20.0 kB", 20500)).toBe(false);
  });

  it("is in thousands of bytes", () => {
    expect(formatSize(12345)).toBe("12.3 kB");
  });
});

describe("measuring a package", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "unroll-sizes-"));
    const folder = path.join(root, "packages", "small");
    mkdirSync(path.join(folder, "src"), { recursive: true });
    mkdirSync(path.join(root, "packages", "no-package"));
    writeFileSync(
      path.join(folder, "package.json"),
      JSON.stringify({ exports: { ".": { "@unroll/source": "./src/index.ts" } }, dependencies: { below: "1" } }),
    );
    writeFileSync(
      path.join(folder, "src", "index.ts"),
      'import { below } from "below";\nexport const add = (first: number): number => below(first);\n',
    );
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("leaves its dependencies out", async () => {
    const [folder, ...more] = packageFolders(root);
    expect(more).toEqual([]);
    const bytes = await gzippedSize(folder);
    // About `import{below as e}from"below";var t=o=>e(o);export{t as add};`, and the 20 bytes of a gzip frame.
    expect(bytes).toBeGreaterThan(60);
    expect(bytes).toBeLessThan(110);
  });
});
