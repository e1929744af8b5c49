import { type Generator, randn, type Shape, uniform } from "@unroll/tensor";
import type { Job, JobArray } from "./protocol.ts";

/** The sizes that all are compared at: batch, steps, features in, units. */
export const sizes = [
  { B: 1, T: 100, I: 8, H: 16 },
  { B: 16, T: 100, I: 16, H: 32 },
  { B: 32, T: 64, I: 64, H: 128 },
  { B: 32, T: 100, I: 128, H: 256 },
  { B: 64, T: 128, I: 256, H: 512 },
] as const satisfies readonly Size[];

/** The size of one layer over one sequence. */
export interface Size {
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
}

export type CellName = "rnn" | "lstm" | "gru" | "gru-before";

/** Blocks of H rows in a cell's weights. */
const gatesOf: Readonly<Record<CellName, number>> = { rnn: 1, lstm: 4, gru: 3, "gru-before": 3 };

/** `LSTM B 32, T 64, I 64, H 128`. */
export function nameOf(cell: string, { B, T, I, H }: Size): string {
  return `${cell} B ${B}, T ${T}, I ${I}, H ${H}`;
}

/** The size in such a name. */
export function sizeIn(name: string): Size | undefined {
  const found = /B (\d+), T (\d+), I (\d+), H (\d+)/.exec(name);
  if (found === null) return undefined;
  const [B, T, I, H] = found.slice(1).map(Number);
  return { B, T, I, H };
}

/** How cells are called in tables. */
export const titles: Readonly<Record<CellName, string>> = {
  rnn: "RNN",
  lstm: "LSTM",
  gru: "GRU",
  "gru-before": "GRU reset before",
};

/** A job with weights as PyTorch draws them; `gain` scales the recurrent ones. */
export function sequenceJob(kind: "train" | "infer", cell: CellName, size: Size, generator: Generator, gain = 1): Job {
  const { B, T, I, H } = size;
  const rows = gatesOf[cell] * H;
  const normal = (shape: Shape) => arrayOf(randn(shape, { generator }));
  return {
    kind,
    cell,
    ...size,
    arrays: {
      weight_ih: weight([rows, I], H, generator),
      weight_hh: weight([rows, H], H, generator, gain),
      bias_ih: weight([rows], H, generator),
      bias_hh: weight([rows], H, generator),
      x: normal([T, B, I]),
      h: normal([B, H]),
      ...(cell === "lstm" ? { c: normal([B, H]) } : {}),
      ...(kind === "train" ? { dy: normal([T, B, H]) } : {}),
    },
  };
}

/** A step of training a language model: embedding, LSTM, linear, cross entropy, Adam. */
export function modelJob(V: number, size: Size, generator: Generator): Job {
  const { B, T, I, H } = size;
  const { arrays } = sequenceJob("infer", "lstm", { ...size, B: 1, T: 1 }, generator);
  const { weight_ih, weight_hh, bias_ih, bias_hh } = arrays;
  const symbols = (): JobArray => ({
    shape: [T, B],
    data: Float32Array.from({ length: T * B }, () => generator.integer(V)),
  });
  return {
    kind: "model",
    cell: "lstm",
    ...size,
    V,
    lr: 1e-3,
    arrays: {
      weight_ih,
      weight_hh,
      bias_ih,
      bias_hh,
      embedding: arrayOf(randn([V, I], { generator })),
      head: weight([V, H], H, generator),
      tokens: symbols(),
      targets: symbols(),
    },
  };
}

function weight(shape: Shape, H: number, generator: Generator, gain = 1): JobArray {
  const bound = gain / Math.sqrt(H);
  const { data } = uniform(shape, { generator });
  return { shape, data: Float32Array.from(data, (value) => (2 * value - 1) * bound) };
}

function arrayOf({ shape, data }: { readonly shape: Shape; readonly data: ArrayLike<number> }): JobArray {
  return { shape, data: Float32Array.from(data) };
}

/**
 * Floating point operations in the matrix products of a job, by the rows of its weights; a multiplication and an addition counted as two: forward all
 * of x W_ih and h W_hh; backward the gradients of both weights and of h.
 */
export function flopsOf({ kind, pass, B, T, I, H, V = 0, arrays }: Job): number {
  const [rows] = arrays.weight_hh.shape;
  const [input, recurrent] = [2 * T * B * rows * I, 2 * T * B * rows * H];
  if (kind === "infer" || pass === "forward") return input + recurrent;
  const layer = 2 * input + 3 * recurrent;
  if (kind === "train") return layer;
  // The model needs the gradient of its embedding, too, and multiplies by the head three times.
  return layer + input + 3 * 2 * T * B * H * V;
}
