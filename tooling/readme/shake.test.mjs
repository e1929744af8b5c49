import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** What a program that starts with `source` comes to. @param {string} source @returns {Promise<string>} */
async function bundle(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    minifyWhitespace: true,
    write: false,
    format: "esm",
    platform: "neutral",
    conditions: ["@unroll/source"],
    logLevel: "silent",
  });
  return outputFiles[0].text.trim();
}

describe("a bundle with @unroll/tensor", () => {
  it("is empty when nothing is called", async () => {
    expect(await bundle('import "@unroll/tensor";')).toBe("");
    expect(await bundle('import { add } from "@unroll/tensor"; export const one = 1;')).not.toContain("Tensor");
  });

  it("keeps only the ops that are called", async () => {
    const text = await bundle('import { add, tensor } from "@unroll/tensor"; console.log(add(tensor([1]), 2));');
    expect(text).toContain('"add"');
    for (const other of ['"mul"', '"softmax"', '"matmul"', '"erf"', '"uniform"', "philox"])
      expect(text).not.toContain(other);
  });
});
