import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { listPackages, readJson } from "./workspace.mjs";

const bumps = ["major", "minor", "patch"];

/**
 * @param {string} workspace
 * @param {readonly string[]} args
 * @returns {string[]} the lines of the output
 */
function git(workspace, args) {
  const output = execFileSync("git", args, { cwd: workspace, encoding: "utf8", maxBuffer: 1 << 28 });
  return output.split("\n").filter((line) => line !== "");
}

/**
 * @param {string} workspace
 * @returns {{ named: Set<string>, problems: string[] }} the packages that pending changesets name
 */
function readChangesets(workspace) {
  const folder = path.join(workspace, ".changeset");
  const known = new Set(listPackages(workspace).map(({ manifest }) => manifest.name));
  const pre = path.join(folder, "pre.json");
  // In a series of pre-releases, changesets that are part of one already stay in the folder.
  const used = new Set(existsSync(pre) ? readJson(pre).changesets : []);
  const named = new Set();
  const problems = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".md") || file === "README.md" || used.has(file.slice(0, -3))) continue;
    const header = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(readFileSync(path.join(folder, file), "utf8"));
    if (header === null) {
      problems.push(`.changeset/${file}: no header between --- lines`);
      continue;
    }
    if (header[2].trim() === "") problems.push(`.changeset/${file}: says nothing about the change`);
    for (const line of header[1].split(/\r?\n/).filter((text) => text.trim() !== "")) {
      const entry = /^["']?(@?[\w./-]+)["']?\s*:\s*(\w+)\s*$/.exec(line);
      if (entry === null || !bumps.includes(entry[2])) {
        problems.push(`.changeset/${file}: expected "package": ${bumps.join(" | ")}, got ${line}`);
      } else if (!known.has(entry[1])) {
        problems.push(`.changeset/${file}: there is no package ${entry[1]}`);
      } else {
        named.add(entry[1]);
      }
    }
  }
  return { named, problems };
}

/**
 * @param {string} file relative to the package
 * @returns {boolean} whether what users install depends on it
 */
export function isPublished(file) {
  if (file === "package.json" || file === "README.md") return true;
  return file.startsWith("src/") && !/\.test\.[cm]?[jt]sx?$/.test(file);
}

/** @typedef {{ commit: string, what: string }} Base */

/**
 * Where a package was released last: at the tag of its highest version. A version that `changeset version` has written
 * but nobody has tagged yet counts from the commit that wrote it. Before any release, the package's first commit.
 *
 * @param {string} workspace
 * @param {import("./workspace.mjs").WorkspacePackage} pkg
 * @returns {Base | undefined} undefined when the package is not committed yet
 */
function lastRelease(workspace, { folder, manifest }) {
  const { name, version } = manifest;
  const [tag] = git(workspace, ["tag", "--list", `${name}@*`, "--merged", "HEAD", "--sort=-version:refname"]);
  const changelog = path.join(workspace, folder, "CHANGELOG.md");
  const heading = `## ${version}`;
  if (
    tag !== `${name}@${version}` &&
    existsSync(changelog) &&
    readFileSync(changelog, "utf8").split(/\r?\n/).includes(heading)
  ) {
    const [commit] = git(workspace, ["log", "-1", "--format=%H", `-S${heading}\n`, "--", `${folder}/CHANGELOG.md`]);
    return { commit: commit ?? "HEAD", what: `version ${version} was prepared` };
  }
  if (tag !== undefined) return { commit: tag, what: tag };
  const first = git(workspace, ["log", "--diff-filter=A", "--format=%H", "--", `${folder}/package.json`]).at(-1);
  return first === undefined ? undefined : { commit: first, what: "its first commit" };
}

/**
 * @param {string} workspace
 * @param {string} folder
 * @param {string} commit
 * @returns {string[]} published files that differ now, committed or not, relative to the package
 */
function changedSince(workspace, folder, commit) {
  const changed = git(workspace, ["diff", "--name-only", "--no-renames", commit, "--", folder]);
  const added = git(workspace, ["ls-files", "--others", "--exclude-standard", "--", folder]);
  return [...changed, ...added].map((file) => path.posix.relative(folder, file)).filter(isPublished);
}

/**
 * Packages that changed since their last release without a changeset that names them. `changeset status` compares with
 * the main branch and so can't see this on the main branch itself.
 *
 * @param {string} workspace
 * @returns {string[]} what is wrong, one line each
 */
export function checkChangesets(workspace) {
  if (git(workspace, ["rev-parse", "--is-shallow-repository"])[0] === "true") {
    return ["the clone is shallow, so releases can't be seen; run `git fetch --unshallow --tags`"];
  }
  const { ignore } = readJson(path.join(workspace, ".changeset", "config.json"));
  const { named, problems } = readChangesets(workspace);
  for (const pkg of listPackages(workspace)) {
    const { name } = pkg.manifest;
    if (pkg.manifest.private === true || ignore.includes(name) || named.has(name)) continue;
    const base = lastRelease(workspace, pkg);
    const changed = base === undefined ? ["package.json"] : changedSince(workspace, pkg.folder, base.commit);
    if (changed.length === 0) continue;
    const others = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
    problems.push(
      `${name} changed since ${base?.what ?? "it began"} (${changed[0]}${others}) and no changeset names it; run \`pnpm changeset\``,
    );
  }
  return problems;
}
