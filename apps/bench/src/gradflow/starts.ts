import { identityInit, orthogonal } from "@unroll/nn";
import { assign, type Generator, type Tensor, uniform } from "@unroll/tensor";
import type { Layer } from "./lineup.ts";

/** What an initialisation may depend on beside the layer. */
export interface StartContext {
  /** Blocks of H rows in the layer's weights: 1, 3 or 4. */
  readonly gates: number;
  /** Which block holds the gate that keeps the old state, where there is one: an LSTM's f, PyTorch's z of a GRU. */
  readonly keep: number | undefined;
  /** Which block lets new values in, where that is a gate of its own: an LSTM's i. */
  readonly write: number | undefined;
  /** The longest dependency that the task holds, in steps: Tmax of chrono initialisation. */
  readonly horizon: number;
  readonly generator: Generator;
}

/** A way to begin: it changes the weights of a layer that PyTorch's defaults have filled. */
export interface Start {
  readonly key: string;
  readonly label: string;
  /** Whether it needs a gate that keeps. */
  readonly gated: boolean;
  readonly apply: (layer: Layer, context: StartContext) => void;
}

function keepBias(value: number): Start {
  return {
    key: `fb${value}`,
    label: `forget bias ${value}`,
    gated: true,
    apply: (layer, { keep }) => setBias(layer, keep, () => value),
  };
}

/**
 * The initialisations that are compared, beside the default: uniform in ±1/√H, all weights and biases, as PyTorch does.
 *
 * - `fb0`, `fb1`, `fb3`: the bias of the gate that keeps is this number for every unit (Gers et al., 2000; Jozefowicz et
 *   al., 2015); for a GRU that is PyTorch's update gate, `h' = (1 - z) n + z h`.
 * - `chrono`: b_f = ln u, u ~ U(1, Tmax - 1), and b_i = -b_f (Tallec and Ollivier, 2018, equation 16).
 * - `orthogonal`: the recurrent block of each gate is orthogonal.
 * - `identity`: the recurrent block of each gate is the identity, biases are 0 (Le, Jaitly and Hinton, 2015, for ReLU).
 */
export const starts: readonly Start[] = [
  keepBias(0),
  keepBias(1),
  keepBias(3),
  {
    key: "chrono",
    label: "chrono",
    gated: true,
    apply: (layer, { keep, write, horizon, generator }) => {
      const spans = uniform([layer.hiddenSize], { generator, dtype: "float64" }).data;
      const bias = (unit: number) => Math.log(1 + spans[unit] * Math.max(0, horizon - 2));
      setBias(layer, keep, bias);
      setBias(layer, write, (unit) => -bias(unit));
    },
  },
  {
    key: "orthogonal",
    label: "orthogonal",
    gated: false,
    apply: (layer, { gates, generator }) => {
      const { weight_hh_l0: weight } = layer;
      assign(weight, orthogonal(weight.shape, { gates, generator }));
    },
  },
  {
    key: "identity",
    label: "identity",
    gated: false,
    apply: (layer, { gates }) => {
      const { weight_hh_l0: weight, hiddenSize } = layer;
      assign(weight, stacked(identityInit([hiddenSize, hiddenSize]), gates));
      for (let gate = 0; gate < gates; gate++) setBias(layer, gate, () => 0);
    },
  },
];

function stacked(block: Tensor, gates: number): Float32Array {
  const values = new Float32Array(block.size * gates);
  for (let gate = 0; gate < gates; gate++) values.set(block.data, gate * block.size);
  return values;
}

/** Sets one gate's bias: the value in `bias_ih` and 0 in `bias_hh`, so that their sum is the value. */
function setBias(layer: Layer, gate: number | undefined, value: (unit: number) => number): void {
  if (gate === undefined) return;
  const { hiddenSize } = layer;
  for (const [bias, at] of [
    [layer.bias_ih_l0, value],
    [layer.bias_hh_l0, () => 0],
  ] as const) {
    if (bias === undefined) continue;
    const values = bias.data.slice();
    for (let unit = 0; unit < hiddenSize; unit++) values[gate * hiddenSize + unit] = at(unit);
    assign(bias, values);
  }
}
