import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** @type {ts.CompilerOptions} */
const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  declaration: true,
  emitDeclarationOnly: true,
  isolatedDeclarations: true,
  stripInternal: true,
  verbatimModuleSyntax: true,
  strict: true,
  noCheck: true,
  noResolve: true,
};

const library = "/lib.d.ts";

/**
 * As much of the standard library as declarations need: the symbols that members are named by. Reading all of it would
 * take longer than everything else. (TypeScript's own `transpileDeclaration` knows one symbol only, and so declares a
 * member `[Symbol.iterator]` twice.)
 */
const libraryText = `/// <reference no-default-lib="true"/>
interface Boolean {}
interface Function {}
interface CallableFunction {}
interface NewableFunction {}
interface IArguments {}
interface Number {}
interface Object {}
interface RegExp {}
interface String {}
interface Array<T> { length: number; [n: number]: T; }
interface SymbolConstructor {
  (description?: string | number): symbol;
  for(key: string): symbol;
  readonly asyncDispose: unique symbol;
  readonly asyncIterator: unique symbol;
  readonly dispose: unique symbol;
  readonly hasInstance: unique symbol;
  readonly iterator: unique symbol;
  readonly toPrimitive: unique symbol;
  readonly toStringTag: unique symbol;
}
declare var Symbol: SymbolConstructor;
`;

const relative = /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s*)(["'])(\.{1,2}\/[^"'\n]*)\.ts\2/g;

/**
 * @param {string} file
 * @param {string} text
 * @returns {string[]} the files that a text mentions by relative imports
 */
function mentioned(file, text) {
  return [...text.matchAll(relative)].map((match) => path.resolve(path.dirname(file), `${match[3]}.ts`));
}

/**
 * @param {readonly string[]} entries
 * @returns {Map<string, string>} the declarations of the entries and of all that they import, by source file
 */
function declare(entries) {
  /** @type {Map<string, string>} */
  const sources = new Map();
  const queue = [...entries];
  for (const file of queue) {
    if (sources.has(file)) continue;
    const text = readFileSync(file, "utf8");
    sources.set(file, text);
    queue.push(...mentioned(file, text));
  }
  const read = (/** @type {string} */ file) => (file === library ? libraryText : sources.get(path.resolve(file)));
  /** @type {Map<string, string>} */
  const declarations = new Map();
  /** @type {ts.CompilerHost} */
  const host = {
    getSourceFile: (file, version) => {
      const text = read(file);
      return text === undefined ? undefined : ts.createSourceFile(file, text, version);
    },
    getDefaultLibFileName: () => library,
    writeFile: (_, text, __, ___, written) => {
      for (const { fileName } of written ?? []) declarations.set(path.resolve(fileName), text);
    },
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: (file) => file,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (file) => read(file) !== undefined,
    readFile: read,
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  const { diagnostics } = program.emit(undefined, undefined, undefined, true);
  const problems = [...program.getSyntacticDiagnostics(), ...program.getDeclarationDiagnostics(), ...diagnostics];
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, host));
  return declarations;
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
 * Every export states its type, so declarations follow from the text alone: nothing is checked, and no package has to
 * wait for the declarations of those below it.
 *
 * @param {Record<string, string>} entries source by name of the entry
 * @param {{ source: string, out: string }} folders
 * @returns {string[]} the files written, relative to `out`
 */
export function writeDeclarations(entries, { source, out }) {
  const queue = Object.values(entries).map((file) => path.resolve(file));
  const declarations = declare(queue);
  /** @type {Map<string, string>} */
  const written = new Map();
  for (const file of queue) {
    const target = path.relative(path.resolve(source), file).replace(/\.ts$/, ".d.ts");
    if (written.has(target)) continue;
    const text = declarations.get(file) ?? "";
    queue.push(...mentioned(file, text));
    written.set(target, text.replace(relative, "$1$2$3.js$2"));
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
