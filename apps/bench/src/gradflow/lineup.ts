import { GRU, LSTM, type Recurrent, RNN } from "@unroll/cells";
import type { Generator, Tensor } from "@unroll/tensor";
import {
  type CellKey,
  type CellKind,
  type CellKindName,
  cellKinds,
  cellOf,
  readCell,
  readStart,
  type StartKey,
} from "./cell-key.ts";
import { applyStart } from "./starts.ts";

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

type Make = (inputSize: number, hiddenSize: number, generator: Generator) => Layer;

const makers: Readonly<Record<CellKindName, Make>> = {
  rnn: (i, h, generator) => new RNN(i, h, { generator }),
  relu: (i, h, generator) => new RNN(i, h, { generator, nonlinearity: "relu" }),
  lstm: (i, h, generator) => new LSTM(i, h, { generator }),
  gru: (i, h, generator) => new GRU(i, h, { generator }),
};

/** The initialisations that everything is compared by. */
const compared = ["fb0", "fb1", "fb3", "chrono", "orthogonal", "identity"].map(readStart) as readonly StartKey[];

/** All that can be compared: every cell with every initialisation that it can have, at both sizes. */
export const lineup: readonly Entry[] = (Object.keys(cellKinds) as CellKindName[]).flatMap((kind) =>
  [[], ...compared.map((start) => [start])].flatMap((starts) =>
    [false, true].flatMap((equalParameters) => {
      const cell = cellOf(kind, starts, equalParameters);
      return cell === undefined ? [] : [entry(cell)];
    }),
  ),
);

/** What `bench gradflow` compares unless it is told otherwise. */
export const defaultCells: readonly string[] = ["rnn", "lstm", "lstm-fb1", "gru", "rnn-eq", "gru-eq"];

function entry({ key, label, kind, starts, equalParameters }: CellKey): Entry {
  const { gates, keep, write }: CellKind = cellKinds[kind];
  return {
    key,
    label,
    gates,
    equalParameters,
    make: (inputSize, hiddenSize, generator, horizon) => {
      const layer = makers[kind](inputSize, hiddenSize, generator);
      for (const start of starts) applyStart(start, layer, { gates, keep, write, horizon, generator });
      return layer;
    },
  };
}

/** The entry of a key that has been checked: one of {@link lineup}, or any other that {@link readCell} takes. */
export function entryOf(key: string): Entry {
  const cell = readCell(key);
  if (cell === undefined) throw new Error(`no cell ${key}; there are ${lineup.map((known) => known.key).join(", ")}`);
  return entry(cell);
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

const lstmGates: number = cellKinds.lstm.gates;

/** Two weights and two biases for each gate, as PyTorch counts. */
function layerParameters(gates: number, inputSize: number, hidden: number): number {
  return gates * hidden * (inputSize + hidden + 2);
}
