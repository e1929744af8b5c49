import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The folders of the packages that are published. @param {string} root @returns {string[]} */
export function packageFolders(root) {
  return readdirSync(path.join(root, "packages"))
    .map((name) => path.join(root, "packages", name))
    .filter((folder) => existsSync(path.join(folder, "package.json")))
    .sort();
}

/**
 * The bytes of a package's main entry with all its exports, minified by esbuild and gzipped, without what it depends on.
 *
 * @param {string} folder
 * @returns {Promise<number>}
 */
export async function gzippedSize(folder) {
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, manifest.exports["."]["@unroll/source"])],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.peerDependencies ?? {})],
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** `4.5 kB`, in thousands of bytes. @param {number} bytes @returns {string} */
export function formatSize(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
