import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** A block of code between ```ts and ```. */
export interface Example {
  /** The file, relative to the package. */
  readonly file: string;
  /** The line of the file on which the code starts. */
  readonly line: number;
  readonly code: string;
  /** Whether the block stands in a doc comment, where the names of the package are in scope without an import. */
  readonly inComment: boolean;
}

const fence = /^(\s*)```ts\s*$/;

/** The examples of a text: all of a Markdown file, or the doc comments of a source file. */
export function examplesIn(file: string, text: string): Example[] {
  return file.endsWith(".md") ? blocksOf(file, text, 0, false) : commentsOf(file, text);
}

function commentsOf(file: string, text: string): Example[] {
  const examples: Example[] = [];
  for (const match of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = match[0].split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
    const before = text.slice(0, match.index).split("\n").length - 1;
    examples.push(...blocksOf(file, lines.join("\n"), before, true));
  }
  return examples;
}

function blocksOf(file: string, text: string, before: number, inComment: boolean): Example[] {
  const examples: Example[] = [];
  const lines = text.split("\n");
  for (let start = 0; start < lines.length; start++) {
    const indent = fence.exec(lines[start])?.[1];
    if (indent === undefined) continue;
    const end = lines.findIndex((line, i) => i > start && line.trim() === "```");
    if (end < 0) throw new Error(`${file}:${before + start + 1}: the code block does not end`);
    const code = lines.slice(start + 1, end).map((line) => line.slice(Math.min(indent.length, line.search(/\S|$/))));
    examples.push({ file, line: before + start + 2, code: code.join("\n"), inComment });
    start = end;
  }
  return examples;
}

/** The folder of the package to which a file belongs. */
export function packageOf(file: string): string {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "package.json"))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`${file} belongs to no package`);
  }
}

/** All examples of the package to which `url` belongs: its README and the doc comments of its source, tests left out. */
export function findExamples(url: string): Example[] {
  const folder = packageOf(fileURLToPath(url));
  const source = readdirSync(path.join(folder, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => path.join("src", file));
  const files = existsSync(path.join(folder, "README.md")) ? ["README.md", ...source.sort()] : source.sort();
  return files.flatMap((file) =>
    examplesIn(file.split(path.sep).join("/"), readFileSync(path.join(folder, file), "utf8")),
  );
}
