import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "./peer-process.ts";

/** Another library that computes the same. */
export interface Peer {
  /** What tables call it. */
  readonly name: string;
  /** Whether it has gradients. */
  readonly trains: boolean;
  /** Whether its GRU multiplies by the reset gate before or after the product; both unless given. */
  readonly resets?: "before" | "after";
  /** The package that must be installed, and the program in the folder of peers; without a package it is Python's. */
  readonly package?: string;
  readonly program: string;
  readonly args?: readonly string[];
}

export const peers: readonly Peer[] = [
  {
    name: "tfjs wasm",
    trains: true,
    package: "@tensorflow/tfjs-backend-wasm",
    program: "tfjs.mjs",
    args: ["wasm"],
    resets: "before",
  },
  {
    name: "tfjs cpu",
    trains: true,
    package: "@tensorflow/tfjs-backend-cpu",
    program: "tfjs.mjs",
    args: ["cpu"],
    resets: "before",
  },
  { name: "jax-js", trains: true, package: "@jax-js/jax", program: "jax.mjs", resets: "after" },
  { name: "brain.js", trains: true, package: "brain.js", program: "brain.mjs", resets: "before" },
  {
    name: "onnxruntime-web",
    trains: false,
    package: "onnxruntime-web",
    program: "onnxruntime.mjs",
    args: ["web"],
  },
  {
    name: "onnxruntime-node",
    trains: false,
    package: "onnxruntime-node",
    program: "onnxruntime.mjs",
    args: ["node"],
  },
  { name: "PyTorch", trains: true, program: "pytorch.py", resets: "after" },
];

/** How to get the peers that npm has. */
export const howToInstall = "pnpm bench speed --install-peers";

/** How a peer is started, or why it is missing. */
export type Found = { readonly command: Command } | { readonly missing: string };

/** The folder that holds the peers' programs and, once fetched, their packages. */
export function peersFolder(from: string = import.meta.url): string {
  let folder = path.dirname(fileURLToPath(from));
  while (!existsSync(path.join(folder, "peers", "package.json"))) {
    const above = path.dirname(folder);
    if (above === folder) throw new Error("the folder of peers was not found beside the benchmark");
    folder = above;
  }
  return path.join(folder, "peers");
}

/** Looks for a peer. */
export function findPeer(peer: Peer, folder: string = peersFolder()): Found {
  const program = path.join(folder, peer.program);
  if (peer.package === undefined) {
    const python = findPython();
    if (python === undefined) return { missing: "no python3 here can import torch" };
    return { command: { program: python, args: [program], env: oneThread } };
  }
  if (!existsSync(path.join(folder, "node_modules", peer.package)))
    return { missing: `not installed: ${howToInstall}` };
  return { command: { program: process.execPath, args: [...process.execArgv, program, ...(peer.args ?? [])] } };
}

/** Read by the libraries that multiply matrices when they are loaded. */
const oneThread = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1", BLIS_NUM_THREADS: "1" };

let python: string | undefined;
let searched = false;

/** The first Python that can import torch. */
function findPython(): string | undefined {
  if (searched) return python;
  searched = true;
  python = ["python3", "/usr/bin/python3"].find(
    (program) => spawnSync(program, ["-c", "import torch"], { stdio: "ignore", timeout: 60_000 }).status === 0,
  );
  return python;
}

/** How Unroll's own process is started. */
export function ownCommand(): Command {
  return {
    program: process.execPath,
    args: [...process.execArgv, fileURLToPath(new URL("./unroll-peer.js", import.meta.url))],
  };
}
