import { backward, grad, parameter } from "@unroll/autograd";
import { checkModule, Module } from "@unroll/nn";
import {
  abs,
  add,
  Generator,
  matmul,
  max,
  mul,
  ones,
  randn,
  select,
  slice,
  sub,
  sum,
  type Tensor,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { GRU, GRUCell, LSTM, LSTMCell, type LSTMState, RNN, RNNCell, unroll } from "./index.ts";
import { type AnyLayer, kinds } from "./testing/kinds.ts";

/** Two layers in one module. */
class Both extends Module {
  constructor(
    readonly first: AnyLayer,
    readonly second: AnyLayer,
  ) {
    super();
  }
}

/** The names and shapes of PyTorch's two-layer, bidirectional layers, in PyTorch's order. */
function pytorchShapes(gates: number, inputSize: number, hiddenSize: number): [string, number[]][] {
  return [0, 1].flatMap((layer) =>
    ["", "_reverse"].flatMap((direction): [string, number[]][] => {
      const suffix = `l${layer}${direction}`;
      const below = layer === 0 ? inputSize : 2 * hiddenSize;
      return [
        [`weight_ih_${suffix}`, [gates * hiddenSize, below]],
        [`weight_hh_${suffix}`, [gates * hiddenSize, hiddenSize]],
        [`bias_ih_${suffix}`, [gates * hiddenSize]],
        [`bias_hh_${suffix}`, [gates * hiddenSize]],
      ];
    }),
  );
}

describe.each(kinds)("the layer $name as a module", ({ name, layer: make, cell: makeCell }) => {
  const gates = { R: 1, L: 4, G: 3 }[name[0]] as number;
  const two = (seed: number, more: object = {}) =>
    make(3, 4, { numLayers: 2, bidirectional: true, generator: new Generator(seed), ...more });

  it("has PyTorch's names, order and shapes", () => {
    const dict = two(1).stateDict();
    expect(Object.entries(dict).map(([key, { shape }]) => [key, shape])).toEqual(pytorchShapes(gates, 3, 4));
    expect(Object.keys(two(1, { bias: false }).stateDict())).toEqual(
      Object.keys(dict).filter((key) => key.startsWith("weight_")),
    );
    expect(Object.keys(makeCell(3, 4).stateDict())).toEqual(["weight_ih", "weight_hh", "bias_ih", "bias_hh"]);
  });

  it("starts uniform in ±1/sqrt(H), as PyTorch does, and the same for the same seed", () => {
    for (const [key, { data }] of Object.entries(make(8, 16, { generator: new Generator(2) }).stateDict())) {
      const values = Array.from(data);
      expect(Math.max(...values.map(Math.abs)), key).toBeLessThanOrEqual(0.25);
      expect(Math.max(...values), key).toBeGreaterThan(0.2);
      expect(Math.min(...values), key).toBeLessThan(-0.2);
    }
    expect(two(3).stateDict()).toEqual(two(3).stateDict());
    expect(two(3).stateDict()).not.toEqual(two(4).stateDict());
  });

  it("loads what it saved", () => {
    const [a, b] = [two(5), two(6)];
    const x = randn([5, 2, 3], { generator: new Generator(7) });
    expect(b.forward(x).output.toArray()).not.toEqual(a.forward(x).output.toArray());
    expect(b.loadStateDict(a.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(b.forward(x).output.toArray()).toEqual(a.forward(x).output.toArray());
    expect(() => two(8, { bias: false }).loadStateDict(a.stateDict())).toThrow(/unexpected: bias_ih_l0, bias_hh_l0/);
  });

  it("is sound: every parameter is found and reached", () => {
    const x = randn([3, 2, 3], { generator: new Generator(9) });
    expect(checkModule(two(10), x)).toEqual({ hidden: [], unreached: [] });
    expect(checkModule(two(10, { bias: false, dropout: 0.2 }), x)).toEqual({ hidden: [], unreached: [] });
  });

  it("shares a parameter that is assigned to it", () => {
    const [a, b] = [make(4, 4, { generator: new Generator(11) }), make(4, 4, { generator: new Generator(12) })];
    const x = randn([2, 2, 4], { generator: new Generator(13) });
    for (const key of Object.keys(a.stateDict()) as `weight_${string}`[]) b[key] = a[key];
    expect(b.forward(x).output.toArray()).toEqual(a.forward(x).output.toArray());
    const both = new Both(a, b);
    expect(both.parameters()).toHaveLength(4);
    expect(Object.keys(both.stateDict())).toHaveLength(8);
    // Its uses add up.
    const weight = a.weight_hh_l0;
    const separate = [a, b].map((layer) => grad(sum(layer.forward(x).output), [weight])[0]);
    const [together] = grad(add(sum(a.forward(x).output), sum(b.forward(x).output)), [weight]);
    expect(max(abs(sub(together, add(separate[0], separate[1])))).item()).toBeLessThan(1e-5);
  });

  it("names a parameter that cannot be shared", () => {
    const layer = make(3, 4);
    const rows = 4 * gates;
    expect(() => {
      layer.weight_ih_l0 = parameter(zeros([rows, 5]));
    }).toThrow(
      `${name.slice(0, gates === 4 ? 4 : 3)}: expected weight_ih_l0 to be a parameter of shape [${rows}, 3], got [${rows}, 5]`,
    );
    expect(() => {
      layer.weight_ih_l0 = zeros([rows, 3]) as never;
    }).toThrow(/expected weight_ih_l0 to be a parameter of shape/);
    expect(() => {
      layer.weight_ih_l0 = parameter(zeros([rows, 3], { dtype: "float64" }));
    }).toThrow(/expected weight_ih_l0 of float32, got float64; use cast/);
  });

  it("is what its cells give", () => {
    const layer = two(14);
    const x = randn([4, 2, 3], { generator: new Generator(15) });
    const { output } = unroll(layer.cell(), x);
    const { output: reversed } = unroll(layer.cell(0, true), x, { reverse: true });
    layer.eval();
    const single = make(3, 4, { bidirectional: true });
    single.loadStateDict(layer.stateDict(), { strict: false });
    expect(slice(single.forward(x).output, -1, 0, 4).toArray()).toEqual(output.toArray());
    expect(slice(single.forward(x).output, -1, 4).toArray()).toEqual(reversed.toArray());
    expect(() => layer.cell(2)).toThrow(/no cell in layer 2$/);
    expect(() => make(3, 4).cell(0, true)).toThrow(/no cell in layer 0, reverse$/);
  });

  it("has the shapes of PyTorch, batch first too", () => {
    const x = randn([5, 2, 3], { generator: new Generator(16) });
    const { output, state } = two(17).forward(x);
    expect(output.shape).toEqual([5, 2, 8]);
    for (const value of Object.values(state)) expect(value.shape).toEqual([4, 2, 4]);
    const batchFirst = two(17, { batchFirst: true }).forward(randn([2, 5, 3]));
    expect(batchFirst.output.shape).toEqual([2, 5, 8]);
    for (const value of Object.values(batchFirst.state)) expect(value.shape).toEqual([4, 2, 4]);
  });

  it("drops between layers in training only", () => {
    const x = randn([5, 2, 3], { generator: new Generator(18) });
    const layer = two(19, { dropout: 0.5 });
    const plain = two(19);
    expect(layer.stateDict()).toEqual(plain.stateDict());
    const [a, b] = [layer.forward(x).output.toArray(), layer.forward(x).output.toArray()];
    expect(a).not.toEqual(b);
    expect(layer.eval().forward(x).output.toArray()).toEqual(plain.forward(x).output.toArray());
    expect(layer.train().forward(x).output.toArray()).not.toEqual(plain.forward(x).output.toArray());
    // The first layer's final state is not behind a dropout.
    expect(select(layer.forward(x).state.h, 0, 0).toArray()).toEqual(select(plain.forward(x).state.h, 0, 0).toArray());
    const alone = make(3, 4, { dropout: 0.5, generator: new Generator(20) });
    expect(alone.forward(x).output.toArray()).toEqual(alone.forward(x).output.toArray());
    // With everything dropped, the second layer reads zeros.
    const above = make(8, 4, { bidirectional: true });
    above.loadStateDict(plain.stateDict(), {
      rename: (key) => (key.includes("_l1") ? key.replace("_l1", "_l0") : undefined),
    });
    const nothing = two(19, { dropout: 1 }).forward(x).output;
    expect(nothing.toArray()).toEqual(above.forward(zeros([5, 2, 8])).output.toArray());
  });

  it("takes float64", () => {
    const layer = two(21, { dtype: "float64" });
    const { output, state } = layer.forward(zeros([2, 2, 3], { dtype: "float64" }));
    expect([output.dtype, state.h.dtype]).toEqual(["float64", "float64"]);
  });

  it("reports steps with their layer and direction", () => {
    const seen: string[] = [];
    two(22).forward(zeros([2, 1, 3]), {
      onStep: ({ layer, reverse, t, samples, output }) => {
        expect(output.shape).toEqual([1, 4]);
        expect(samples).toEqual([0]);
        seen.push(`${layer} ${reverse ? "back" : "on"} ${t}`);
      },
    });
    expect(seen).toEqual(["0 on 0", "0 on 1", "0 back 0", "0 back 1", "1 on 0", "1 on 1", "1 back 0", "1 back 1"]);
  });
});

describe("initial values", () => {
  it("are orthogonal for each gate by itself when asked", () => {
    for (const cell of [
      new RNNCell(3, 5, { recurrentInit: "orthogonal", dtype: "float64" }),
      new LSTMCell(3, 5, { recurrentInit: "orthogonal", dtype: "float64" }),
      new GRUCell(3, 5, { recurrentInit: "orthogonal", dtype: "float64" }),
    ]) {
      const gates = cell.weight_hh.shape[0] / 5;
      for (let gate = 0; gate < gates; gate++) {
        const block = slice(cell.weight_hh, 0, gate * 5, (gate + 1) * 5);
        matmul(block, block, { transposeB: true }).data.forEach((value, i) => {
          expect(Math.abs(value - (i % 6 === 0 ? 1 : 0))).toBeLessThan(1e-12);
        });
      }
    }
  });

  it("have the forget gate's bias as the sum of both biases", () => {
    const layer = new LSTM(3, 4, { forgetBias: 1, numLayers: 2 });
    for (const [ih, hh] of [
      [layer.bias_ih_l0, layer.bias_hh_l0],
      [layer.bias_ih_l1, layer.bias_hh_l1],
    ]) {
      expect(Array.from(slice(ih as Tensor, 0, 4, 8).data)).toEqual([1, 1, 1, 1]);
      expect(Array.from(slice(hh as Tensor, 0, 4, 8).data)).toEqual([0, 0, 0, 0]);
      // The other gates are as drawn.
      for (const bias of [ih, hh] as Tensor[])
        for (const [from, to] of [
          [0, 4],
          [8, 16],
        ])
          expect(slice(bias, 0, from, to).data.every((value) => value !== 0 && Math.abs(value) <= 0.5)).toBe(true);
    }
  });
});

describe("describe", () => {
  it.each([
    ["RNN(3, 4)", new RNN(3, 4)],
    ["RNN(3, 4, nonlinearity: relu)", new RNN(3, 4, { nonlinearity: "relu" })],
    [
      "LSTM(3, 4, numLayers: 2, bidirectional: true, dropout: 0.2, batchFirst: true)",
      new LSTM(3, 4, { numLayers: 2, bidirectional: true, dropout: 0.2, batchFirst: true }),
    ],
    [
      "LSTM(3, 4, recurrentInit: orthogonal, forgetBias: 1)",
      new LSTM(3, 4, { forgetBias: 1, recurrentInit: "orthogonal" }),
    ],
    ["GRU(3, 4, bias: false, resetAfter: false)", new GRU(3, 4, { resetAfter: false, bias: false })],
    ["GRU(3, 4, dtype: float64)", new GRU(3, 4, { dtype: "float64", resetAfter: true })],
    ["RNNCell(1, 2, nonlinearity: relu)", new RNNCell(1, 2, { nonlinearity: "relu" })],
    ["LSTMCell(1, 2, forgetBias: -1)", new LSTMCell(1, 2, { forgetBias: -1 })],
    ["GRUCell(1, 2)", new GRUCell(1, 2)],
  ])("names what differs from PyTorch: %s", (text, module) => {
    expect(module.describe()).toBe(text);
  });
});

describe("wrong arguments of layers and cells", () => {
  const layer = new LSTM(3, 4, { numLayers: 2 });
  const x = zeros([5, 2, 3]);
  const state: LSTMState = { h: zeros([2, 2, 4]), c: zeros([2, 2, 4]) };

  it.each<[() => unknown, string, string]>([
    [
      () => new LSTM(3, 4, { numLayer: 2 } as never),
      "OptionError",
      "LSTM: unknown option numLayer, did you mean numLayers? It takes bias, recurrentInit, dtype, generator, forgetBias, numLayers, bidirectional, dropout, batchFirst",
    ],
    [
      () => new GRUCell(3, 4, { resetafter: true } as never),
      "OptionError",
      "GRUCell: unknown option resetafter, did you mean resetAfter? It takes bias, recurrentInit, dtype, generator, resetAfter",
    ],
    [
      () => new RNNCell(3, 4, { nonLinearity: "relu" } as never),
      "OptionError",
      "RNNCell: unknown option nonLinearity, did you mean nonlinearity? It takes bias, recurrentInit, dtype, generator, nonlinearity",
    ],
    [() => new RNN(3, 4, 5 as never), "OptionError", "RNN: options must be an object, got number 5"],
    [() => new LSTM(0, 4), "OptionError", "LSTM: inputSize must be a whole number >= 1, got 0"],
    [() => new GRU(3, 2.5), "OptionError", "GRU: hiddenSize must be a whole number >= 1, got 2.5"],
    [() => new RNN(3, undefined as never), "OptionError", "RNN: hiddenSize must be a whole number >= 1, got undefined"],
    [() => new LSTMCell(3, -1), "OptionError", "LSTMCell: hiddenSize must be a whole number >= 1, got -1"],
    [() => new RNN(3, 4, { numLayers: 0 }), "OptionError", "RNN: numLayers must be a whole number >= 1, got 0"],
    [
      () => new RNN(3, 4, { bidirectional: 2 as never }),
      "OptionError",
      "RNN: bidirectional must be true or false, got number 2",
    ],
    [
      () => new RNN(3, 4, { batchFirst: "yes" as never }),
      "OptionError",
      'RNN: batchFirst must be true or false, got string "yes"',
    ],
    [() => new RNN(3, 4, { dropout: 1.5 }), "OptionError", "RNN: dropout must be a probability in [0, 1], got 1.5"],
    [
      () => new RNN(3, 4, { dropout: Number.NaN }),
      "OptionError",
      "RNN: dropout must be a probability in [0, 1], got NaN",
    ],
    [() => new RNN(3, 4, { bias: 0 as never }), "OptionError", "RNN: bias must be true or false, got number 0"],
    [
      () => new LSTM(3, 4, { dtype: "int32" as never }),
      "OptionError",
      'LSTM: dtype must be "float32" or "float64", got int32',
    ],
    [
      () => new GRUCell(3, 4, { recurrentInit: "ortho" as never }),
      "OptionError",
      'GRUCell: recurrentInit must be "uniform" or "orthogonal", got ortho',
    ],
    [
      () => new RNNCell(3, 4, { nonlinearity: "sigmoid" as never }),
      "OptionError",
      'RNNCell: nonlinearity must be "tanh" or "relu", got sigmoid',
    ],
    [
      () => new LSTM(3, 4, { forgetBias: 1, bias: false }),
      "OptionError",
      "LSTM: forgetBias needs a bias, but bias is false",
    ],
    [
      () => new GRU(3, 4, { resetAfter: 1 as never }),
      "OptionError",
      "GRU: resetAfter must be true or false, got number 1",
    ],
    [
      () => new GRUCell(3, 4, { resetAfter: "no" as never }),
      "OptionError",
      'GRUCell: resetAfter must be true or false, got string "no"',
    ],
    [
      () => new LSTMCell(3, 4, { forgetBias: Number.NaN }),
      "OptionError",
      "LSTMCell: forgetBias must be a finite number, got NaN",
    ],
    [
      () => new LSTMCell(3, 4, { forgetBias: 1, bias: false }),
      "OptionError",
      "LSTMCell: forgetBias needs a bias, but bias is false",
    ],
    [() => layer.forward(zeros([5, 2, 4])), "ShapeError", "LSTM.forward: expected x of shape [T, B, 3], got [5, 2, 4]"],
    [() => layer.forward(zeros([5, 3])), "ShapeError", "LSTM.forward: expected x of shape [T, B, 3], got [5, 3]"],
    [
      () => new GRU(3, 4, { batchFirst: true }).forward([1] as never),
      "ShapeError",
      "GRU.forward: expected x of shape [B, T, 3], got object",
    ],
    [
      () => layer.forward(zeros([5, 2, 3], { dtype: "float64" })),
      "DTypeError",
      "LSTM.forward: expected x of float32, got float64; use cast",
    ],
    [
      () => layer.forward(x, { length: [1, 2] } as never),
      "OptionError",
      "LSTM.forward: unknown option length, did you mean lengths? It takes state, lengths, reset, compile, checkpoint, tap, onStep",
    ],
    [
      () => layer.forward(x, { state: { h: state.h } as never }),
      "OptionError",
      "LSTM.forward: expected a state { h, c }, got { h }",
    ],
    [
      () => layer.forward(x, { state: { ...state, c: zeros([2, 4]) } }),
      "ShapeError",
      "LSTM.forward: expected state c of shape [2, 2, 4], got [2, 4]",
    ],
    [
      () => layer.forward(x, { state: { ...state, h: zeros([2, 2, 4], { dtype: "float64" }) } }),
      "DTypeError",
      "LSTM.forward: expected state h of float32, got float64; use cast",
    ],
    [
      () => layer.forward(x, { reset: zeros([2, 5], { dtype: "bool" }) }),
      "ShapeError",
      "LSTM.forward: expected reset of shape [5, 2], got [2, 5]",
    ],
    [
      () => layer.forward(x, { onStep: 1 as never }),
      "OptionError",
      "LSTM.forward: onStep must be a function, got number 1",
    ],
  ])("%#", (call, name, message) => {
    let error: unknown;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name, message });
  });
});

describe("a module that owns a layer", () => {
  class Tagger extends Module {
    readonly rnn = new GRU(3, 4, { bidirectional: true, generator: new Generator(23) });
    readonly out = parameter(ones([1, 8]));
    forward(x: Tensor): Tensor {
      return matmul(this.rnn.forward(x).output, this.out, { transposeB: true });
    }
  }

  it("finds its parameters, trains and evaluates it", () => {
    const tagger = new Tagger();
    expect(tagger.namedParameters().map(([name]) => name)).toContain("rnn.weight_hh_l0_reverse");
    backward(sum(mul(tagger.forward(randn([3, 2, 3])), 2)));
    expect(tagger.parameters().every(({ grad: gradient }) => gradient !== undefined)).toBe(true);
    tagger.zeroGrad();
    expect(tagger.rnn.weight_ih_l0.grad).toBeUndefined();
    expect(tagger.eval().rnn.training).toBe(false);
  });
});
