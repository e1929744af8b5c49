import { GRU, LSTM, type Recurrent, RNN } from "@unroll/cells";
import type { Generator, Tensor } from "@unroll/tensor";

/** The state that a recurrent layer carries, whatever its names. */
export type LayerState = Readonly<Record<string, Tensor>>;

/** A recurrent layer of the benchmark. */
export type Layer = Recurrent<LayerState>;

/** One row of the comparison. */
export interface Entry {
  readonly key: string;
  readonly label: string;
  /** Blocks of H rows in the layer's weights: 1, 3 or 4. */
  readonly gates: number;
  /** Has as many parameters as the LSTM instead of the same hidden size. */
  readonly equalParameters: boolean;
  readonly make: (inputSize: number, hiddenSize: number, generator: Generator) => Layer;
}

const rnn: Entry["make"] = (inputSize, hiddenSize, generator) => new RNN(inputSize, hiddenSize, { generator });
const gru: Entry["make"] = (inputSize, hiddenSize, generator) => new GRU(inputSize, hiddenSize, { generator });

/** All cells that can be compared, in the order in which they are shown. */
export const lineup: readonly Entry[] = [
  { key: "rnn", label: "RNN", gates: 1, equalParameters: false, make: rnn },
  {
    key: "lstm",
    label: "LSTM",
    gates: 4,
    equalParameters: false,
    make: (i, h, generator) => new LSTM(i, h, { generator }),
  },
  {
    key: "lstm-fb1",
    label: "LSTM, forget bias 1",
    gates: 4,
    equalParameters: false,
    make: (i, h, generator) => new LSTM(i, h, { generator, forgetBias: 1 }),
  },
  { key: "gru", label: "GRU", gates: 3, equalParameters: false, make: gru },
  { key: "rnn-eq", label: "RNN, parameters of the LSTM", gates: 1, equalParameters: true, make: rnn },
  { key: "gru-eq", label: "GRU, parameters of the LSTM", gates: 3, equalParameters: true, make: gru },
];

/** The entry of a key that has been checked. */
export function entryOf(key: string): Entry {
  const entry = lineup.find((candidate) => candidate.key === key);
  if (entry === undefined) throw new Error(`no cell ${key}; there are ${lineup.map((known) => known.key).join(", ")}`);
  return entry;
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
