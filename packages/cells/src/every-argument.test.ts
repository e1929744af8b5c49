import { wrongArgumentTests } from "@unroll/doc-tests";
import { Generator, UnrollError, zeros } from "@unroll/tensor";
import * as entry from "./index.ts";

const generator = new Generator(1);
const cell = { bias: true, recurrentInit: "orthogonal", dtype: "float64", generator };
const layer = { ...cell, numLayers: 2, bidirectional: true, dropout: 0.5, batchFirst: true };
const x = zeros([3, 2, 1]);
const gru = new entry.GRUCell(1, 2);
const [rnnLayer, lstmLayer] = [new entry.RNN(1, 2), new entry.LSTM(1, 2)];
const forward = { state: { h: zeros([1, 2, 2]) }, lengths: [3, 1], reset: zeros([3, 2], { dtype: "bool" }) };

wrongArgumentTests({
  entry,
  isOwn: UnrollError.is,
  valid: {
    GRU: [1, 2, { ...layer, resetAfter: false }],
    GRUCell: [1, 2, { ...cell, resetAfter: false }],
    "GRUCell.step": [zeros([2, 1]), gru.initialState(2)],
    LSTM: [1, 2, { ...layer, forgetBias: 1 }],
    LSTMCell: [1, 2, { ...cell, forgetBias: 1 }],
    RNN: [1, 2, { ...layer, nonlinearity: "relu" }],
    "RNN.cell": [0, false],
    "RNN.forward": [x, { ...forward, compile: false, checkpoint: 7, tap: "values", onStep: () => undefined }],
    explain: [gru, x],
    RNNCell: [1, 2, { ...cell, nonlinearity: "relu" }],
    unroll: [
      gru,
      x,
      {
        state: gru.initialState(2),
        lengths: [3, 1],
        reset: forward.reset,
        reverse: true,
        compile: false,
        checkpoint: true,
        tap: "norms",
      },
    ],
  },
  instances: { GRUCell: gru, LSTM: lstmLayer, RNN: rnnLayer },
  unchecked: { Recurrent: "abstract: made by RNN, LSTM and GRU", "GRUCell.zeroRows": "protected" },
});
