// `pnpm test:peers`: what needs the libraries that bench speed compares with.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const app = path.join(import.meta.dirname, "..");
const problem = !existsSync(path.join(app, "dist", "serve.js"))
  ? "the benchmark is not built: pnpm build"
  : !existsSync(path.join(import.meta.dirname, "node_modules", "protobufjs"))
    ? "the peers are not installed: pnpm bench speed --install-peers"
    : undefined;
if (problem === undefined) {
  const vitest = path.join(path.dirname(createRequire(path.join(app, "package.json")).resolve("vitest")), "vitest.mjs");
  const args = [vitest, "run", "--root", app, "--config", "vitest.peers.config.ts"];
  process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
} else {
  process.stderr.write(`test:peers: ${problem}\n`);
  process.exitCode = 1;
}
