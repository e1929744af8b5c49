import type { Shape } from "@unroll/tensor";

/** One array of a job. */
export interface JobArray {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * What is computed, the same for all: one layer over one sequence, or a small language model. Arrays have PyTorch's layout
 * and gate order: `x` [T, B, I], `h` and `c` [B, H], `weight_ih` [G H, I], `weight_hh` [G H, H], `bias_ih` and `bias_hh`
 * [G H]. `train` is forward and the gradients of all weights and of the initial state, not of x, for an output whose
 * gradient is `dy` [T, B, H]; `infer` is the output [T, B, H] alone; `model` is a step of training a language model whose
 * `embedding` [V, I] and `head` [V, H] stand around the layer, from `tokens` [T, B] to `targets` [T, B], by Adam.
 */
export interface Job {
  readonly kind: "train" | "infer" | "model";
  readonly cell: string;
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
  /** The number of symbols, and Adam's learning rate: for a model only. */
  readonly V?: number;
  readonly lr?: number;
  /** For Unroll only: whether the cell is compiled (true unless given). */
  readonly compile?: boolean;
  /** For Unroll only: `forward` leaves the gradients out, `tapped` also reads the norms of all adjoints. */
  readonly pass?: "forward" | "tapped";
  readonly arrays: Readonly<Record<string, JobArray>>;
}

/** How a peer computes a job. */
export interface Work<T = unknown> {
  /** Computes it once: what is timed. */
  readonly run: () => T | Promise<T>;
  /** Turns what `run` returned into arrays of the job's layout: `output`, and gradients by what they are the gradient of. */
  result(value: T): Result | Promise<Result>;
  /** Why the result cannot be compared. */
  readonly differs?: string;
  readonly stop?: () => unknown;
}

export type Result = Readonly<Record<string, ArrayLike<number>>>;

/** What a peer says of itself once it has started. */
export interface Ready {
  readonly version: string;
  readonly notes: readonly string[];
  /** Why ratios against it prove nothing, where something here makes it slower than it is elsewhere. */
  readonly slow?: string;
}

/** What a peer is asked for: one line of JSON on its standard input. A process may hold several jobs, in slots. */
export type Request =
  | { readonly do: "prepare"; readonly slot: string; readonly job: unknown }
  | { readonly do: "time"; readonly slot: string; readonly calls: number }
  | { readonly do: "drop"; readonly slot: string }
  | { readonly do: "memory" };

/** float32 numbers as text. */
export function encodeArray(values: ArrayLike<number>): string {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
}

/** The numbers of such a text. */
export function decodeArray(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
}

/** A job as JSON can hold it. */
export function encodeJob({ arrays, ...rest }: Job): unknown {
  const encoded = Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: encodeArray(data) }]);
  return { ...rest, arrays: Object.fromEntries(encoded) };
}

/** The job in such JSON. */
export function decodeJob(job: unknown): Job {
  const { arrays, ...rest } = job as Job & { arrays: Record<string, { shape: Shape; data: string }> };
  const decoded = Object.entries(arrays).map(([name, { shape, data }]) => [
    name,
    { shape, data: decodeArray(data as unknown as string) },
  ]);
  return { ...rest, arrays: Object.fromEntries(decoded) };
}
