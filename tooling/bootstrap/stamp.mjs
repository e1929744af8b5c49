import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What of a package.json decides what is installed; scripts and descriptions do not. */
const fields = [
  "name",
  "version",
  "packageManager",
  "bin",
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "peerDependenciesMeta",
];

/**
 * @param {string} root
 * @returns {string[]} the folders that pnpm-workspace.yaml names, as `packages/*` or `examples`
 */
export function workspaceGlobs(root) {
  const text = readFileSync(path.join(root, "pnpm-workspace.yaml"), "utf8");
  const list = /^packages:\r?\n((?:[ \t]*-.*\r?\n?)*)/m.exec(text)?.[1] ?? "";
  return [...list.matchAll(/-[ \t]*["']?([^"'\s]+)/g)].map((match) => match[1]);
}

/**
 * @param {string} root
 * @returns {string[]} the folders of the root and of every workspace package, sorted
 */
export function packageFolders(root) {
  const folders = workspaceGlobs(root).flatMap((glob) => {
    if (!glob.endsWith("/*")) return [path.join(root, glob)];
    const folder = path.join(root, glob.slice(0, -2));
    return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  });
  return [root, ...folders.filter((folder) => existsSync(path.join(folder, "package.json"))).sort()];
}

/**
 * @param {string} root
 * @param {string} [node] the version of Node, since native packages are chosen by it
 * @returns {string} a digest of everything that decides what an install does
 */
export function installKey(root, node = process.version) {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([node, process.platform, process.arch]));
  for (const name of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc"]) {
    const file = path.join(root, name);
    hash.update(`\n${name}\n`);
    if (existsSync(file)) hash.update(readFileSync(file, "utf8").replaceAll("\r\n", "\n"));
  }
  for (const folder of packageFolders(root)) {
    const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    hash.update(JSON.stringify([path.relative(root, folder), fields.map((field) => manifest[field] ?? null)]));
  }
  return hash.digest("hex");
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, "node_modules", ".unroll", "installed");
}

/**
 * @param {string} root
 * @returns {boolean} whether the last install was of exactly this workspace and is still there
 */
export function isInstalled(root) {
  const file = stampFile(root);
  if (!existsSync(file) || readFileSync(file, "utf8") !== installKey(root)) return false;
  return packageFolders(root).every((folder) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const needs = Object.keys({ ...dependencies, ...devDependencies });
    return needs.every((name) => existsSync(path.join(folder, "node_modules", name, "package.json")));
  });
}

/** @param {string} root */
export function markInstalled(root) {
  mkdirSync(path.dirname(stampFile(root)), { recursive: true });
  writeFileSync(stampFile(root), installKey(root));
}

/** @param {string} root */
export function markStale(root) {
  rmSync(stampFile(root), { force: true });
}
