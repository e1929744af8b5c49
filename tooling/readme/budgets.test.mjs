import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** The gzipped bytes of a program, minified. @param {string} source @param {readonly string[]} [external] */
async function size(source, external = []) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    conditions: ["@unroll/source"],
    external: [...external],
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

describe("a program in a browser loads no more than", () => {
  it("5 kB for add, without kernels", async () => {
    const source = 'import { add } from "@unroll/tensor"; globalThis.add = add;';
    expect(await size(source, ["@unroll/kernels"])).toBeLessThanOrEqual(5_000);
  });

  const training = `
    import { tensor } from "@unroll/tensor";
    import { backward } from "@unroll/autograd";
    import { Embedding, Linear, crossEntropy } from "@unroll/nn";
    import { LSTM } from "@unroll/cells";
    import { Adam, clipGradNorm } from "@unroll/optim";
    globalThis.all = { tensor, backward, Embedding, Linear, crossEntropy, LSTM, Adam, clipGradNorm };
  `;

  it("60 kB to train an LSTM, both builds of the kernels included", async () => {
    expect(await size(training, ["@unroll/compiler"])).toBeLessThanOrEqual(60_000);
  });

  it("25 kB more with the compiler of sequences", async () => {
    expect(await size(training)).toBeLessThanOrEqual(85_000);
  });
});
