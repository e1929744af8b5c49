import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** @type {ts.CompilerOptions} */
const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  declaration: true,
  isolatedDeclarations: true,
  stripInternal: true,
  verbatimModuleSyntax: true,
  strict: true,
};

const relative = /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s*)(["'])(\.{1,2}\/[^"'\n]*)\.ts\2/g;

/**
 * @param {string} file
 * @returns {string} its declarations, which its own text determines
 */
function declare(file) {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(file, "utf8"), {
    fileName: file,
    compilerOptions: options,
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) {
    throw new Error(
      ts.formatDiagnostics(diagnostics, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => process.cwd(),
        getNewLine: () => "\n",
      }),
    );
  }
  return outputText;
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listDeclarations(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return listDeclarations(file);
    return entry.name.endsWith(".d.ts") ? [file] : [];
  });
}

/**
 * Writes the declarations of the entries and of every file that those mention, one beside the other as the sources lie.
 *
 * Every export states its type, so each file is translated by itself, without a type checker: no package has to
 * wait for the declarations of those below it.
 *
 * @param {Record<string, string>} entries source by name of the entry
 * @param {{ source: string, out: string }} folders
 * @returns {string[]} the files written, relative to `out`
 */
export function writeDeclarations(entries, { source, out }) {
  /** @type {Map<string, string>} */
  const written = new Map();
  const queue = Object.values(entries).map((file) => path.resolve(file));
  for (const file of queue) {
    const target = path.relative(path.resolve(source), file).replace(/\.ts$/, ".d.ts");
    if (written.has(target)) continue;
    const text = declare(file).replace(relative, (_, before, quote, specifier) => {
      queue.push(path.resolve(path.dirname(file), `${specifier}.ts`));
      return `${before}${quote}${specifier}.js${quote}`;
    });
    written.set(target, text);
  }
  for (const [name, file] of Object.entries(entries)) {
    const target = path.relative(path.resolve(source), path.resolve(file)).replace(/\.ts$/, "");
    const module = `./${target.split(path.sep).join("/")}.js`;
    if (name !== target) written.set(`${name}.d.ts`, `export * from "${module}";\n`);
  }
  // tsup empties the folder, but spares declarations.
  for (const old of listDeclarations(out)) rmSync(old);
  for (const [target, text] of written) {
    mkdirSync(path.dirname(path.join(out, target)), { recursive: true });
    writeFileSync(path.join(out, target), text);
  }
  return [...written.keys()];
}
