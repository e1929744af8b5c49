import { grad, requireGrad } from "@unroll/autograd";
import { add, mul, sum, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import goldens from "./goldens/cells.json";
import { GRU, LSTM, type Recurrent, RNN } from "./index.ts";

// Written by PyTorch: tooling/goldens/cells.py.
interface Case {
  readonly name: string;
  readonly layer: "RNN" | "LSTM" | "GRU";
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly batch: number;
  readonly steps: number;
  readonly options: { numLayers: number; bidirectional: boolean; batchFirst?: boolean; bias?: boolean };
  readonly lengths: readonly number[];
  readonly parameters: Values;
  readonly x: readonly number[];
  readonly state: Values;
  readonly probes: Values;
  readonly results: Values;
  readonly gradients: Values;
}
type Values = Readonly<Record<string, readonly number[]>>;
type AnyLayer = Recurrent<Record<string, Tensor>>;
type DType = "float32" | "float64";

const { cases } = goldens as unknown as { cases: Case[] };
const named = (name: string): Case => cases.find((golden) => golden.name === name) as Case;

function layerOf({ layer, inputSize, hiddenSize }: Case, options: object, dtype: DType): AnyLayer {
  const Layer = { RNN, LSTM, GRU }[layer];
  return new Layer(inputSize, hiddenSize, { ...options, dtype }) as unknown as AnyLayer;
}

/** Outputs, states and gradients of a golden case, with some of its parameters changed. */
function run(golden: Case, dtype: DType, parameters: Values = golden.parameters, options: object = golden.options) {
  const { batch, steps, inputSize, hiddenSize, lengths, probes } = golden;
  const layer = layerOf(golden, options, dtype);
  const own = layer.stateDict();
  layer.loadStateDict(
    Object.fromEntries(
      Object.entries(parameters).map(([name, values]) => [
        name,
        tensor([...values], { dtype, shape: own[name].shape }),
      ]),
    ),
  );
  const [outer, inner] = golden.options.batchFirst ? [batch, steps] : [steps, batch];
  const x = requireGrad(tensor([...golden.x], { dtype, shape: [outer, inner, inputSize] }));
  const rows = golden.options.numLayers * (golden.options.bidirectional ? 2 : 1);
  const state = Object.fromEntries(
    Object.entries(golden.state).map(([name, values]) => [
      name,
      requireGrad(tensor([...values], { dtype, shape: [rows, batch, hiddenSize] })),
    ]),
  );
  const { output, state: final } = layer.forward(x, { state, lengths });
  const results: Record<string, Tensor> = { output, ...final };
  const loss = Object.entries(results)
    .map(([name, value]) => sum(mul(value, tensor([...probes[name]], { dtype, shape: value.shape }))))
    .reduce(add);
  const found = layer.namedParameters();
  const names = ["x", ...Object.keys(state), ...found.map(([name]) => name)];
  const gradients = grad(loss, [x, ...Object.values(state), ...found.map(([, parameter]) => parameter)]);
  return { results, gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]])) };
}

/** The largest difference of any number from the golden one. */
function distance(ours: Record<string, Tensor>, golden: Values): number {
  let worst = 0;
  for (const [name, values] of Object.entries(golden)) {
    const data = ours[name]?.data ?? [];
    if (data.length !== values.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < data.length; i++) {
      const difference = Math.abs(data[i] - values[i]);
      if (!(difference <= worst)) worst = difference;
    }
  }
  return worst;
}

function distanceOf(golden: Case, dtype: DType, parameters?: Values, options?: object): number {
  const { results, gradients } = run(golden, dtype, parameters, options);
  return Math.max(distance(results, golden.results), distance(gradients, golden.gradients));
}

describe("against PyTorch", () => {
  it("has cases for every layer, with samples of unequal lengths in no order", () => {
    expect(cases.map(({ name }) => name)).toEqual([
      "RNN, tanh",
      "RNN, relu",
      "LSTM",
      "GRU",
      "GRU, reset before",
      "LSTM, batch first",
      "LSTM, no bias",
      "GRU, no bias",
      "RNN, no bias",
    ]);
    for (const { steps, lengths, options } of cases) {
      expect(steps).toBeGreaterThanOrEqual(5);
      expect(lengths).toEqual([4, 6, 1]);
      expect(options.numLayers).toBe(2);
    }
  });

  it.each(cases)("$name: outputs, final states and all gradients", (golden) => {
    const { results, gradients } = run(golden, "float64");
    expect(Object.keys(results)).toEqual(Object.keys(golden.results));
    expect(Object.keys(gradients)).toEqual(Object.keys(golden.gradients));
    expect(distance(results, golden.results)).toBeLessThan(1e-10);
    expect(distance(gradients, golden.gradients)).toBeLessThan(1e-10);
    expect(distanceOf(golden, "float32")).toBeLessThan(1e-5);
  });
});

/** All orders of 0 … n-1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  );
}

/** The values with their blocks of one gate each in another order. */
function permuted(values: readonly number[], order: readonly number[]): number[] {
  const size = values.length / order.length;
  return order.flatMap((gate) => values.slice(gate * size, (gate + 1) * size));
}

function changed(parameters: Values, change: (values: readonly number[], name: string) => readonly number[]): Values {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, change(values, name)]));
}

describe("the comparison notices", () => {
  const outputDistance = (golden: Case, parameters?: Values, options?: object) =>
    distance(run(golden, "float64", parameters, options).results, golden.results);

  it.each([
    ["LSTM", 23],
    ["GRU", 5],
  ] as const)("every wrong order of gates in the %s", (name, count) => {
    const golden = named(name);
    const gates = name === "LSTM" ? 4 : 3;
    const wrong = orders(gates).filter((order) => order.some((gate, i) => gate !== i));
    expect(new Set(wrong.map(String)).size).toBe(count);
    for (const order of wrong) {
      const parameters = changed(golden.parameters, (values) => permuted(values, order));
      expect(outputDistance(golden, parameters), String(order)).toBeGreaterThan(1e-3);
    }
  });

  it.each(cases.filter(({ options }) => options.bias !== false))("any bias that is dropped: $name", (golden) => {
    const biases = Object.keys(golden.parameters).filter((name) => name.startsWith("bias_"));
    expect(biases).toHaveLength(8);
    for (const bias of biases) {
      const parameters = changed(golden.parameters, (values, name) => (name === bias ? values.map(() => 0) : values));
      expect(outputDistance(golden, parameters), bias).toBeGreaterThan(1e-3);
    }
  });

  it("a gate z that forgets instead of keeping", () => {
    for (const golden of [named("GRU"), named("GRU, reset before")]) {
      // sigmoid(-a) = 1 - sigmoid(a)
      const parameters = changed(golden.parameters, (values) => {
        const size = values.length / 3;
        return values.map((value, i) => (i >= size && i < 2 * size ? -value : value));
      });
      expect(outputDistance(golden, parameters)).toBeGreaterThan(1e-3);
    }
  });

  it("a reset gate on the wrong side of the product", () => {
    const [after, before] = [named("GRU"), named("GRU, reset before")];
    expect(outputDistance(after, undefined, { ...after.options, resetAfter: false })).toBeGreaterThan(1e-3);
    expect(outputDistance(before, undefined, { ...before.options, resetAfter: true })).toBeGreaterThan(1e-3);
  });

  it("the wrong nonlinearity, swapped directions and a state given to another layer", () => {
    const [tanh, relu, lstm] = [named("RNN, tanh"), named("RNN, relu"), named("LSTM")];
    expect(outputDistance(tanh, undefined, { ...tanh.options, nonlinearity: "relu" })).toBeGreaterThan(1e-3);
    expect(outputDistance(relu, undefined, { ...relu.options, nonlinearity: "tanh" })).toBeGreaterThan(1e-3);
    const swapped = Object.fromEntries(
      Object.entries(lstm.parameters).map(([name, values]) => [
        name.endsWith("_reverse") ? name.slice(0, -8) : `${name}_reverse`,
        values,
      ]),
    );
    expect(outputDistance(lstm, swapped)).toBeGreaterThan(1e-3);
    const state = { ...lstm.state, h: permuted(lstm.state.h, [1, 0, 2, 3]) };
    expect(outputDistance({ ...lstm, state })).toBeGreaterThan(1e-3);
  });
});
