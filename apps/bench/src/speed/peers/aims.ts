import type { Build } from "@unroll/kernels";
import { type CellName, type Size, sizes } from "./job.ts";

/** How many times as fast as a peer Unroll is meant to be; `lstm`: as the LSTM is, whatever that is in this run. */
export type PeerAim = number | "lstm";

type ByPeer = Readonly<Record<string, PeerAim | Readonly<Record<Build, number>>>>;

const [tiny, small, middle, large, huge] = sizes;

interface Entry {
  readonly cell: CellName;
  readonly size: Size;
  readonly by: ByPeer;
}

const both = (simd: number, relaxed: number) => ({ simd, "relaxed-simd": relaxed });

const train: readonly Entry[] = [
  { cell: "lstm", size: tiny, by: { "tfjs wasm": 200, PyTorch: 20 } },
  { cell: "lstm", size: small, by: { "tfjs wasm": 45, "jax-js": 13, PyTorch: 4 } },
  { cell: "lstm", size: middle, by: { "tfjs wasm": 16, "jax-js": 2.9, PyTorch: both(0.85, 1) } },
  { cell: "lstm", size: large, by: { PyTorch: both(0.6, 0.75) } },
  { cell: "lstm", size: huge, by: { PyTorch: both(0.4, 0.5) } },
  { cell: "rnn", size: middle, by: { "tfjs wasm": "lstm", PyTorch: both(0.8, 1) } },
  { cell: "gru", size: middle, by: { PyTorch: both(0.9, 1.1) } },
  { cell: "gru-before", size: middle, by: { "tfjs wasm": "lstm" } },
];

const infer: readonly Entry[] = [
  { cell: "lstm", size: tiny, by: { "onnxruntime-web": both(1.8, 2) } },
  { cell: "lstm", size: small, by: { "onnxruntime-web": both(1.8, 2) } },
  { cell: "lstm", size: middle, by: { "onnxruntime-web": both(1.3, 1.4) } },
  { cell: "lstm", size: large, by: { "onnxruntime-web": both(1.3, 1.5) } },
  { cell: "lstm", size: huge, by: { "onnxruntime-web": both(1.3, 1.5) } },
];

const tables = { train, infer };

/** What is meant to be reached against a peer, if anything is. */
export function peerAim(
  kind: "train" | "infer",
  cell: CellName,
  size: Size,
  peer: string,
  build: Build,
): PeerAim | undefined {
  const entry = tables[kind].find((one) => one.cell === cell && one.size === size);
  const aim = entry?.by[peer];
  return typeof aim === "object" ? aim[build] : aim;
}

/** How much longer a user's cell may take than the built-in LSTM, by operation of its matrix products. */
export const userCellAim = 1.3;
/** How much longer the LSTM that joins x and h may take. */
export const concatAim = 1.05;
/** How much longer the plain ops may take. */
export const plainAim = 5;
/** How much longer a call of one step may take than a step of a call of a hundred. */
export const oneStepAim = 1.5;
/** How much longer a step may take whose gradient vanishes. */
export const vanishingAim = 1.1;
/** How much longer a backward pass may take whose norms are tapped, of a small and of a middling layer. */
export const tapAims = { small: 1.08, middle: 1.03 };
