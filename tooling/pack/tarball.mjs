import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const block = 512;

/**
 * @param {Buffer} header
 * @param {number} start
 * @param {number} length
 */
function text(header, start, length) {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? length : end);
}

/**
 * @param {Buffer} body of an extended header: lines of `length key=value`
 * @returns {string | undefined} the path, if it is given here
 */
function extendedPath(body) {
  return /(?:^|\n)\d+ path=(.*)\n/.exec(body.toString("utf8"))?.[1];
}

/**
 * Reads a gzipped tar archive as npm writes it.
 *
 * @param {string} file
 * @returns {Map<string, Buffer>} contents by path, without the leading `package/`
 */
export function readTarball(file) {
  const archive = gunzipSync(readFileSync(file));
  const files = new Map();
  /** @type {string | undefined} */
  let longPath;
  for (let at = 0; at + block <= archive.length; ) {
    const header = archive.subarray(at, at + block);
    at += block;
    if (header.every((byte) => byte === 0)) break;
    const size = Number.parseInt(text(header, 124, 12).trim(), 8);
    const body = archive.subarray(at, at + size);
    at += Math.ceil(size / block) * block;
    const type = text(header, 156, 1);
    if (type === "x") {
      longPath = extendedPath(body) ?? longPath;
    } else if (type === "L") {
      longPath = text(body, 0, size);
    } else {
      const prefix = text(header, 345, 155);
      const name = longPath ?? (prefix === "" ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
      longPath = undefined;
      if (type === "0" || type === "") files.set(name.replace(/^[^/]+\//, ""), Buffer.from(body));
    }
  }
  return files;
}
