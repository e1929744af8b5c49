import { identityInit, normalInit, orthogonal } from "@unroll/nn";
import { assign, type Generator, mul, type Tensor, tensor, uniform, zeros } from "@unroll/tensor";
import type { StartKey, StartName } from "./cell-key.ts";
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

/** Changes the weights of a layer that PyTorch's defaults have filled; `value` is the number in the key. */
type Start = (layer: Layer, context: StartContext, value: number) => void;

/**
 * The initialisations, beside the default: uniform in ±1/√H, all weights and biases, as PyTorch does.
 *
 * - `fb0`, `fb1`, `fb2.5`: the bias of the gate that keeps is this number for every unit (Gers et al., 2000; Jozefowicz et
 *   al., 2015); for a GRU that is PyTorch's update gate, `h' = (1 - z) n + z h`.
 * - `chrono`: b_f = ln u, u ~ U(1, Tmax - 1), and b_i = -b_f (Tallec and Ollivier, 2018, equation 16).
 * - `orthogonal`: the recurrent block of each gate is orthogonal.
 * - `identity`: the recurrent block of each gate is the identity, biases are 0 (Le, Jaitly and Hinton, 2015, for ReLU).
 * - `sw1.5`: Gaussian recurrent weights of standard deviation 1.5 / √H, between silence and chaos.
 * - `latch4`: units that only feed themselves, by a weight of 4.
 * - `bump`: pairs of units [[0.9, 1], [0, 0.9]], whose eigenvalues are below 1, and whose norm rises before it falls.
 * - `b0`: biases 0. `w0`: weights 0, so that gates see neither input nor state, only their biases.
 */
const starts: Readonly<Record<StartName, Start>> = {
  fb: (layer, { keep }, value) => setBias(layer, keep, () => value),
  chrono: (layer, { keep, write, horizon, generator }) => {
    const spans = uniform([layer.hiddenSize], { generator, dtype: "float64" }).data;
    const bias = (unit: number) => Math.log(1 + spans[unit] * Math.max(0, horizon - 2));
    setBias(layer, keep, bias);
    setBias(layer, write, (unit) => -bias(unit));
  },
  orthogonal: (layer, { gates, generator }) => {
    const { weight_hh_l0: weight } = layer;
    assign(weight, orthogonal(weight.shape, { gates, generator }));
  },
  identity: (layer, { gates }) => {
    setRecurrent(layer, gates, identityInit([layer.hiddenSize, layer.hiddenSize]));
    setBiases(layer, gates);
  },
  sw: (layer, { generator }, value) => {
    const { weight_hh_l0: weight, hiddenSize } = layer;
    assign(weight, normalInit(weight.shape, { std: value / Math.sqrt(hiddenSize), generator }));
  },
  latch: (layer, { gates }, value) => {
    setRecurrent(layer, gates, mul(identityInit([layer.hiddenSize, layer.hiddenSize]), value));
  },
  bump: (layer, { gates }) => setRecurrent(layer, gates, pairs(layer.hiddenSize)),
  b0: (layer, { gates }) => setBiases(layer, gates),
  w0: (layer) => {
    for (const weight of [layer.weight_ih_l0, layer.weight_hh_l0]) assign(weight, zeros(weight.shape));
  },
};

/** Changes the weights of a layer that PyTorch's defaults have filled, as a key says. */
export function applyStart({ name, value }: StartKey, layer: Layer, context: StartContext): void {
  starts[name](layer, context, value);
}

/** Writes a recurrent weight: the same block for each gate. */
function setRecurrent(layer: Layer, gates: number, block: Tensor): void {
  assign(layer.weight_hh_l0, stacked(block, gates));
}

function stacked(block: Tensor, gates: number): Float32Array {
  const values = new Float32Array(block.size * gates);
  for (let gate = 0; gate < gates; gate++) values.set(block.data, gate * block.size);
  return values;
}

function pairs(size: number): Tensor {
  const values = new Float32Array(size * size);
  for (let unit = 0; unit < size; unit++) {
    values[unit * size + unit] = 0.9;
    if (unit % 2 === 0 && unit + 1 < size) values[unit * size + unit + 1] = 1;
  }
  return tensor(values, { shape: [size, size] });
}

/** All biases 0. */
function setBiases(layer: Layer, gates: number): void {
  for (let gate = 0; gate < gates; gate++) setBias(layer, gate, () => 0);
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
