import path from "node:path";

/** What only makes sense inside the workspace. */
const inward = ["workspace:", "catalog:", "@unroll/source"];

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {[string, string][]} every string and key below a value, with the place where it stands
 */
function strings(value, where) {
  if (typeof value === "string") return [[value, where]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key, where],
    ...strings(inner, where === "" ? key : `${where}["${key}"]`),
  ]);
}

/**
 * @param {unknown} exports
 * @returns {[string, string][]} targets with their place
 */
function targets(exports) {
  return strings(exports, "exports").filter(([text, where]) => text.startsWith("./") && where !== "exports");
}

/**
 * @param {Map<string, Buffer>} files
 * @param {RegExp} pattern
 * @returns {[string, string][]} name and text of the files that fit
 */
function texts(files, pattern) {
  return [...files].filter(([file]) => pattern.test(file)).map(([file, content]) => [file, content.toString("utf8")]);
}

/**
 * @param {string} text
 * @returns {string[]} what a module imports or exports from; examples in comments do not count
 */
function specifiers(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*|\brequire\s*\(\s*)(["'])([^"'\n]+)\1/g;
  return [...code.matchAll(pattern)].map((match) => match[2]);
}

/**
 * @param {string} specifier
 * @returns {string} the package that it names
 */
function packageOf(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/**
 * @param {Map<string, Buffer>} files
 * @param {Record<string, any>} manifest
 * @returns {string[]} imports that lead nowhere once the package is installed alone with what it declares
 */
function importProblems(files, manifest) {
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  return texts(files, /^dist\/.*\.(?:js|d\.ts)$/).flatMap(([file, text]) =>
    specifiers(text).flatMap((specifier) => {
      if (specifier.startsWith("node:")) return [];
      if (!specifier.startsWith(".")) {
        const name = packageOf(specifier);
        return name === manifest.name || name in declared
          ? []
          : [`${file}: imports ${specifier}, which is no dependency`];
      }
      const target = path.posix.join(path.posix.dirname(file), specifier);
      const needed = file.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
      return files.has(needed) ? [] : [`${file}: imports ${specifier}, but ${needed} is not packed`];
    }),
  );
}

/**
 * Files that no entry for the browser may need: everything that an entry other than `./node` reaches.
 *
 * @param {Map<string, Buffer>} files
 * @param {Record<string, any>} manifest
 * @returns {string[]}
 */
function nodeProblems(files, manifest) {
  const queue = Object.entries(Object(manifest.exports))
    .filter(([entry]) => entry !== "./node")
    .map(([, target]) => String(target?.default ?? "").slice(2))
    .filter((file) => files.has(file));
  const seen = new Set(queue);
  const problems = [];
  for (const file of queue) {
    for (const specifier of specifiers(files.get(file)?.toString("utf8") ?? "")) {
      if (specifier.startsWith("node:")) problems.push(`${file}: imports ${specifier}, and the main entries reach it`);
      const target = path.posix.join(path.posix.dirname(file), specifier);
      if (specifier.startsWith(".") && files.has(target) && !seen.has(target)) {
        seen.add(target);
        queue.push(target);
      }
    }
  }
  return problems;
}

/**
 * What is wrong with the contents of a packed package, one line each.
 *
 * @param {Map<string, Buffer>} files contents by path
 * @returns {string[]}
 */
export function inspectTarball(files) {
  const source = files.get("package.json");
  if (source === undefined) return ["package.json: missing"];
  /** @type {Record<string, any>} */
  const manifest = JSON.parse(source.toString("utf8"));
  const problems = strings(manifest, "").flatMap(([text, where]) =>
    inward
      .filter((word) => text.startsWith(word))
      .map((word) => `package.json: ${word} in ${where === "" ? "the top level" : where}`),
  );
  for (const file of ["README.md", "LICENSE"]) {
    if ((files.get(file)?.length ?? 0) === 0) problems.push(`${file}: missing or empty`);
  }
  if (manifest.exports === undefined) problems.push("package.json: no exports");
  for (const [target, where] of targets(manifest.exports)) {
    if (!files.has(target.slice(2))) problems.push(`package.json: ${where}: there is no ${target}`);
  }
  for (const file of files.keys()) {
    if (/\.test\.|(?:^|\/)src\//.test(file)) problems.push(`${file}: should not be packed`);
  }
  return [...problems, ...importProblems(files, manifest), ...nodeProblems(files, manifest)];
}
