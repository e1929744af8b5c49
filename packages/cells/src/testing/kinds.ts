import { Generator, randn, type Tensor } from "@unroll/tensor";
import type { Cell } from "../cell.ts";
import { GRU } from "../gru.ts";
import { GRUCell } from "../gru-cell.ts";
import { LSTM } from "../lstm.ts";
import { LSTMCell } from "../lstm-cell.ts";
import type { CellOptions } from "../parameters.ts";
import type { Recurrent, RecurrentOptions } from "../recurrent.ts";
import { RNN } from "../rnn.ts";
import { RNNCell } from "../rnn-cell.ts";

// What the tests of this package share; no entry exports it.

/** Named tensors of any names. */
export type Named = Record<string, Tensor>;

/** A built-in cell, whatever its state. */
export type AnyCell = (RNNCell | LSTMCell | GRUCell) & Cell<Named>;

/** A built-in layer, whatever its state. */
export type AnyLayer = Recurrent<Named>;

/** A kind of cell with its layer. */
export interface Kind {
  readonly name: string;
  readonly cell: (inputSize: number, hiddenSize: number, options?: CellOptions) => AnyCell;
  readonly layer: (inputSize: number, hiddenSize: number, options?: CellOptions & RecurrentOptions) => AnyLayer;
}

function kind<Options extends object>(
  name: string,
  Cell: new (inputSize: number, hiddenSize: number, options: CellOptions & Options) => RNNCell | LSTMCell | GRUCell,
  Layer: new (inputSize: number, hiddenSize: number, options: CellOptions & Options) => object,
  own: Options,
): Kind {
  return {
    name,
    cell: (inputSize, hiddenSize, options) => new Cell(inputSize, hiddenSize, { ...options, ...own }) as AnyCell,
    layer: (inputSize, hiddenSize, options) => new Layer(inputSize, hiddenSize, { ...options, ...own }) as AnyLayer,
  };
}

/** Every built-in cell and convention. */
export const kinds: readonly Kind[] = [
  kind("RNN, tanh", RNNCell, RNN, {}),
  kind("RNN, relu", RNNCell, RNN, { nonlinearity: "relu" as const }),
  kind("LSTM", LSTMCell, LSTM, {}),
  kind("GRU", GRUCell, GRU, {}),
  kind("GRU, reset before", GRUCell, GRU, { resetAfter: false }),
];

/** Random values like those of a state. */
export function randomState(like: Named, seed: number): Named {
  const generator = new Generator(seed);
  return Object.fromEntries(
    Object.entries(like).map(([name, { shape, dtype }]) => [name, randn(shape, { dtype, generator })]),
  );
}
