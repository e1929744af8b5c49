import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * A change that a guide asks for: a block of code after a line that ends with the name of a file and a colon.
 *
 * @typedef {object} Edit
 * @property {string} file relative to the workspace
 * @property {number} line of the guide
 * @property {string | undefined} before what the file must contain once; undefined for a new file
 * @property {string} after what stands there instead, or the whole new file
 */

const target = /^(?:In|New file) `([^`]+)`:$/;

/**
 * The changes that a guide asks for, in order. A `diff` block lists lines that stay (` `), go (`-`) and come (`+`); any
 * other block is a new file. Blocks without a file in front of them are none of ours.
 *
 * @param {string} guide
 * @returns {Edit[]}
 */
export function editsIn(guide) {
  const lines = guide.split("\n");
  /** @type {Edit[]} */
  const edits = [];
  for (let at = 0; at < lines.length; at++) {
    const file = target.exec(lines[at])?.[1];
    if (file === undefined) continue;
    const start = lines.findIndex((line, i) => i > at && line !== "");
    const language = /^```(\w+)$/.exec(lines[start] ?? "")?.[1];
    const end = lines.indexOf("```", start + 1);
    if (language === undefined || end < 0) throw new Error(`line ${at + 1}: expected a block of code for ${file}`);
    const body = lines.slice(start + 1, end);
    edits.push({
      file,
      line: at + 1,
      ...(language === "diff" ? sides(body) : { before: undefined, after: text(body) }),
    });
    at = end;
  }
  return edits;
}

/** @param {readonly string[]} lines */
function text(lines) {
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * @param {readonly string[]} diff
 * @returns {{ before: string, after: string }}
 */
function sides(diff) {
  const side = (/** @type {string} */ sign) =>
    text(diff.filter((line) => line[0] !== sign).map((line) => line.slice(1)));
  return { before: side("+"), after: side("-") };
}

/**
 * Makes one change in the workspace at `root`.
 *
 * @param {string} root
 * @param {Edit} edit
 */
export function applyEdit(root, { file, line, before, after }) {
  const target = path.join(root, file);
  if (before === undefined) {
    if (existsSync(target)) throw new Error(`line ${line}: ${file} is there already`);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, after);
    return;
  }
  if (!existsSync(target)) throw new Error(`line ${line}: there is no ${file}`);
  const source = readFileSync(target, "utf8");
  const found = source.split(before).length - 1;
  if (found !== 1)
    throw new Error(`line ${line}: ${file} should have these lines once, it has them ${found} times:\n${before}`);
  // A function, since $ has a meaning in a replacement text.
  writeFileSync(
    target,
    source.replace(before, () => after),
  );
}

/** A program's comments that stand beside a statement or on lines of their own. */
const comment = /(?:^|; )\/\/ (.*)$/gm;

/**
 * What a program printed and does not say: the first line that is none of its comments, in their order.
 *
 * @param {string} program
 * @param {string} output
 * @returns {string | undefined}
 */
export function unsaid(program, output) {
  const comments = [...program.matchAll(comment)].map((match) => match[1]);
  let at = 0;
  return output.split("\n").find((line) => {
    if (line === "") return false;
    at = comments.indexOf(line, at) + 1;
    return at === 0;
  });
}
