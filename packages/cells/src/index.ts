export type { Adjoints } from "./adjoints.ts";
export type { Cell, CellContext, State } from "./cell.ts";
export { explain } from "./explain.ts";
export { GRU, type GRUOptions } from "./gru.ts";
export { GRUCell, type GRUCellOptions, type GRUState } from "./gru-cell.ts";
export type { Lengths } from "./lengths.ts";
export { LSTM, type LSTMOptions } from "./lstm.ts";
export { LSTMCell, type LSTMCellOptions, type LSTMState } from "./lstm-cell.ts";
export type { CellOptions } from "./parameters.ts";
export {
  type ForwardOptions,
  type ForwardResult,
  type LayerStepRecord,
  Recurrent,
  type RecurrentOptions,
} from "./recurrent.ts";
export { RNN, type RNNOptions } from "./rnn.ts";
export { RNNCell, type RNNCellOptions, type RNNState } from "./rnn-cell.ts";
export type { StepRecord, Unrolled, UnrollResult } from "./sequence.ts";
export { type UnrollOptions, unroll } from "./unroll.ts";
