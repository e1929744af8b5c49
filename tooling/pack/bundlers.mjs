import { statSync } from "node:fs";
import path from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import webpack from "webpack";
import { readTraining } from "./project.mjs";
import { run } from "./run.mjs";

/** @typedef {(folder: string, out: string) => Promise<string[]>} Bundler bundles import.mjs for browsers; returns warnings */

/** @type {Bundler} */
async function withVite(folder, out) {
  /** @type {string[]} */
  const warnings = [];
  await vite({
    root: folder,
    configFile: false,
    logLevel: "silent",
    build: {
      lib: { entry: path.join(folder, "import.mjs"), formats: ["es"], fileName: () => "bundle.mjs" },
      outDir: out,
      rollupOptions: { onwarn: (warning) => warnings.push(warning.message) },
    },
  });
  return warnings;
}

/** @type {Bundler} */
function withWebpack(folder, out) {
  return new Promise((resolve, reject) => {
    webpack(
      {
        mode: "production",
        target: "web",
        context: folder,
        entry: path.join(folder, "import.mjs"),
        output: { path: out, filename: "bundle.mjs" },
        performance: false,
      },
      (error, stats) => {
        if (error || stats === undefined) return reject(error);
        const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true });
        if (errors.length > 0) return reject(new Error(errors.map(({ message }) => message).join("\n")));
        resolve(warnings.map(({ message }) => message));
      },
    );
  });
}

/** @type {Bundler} */
async function withEsbuild(folder, out) {
  const { warnings } = await esbuild({
    absWorkingDir: folder,
    entryPoints: ["import.mjs"],
    outfile: path.join(out, "bundle.mjs"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  return warnings.map(({ text }) => text);
}

/** @type {[string, Bundler][]} */
const bundlers = [
  ["Vite", withVite],
  ["webpack", withWebpack],
  ["esbuild", withEsbuild],
];

/**
 * Bundles the training program for browsers, without a warning, and runs the bundle.
 *
 * @param {import("./project.mjs").Project} project
 * @returns {Promise<[string, import("./project.mjs").Training][]>}
 */
export async function trainBundled({ folder }) {
  /** @type {[string, import("./project.mjs").Training][]} */
  const results = [];
  for (const [name, bundle] of bundlers) {
    const out = path.join(folder, `bundle-${name.toLowerCase()}`);
    const warnings = await bundle(folder, out);
    if (warnings.length > 0) throw new Error(`${name} warns: ${warnings.join("\n")}`);
    const file = path.join(out, "bundle.mjs");
    const training = readTraining(await run(process.execPath, [file], { cwd: folder }));
    results.push([`${name}, ${Math.round(statSync(file).size / 1024)} KiB`, training]);
  }
  return results;
}
