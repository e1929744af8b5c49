import { identityInit, normalInit, orthogonal } from "@unroll/nn";
import { assign, type Generator, mul, type Tensor, tensor, uniform, zeros } from "@unroll/tensor";
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

/** Writes a recurrent weight: the same block for each gate. */
function setRecurrent(layer: Layer, gates: number, block: () => Tensor): void {
  assign(layer.weight_hh_l0, stacked(block(), gates));
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
      const { hiddenSize } = layer;
      setRecurrent(layer, gates, () => identityInit([hiddenSize, hiddenSize]));
      for (let gate = 0; gate < gates; gate++) setBias(layer, gate, () => 0);
    },
  },
];

/** The initialisations that show one thing at a time, and those with a number of one's choice. */
const studies: readonly { readonly pattern: RegExp; readonly make: (value: number) => Omit<Start, "key"> }[] = [
  { pattern: /^fb(\d+(?:\.\d+)?)$/, make: keepBias },
  {
    // Gaussian recurrent weights of standard deviation s / √H: random nets between silence and chaos.
    pattern: /^sw(\d+(?:\.\d+)?)$/,
    make: (value) => ({
      label: `σ_w = ${value}`,
      gated: false,
      apply: (layer, { gates, generator }) => {
        const { weight_hh_l0: weight, hiddenSize } = layer;
        assign(weight, normalInit([gates * hiddenSize, hiddenSize], { std: value / Math.sqrt(hiddenSize), generator }));
      },
    }),
  },
  {
    // Units that only feed themselves, by this weight.
    pattern: /^latch(\d+(?:\.\d+)?)$/,
    make: (value) => ({
      label: `latches of ${value}`,
      gated: false,
      apply: (layer, { gates }) => {
        const { hiddenSize } = layer;
        setRecurrent(layer, gates, () => mul(identityInit([hiddenSize, hiddenSize]), value));
      },
    }),
  },
  {
    // Pairs of units [[0.9, 1], [0, 0.9]]: eigenvalues below 1, and a norm that rises before it falls.
    pattern: /^bump()$/,
    make: () => ({
      label: "not normal",
      gated: false,
      apply: (layer, { gates }) => {
        const { hiddenSize } = layer;
        setRecurrent(layer, gates, () => pairs(hiddenSize));
      },
    }),
  },
  {
    pattern: /^b0()$/,
    make: () => ({
      label: "biases 0",
      gated: false,
      apply: (layer, { gates }) => {
        for (let gate = 0; gate < gates; gate++) setBias(layer, gate, () => 0);
      },
    }),
  },
  {
    // Weights of 0: gates that see neither input nor state, only their biases.
    pattern: /^w0()$/,
    make: () => ({
      label: "weights 0",
      gated: false,
      apply: (layer) => {
        for (const weight of [layer.weight_ih_l0, layer.weight_hh_l0]) assign(weight, zeros(weight.shape));
      },
    }),
  },
];

/**
 * The initialisation of a key: one of {@link starts}, or `fb2.5` (any forget bias), `sw1.5` (Gaussian recurrent weights of
 * standard deviation 1.5 / √H), `latch4` (recurrent weights 4 times the identity), `bump` (pairs of units that are not normal),
 * `b0` (biases 0), `w0` (weights 0).
 *
 * @returns undefined for an unknown key
 */
export function startOf(key: string): Start | undefined {
  const known = starts.find((start) => start.key === key);
  if (known !== undefined) return known;
  for (const { pattern, make } of studies) {
    const match = pattern.exec(key);
    if (match !== null) return { ...make(Number(match[1])), key };
  }
  return undefined;
}

function pairs(size: number): Tensor {
  const values = new Float32Array(size * size);
  for (let unit = 0; unit < size; unit++) {
    values[unit * size + unit] = 0.9;
    if (unit % 2 === 0 && unit + 1 < size) values[unit * size + unit + 1] = 1;
  }
  return tensor(values, { shape: [size, size] });
}

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
