import { GRU, LSTM, type Recurrent, RNN } from "@unroll/cells";
import type { Generator, Tensor } from "@unroll/tensor";
import { type Start, startOf, starts } from "./starts.ts";

/** The state that a recurrent layer carries, whatever its names. */
export type LayerState = Readonly<Record<string, Tensor>>;

/** A recurrent layer of the benchmark. */
export type Layer = Recurrent<LayerState>;

/** One row of the comparison: a cell, how it starts, and how its size is chosen. */
export interface Entry {
  /** `lstm`, `lstm-chrono`, `gru-eq`, `rnn-orthogonal-eq`. */
  readonly key: string;
  readonly label: string;
  /** Blocks of H rows in the layer's weights: 1, 3 or 4. */
  readonly gates: number;
  /** Has as many parameters as the LSTM instead of the same hidden size. */
  readonly equalParameters: boolean;
  /** @param horizon the longest dependency of the task, in steps, for initialisations that depend on it */
  readonly make: (inputSize: number, hiddenSize: number, generator: Generator, horizon: number) => Layer;
}

interface Kind {
  readonly key: string;
  readonly label: string;
  readonly gates: number;
  /** Which block of the weights keeps the state, and which lets new values in. */
  readonly keep?: number;
  readonly write?: number;
  readonly make: (inputSize: number, hiddenSize: number, generator: Generator) => Layer;
}

const kinds: readonly Kind[] = [
  { key: "rnn", label: "RNN", gates: 1, make: (i, h, generator) => new RNN(i, h, { generator }) },
  {
    key: "relu",
    label: "ReLU RNN",
    gates: 1,
    make: (i, h, generator) => new RNN(i, h, { generator, nonlinearity: "relu" }),
  },
  {
    key: "lstm",
    label: "LSTM",
    gates: 4,
    keep: 1,
    write: 0,
    make: (i, h, generator) => new LSTM(i, h, { generator }),
  },
  { key: "gru", label: "GRU", gates: 3, keep: 1, make: (i, h, generator) => new GRU(i, h, { generator }) },
];

/** All that can be compared: every cell with every initialisation that it can have, at both sizes. */
export const lineup: readonly Entry[] = kinds.flatMap((kind) =>
  [[], ...starts.filter((start) => fits(kind, start)).map((start) => [start])].flatMap((begin) => [
    entry(kind, begin, false),
    entry(kind, begin, true),
  ]),
);

/** What `bench gradflow` compares unless it is told otherwise. */
export const defaultCells: readonly string[] = ["rnn", "lstm", "lstm-fb1", "gru", "rnn-eq", "gru-eq"];

function fits({ keep }: Kind, { gated }: Start): boolean {
  return !gated || keep !== undefined;
}

/** @param begin what changes the weights, one after the other */
function entry(kind: Kind, begin: readonly Start[], equalParameters: boolean): Entry {
  const { gates, keep, write } = kind;
  return {
    key: [kind.key, ...begin.map(({ key }) => key), ...(equalParameters ? ["eq"] : [])].join("-"),
    label: [
      kind.label,
      ...begin.map(({ label }) => label),
      ...(equalParameters ? ["parameters of the LSTM"] : []),
    ].join(", "),
    gates,
    equalParameters,
    make: (inputSize, hiddenSize, generator, horizon) => {
      const layer = kind.make(inputSize, hiddenSize, generator);
      for (const start of begin) start.apply(layer, { gates, keep, write, horizon, generator });
      return layer;
    },
  };
}

/**
 * The entry of a key: a cell, how it starts, in any number of steps, and whether it has the LSTM's number of parameters:
 * `lstm`, `gru-fb2.5`, `rnn-orthogonal-b0`, `lstm-w0-fb3-eq`.
 *
 * @returns undefined when a part is unknown, or does not fit the cell
 */
export function findEntry(key: string): Entry | undefined {
  const [name, ...parts] = key.split("-");
  const kind = kinds.find((candidate) => candidate.key === name);
  const equalParameters = parts[parts.length - 1] === "eq";
  const begin = (equalParameters ? parts.slice(0, -1) : parts).map(startOf);
  if (kind === undefined || !begin.every((start) => start !== undefined && fits(kind, start))) return undefined;
  return entry(kind, begin as readonly Start[], equalParameters);
}

/** The entry of a key that has been checked. */
export function entryOf(key: string): Entry {
  const found = findEntry(key);
  if (found === undefined) throw new Error(`no cell ${key}; there are ${lineup.map((known) => known.key).join(", ")}`);
  return found;
}

/**
 * The hidden size of an entry: the one given, or the one whose parameter count, heads included, comes nearest to that of
 * an LSTM of that size.
 *
 * @param outside the parameters beside the layer: embedding and output
 */
export function hiddenSizeOf(
  entry: Entry,
  inputSize: number,
  hiddenSize: number,
  outside: (hidden: number) => number,
): number {
  if (!entry.equalParameters) return hiddenSize;
  const target = layerParameters(lstmGates, inputSize, hiddenSize) + outside(hiddenSize);
  const distance = (hidden: number) =>
    Math.abs(layerParameters(entry.gates, inputSize, hidden) + outside(hidden) - target);
  let best = hiddenSize;
  while (distance(best + 1) <= distance(best)) best++;
  return best;
}

const lstmGates = 4;

/** Two weights and two biases for each gate, as PyTorch counts. */
function layerParameters(gates: number, inputSize: number, hidden: number): number {
  return gates * hidden * (inputSize + hidden + 2);
}
