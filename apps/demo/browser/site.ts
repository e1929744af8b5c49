import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { run } from "@unroll/pack/run.mjs";

/** The built page, as any file server would hand it out. */
export interface Site {
  /** Where it is: `http://localhost:…/below/some/path/`. */
  readonly url: string;
  readonly folder: string;
  /** Ends the server; the browser's connections too. */
  stop(): Promise<void>;
}

export interface SiteOptions {
  /** Headers of every answer; none unless given. */
  readonly headers?: Readonly<Record<string, string>>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".txt": "text/plain; charset=utf-8",
};

let folder: string | undefined;

/** Builds the page, once. */
export async function buildSite(): Promise<string> {
  if (folder !== undefined) return folder;
  folder = mkdtempSync(path.join(os.tmpdir(), "unroll-demo-"));
  const root = path.resolve(import.meta.dirname, "..");
  const vite = path.join(root, "node_modules", "vite", "bin", "vite.js");
  // In a process of its own: Vitest's NODE_ENV would make it a build for development.
  const env = { ...process.env, NODE_ENV: "production" };
  await run(process.execPath, [vite, "build", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"], {
    cwd: root,
    env,
  });
  return folder;
}

/** Removes what {@link buildSite} has built. */
export function removeSite(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
}

/** Serves the build below a path, with no header that is not asked for. */
export async function serveSite({ headers = {} }: SiteOptions = {}): Promise<Site> {
  const built = await buildSite();
  const base = "/below/some/path/";
  const answer = (response: ServerResponse, name: string) => {
    const file = path.join(built, name === "" ? "index.html" : name);
    if (!file.startsWith(built) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream", ...headers });
    response.end(readFileSync(file));
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    if (pathname.startsWith(base)) answer(response, pathname.slice(base.length));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}${base}`, folder: built, stop };
}
