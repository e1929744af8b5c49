import { GRU, LSTM, type Recurrent, RNN } from "@unroll/cells";
import { Generator, type Tensor } from "@unroll/tensor";

/** The state that a recurrent layer carries, whatever its names. */
export type LayerState = Readonly<Record<string, Tensor>>;

/** A recurrent layer of the benchmark. */
export type Layer = Recurrent<LayerState>;

/** One row of the comparison. */
export interface Entry {
  readonly key: string;
  readonly label: string;
  /** Has as many parameters as the LSTM instead of the same hidden size. */
  readonly equalParameters: boolean;
  readonly make: (inputSize: number, hiddenSize: number, generator: Generator) => Layer;
}

const rnn: Entry["make"] = (inputSize, hiddenSize, generator) => new RNN(inputSize, hiddenSize, { generator });
const gru: Entry["make"] = (inputSize, hiddenSize, generator) => new GRU(inputSize, hiddenSize, { generator });

/** All cells that can be compared, in the order in which they are shown. */
export const lineup: readonly Entry[] = [
  { key: "rnn", label: "RNN", equalParameters: false, make: rnn },
  { key: "lstm", label: "LSTM", equalParameters: false, make: (i, h, generator) => new LSTM(i, h, { generator }) },
  {
    key: "lstm-fb1",
    label: "LSTM, forget bias 1",
    equalParameters: false,
    make: (i, h, generator) => new LSTM(i, h, { generator, forgetBias: 1 }),
  },
  { key: "gru", label: "GRU", equalParameters: false, make: gru },
  { key: "rnn-eq", label: "RNN, parameters of the LSTM", equalParameters: true, make: rnn },
  { key: "gru-eq", label: "GRU, parameters of the LSTM", equalParameters: true, make: gru },
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
  const total = (layer: Layer, hidden: number) =>
    layer.parameters().reduce((count, parameter) => count + parameter.size, outside(hidden));
  const target = total(new LSTM(inputSize, hiddenSize, { generator: new Generator(0) }), hiddenSize);
  const distance = (hidden: number) =>
    Math.abs(total(entry.make(inputSize, hidden, new Generator(0)), hidden) - target);
  let best = hiddenSize;
  while (distance(best + 1) <= distance(best)) best++;
  return best;
}
