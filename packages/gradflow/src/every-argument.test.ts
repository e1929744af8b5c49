import { LSTM, LSTMCell } from "@unroll/cells";
import { wrongArgumentTests } from "@unroll/doc-tests";
import { ones, sum, type Tensor, UnrollError, zeros } from "@unroll/tensor";
import * as entry from "./index.ts";

const options = { loss: (output: Tensor) => sum(output), reduction: "sum", lengths: [3, 2], layer: 0, reverse: false };

wrongArgumentTests({
  entry,
  isOwn: UnrollError.is,
  valid: {
    ClippingStatistics: [{ max: 1, reduction: "mean" }],
    gradientRms: [new LSTM(1, 2)],
    observe: [new LSTM(1, 2), { every: 1, samples: 1, points: 4, gates: true, clip: 1 }],
    toNDJSON: [{ step: 0, info: {}, layers: {}, parameters: {}, gradNorm: 0 }],
    connectivity: [new LSTM(1, 2), zeros([3, 2, 1]), { at: 2, lags: 1, layer: 0, reverse: false }],
    gateStatistics: [new LSTM(1, 2), zeros([3, 2, 1]), { lengths: [3, 2], bins: 4, layer: 0, reverse: false }],
    horizonNumbers: [[entry.gradientFlow(new LSTM(1, 2), zeros([3, 2, 1])).joint], { confidence: 0.9, epsilon: 0.1 }],
    growthRatios: [new LSTM(1, 2), zeros([3, 2, 1]), { loss: options.loss, layer: 0, reverse: false }],
    itemisedGradients: [new LSTM(1, 2), zeros([3, 2, 1]), { loss: options.loss, layer: 0, reverse: false }],
    memoryCapacity: [new LSTM(1, 2), zeros([40, 2, 1]), { delays: 4, washout: 2, layer: 0, reverse: false }],
    memoryKernel: [new LSTM(1, 2), zeros([3, 2, 1]), { at: [2], lags: 1, layer: 0, reverse: false }],
    truncationKeeps: [entry.itemisedGradients(new LSTM(1, 2), zeros([3, 2, 1]), { loss: options.loss }), { window: 1 }],
    conditionLog10: [Float64Array.of(0, -1)],
    effectiveRank: [Float64Array.of(0, -1)],
    jacobianSpectrum: [new LSTM(1, 2), zeros([3, 2, 1]), { lags: [2], layer: 0, reverse: false, method: "analytic" }],
    lyapunovSpectrum: [new LSTM(1, 2), zeros([3, 2, 1]), { count: 2, warmup: 1, start: "random", layer: 0 }],
    weightSpectrum: [ones([2, 2]), 0],
    fitExponential: [Float64Array.of(0, -1, -2)],
    gradientFlow: [new LSTM(1, 2), zeros([3, 2, 1]), options],
    horizonOf: [Float64Array.of(0, -1, -2), 0.3],
    stateJacobian: [new LSTMCell(1, 2), zeros([3, 1]), undefined, { method: "autodiff" }],
    summarizeCurve: [entry.gradientFlow(new LSTM(1, 2), zeros([3, 2, 1])).states.h.state, 1],
  },
  // What it passes on to the layer's forward and cell is checked there.
  says: {
    ...Object.fromEntries(
      [
        "connectivity",
        "gateStatistics",
        "growthRatios",
        "itemisedGradients",
        "jacobianSpectrum",
        "lyapunovSpectrum",
        "memoryCapacity",
        "memoryKernel",
      ].map((name) => [name, new RegExp(`${name}:|LSTM: no cell`)]),
    ),
    gradientFlow: /gradientFlow:|LSTM\.forward:|LSTM: no cell/,
    stateJacobian: /stateJacobian:|LSTMCell/,
  },
});
