import { gradcheck, gradgradcheck } from "@unroll/autograd/testing";
import { Generator, randn, recordBlocks, replayBlocks, type Tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { kinds, type Named } from "./testing/kinds.ts";
import { unroll } from "./unroll.ts";

const [steps, batch, inputSize, hiddenSize] = [3, 3, 2, 3];
const float64 = (seed: number) => ({ dtype: "float64" as const, generator: new Generator(seed) });

/** A random state as a list, and how to name a list's entries again. */
function listed(like: Named, generator: Generator) {
  const names = Object.keys(like);
  return {
    values: names.map((name) => randn(like[name].shape, { dtype: "float64", generator })),
    named: (values: readonly Tensor[]) => Object.fromEntries(names.map((name, i) => [name, values[i]])),
  };
}

// Each input is moved by itself, a second or two for the largest layers; on a busy machine more.
describe.each(kinds)("gradients of $name", { timeout: 60_000 }, ({ name, cell: makeCell, layer: makeLayer }) => {
  // Keeps relu on one side of its kink.
  const step = name === "RNN, relu" ? 1e-4 : 0.01;

  it.each([{ bias: true }, { bias: false }])("of a step and its second derivatives, bias $bias", ({ bias }) => {
    const generator = new Generator(1);
    const cell = makeCell(inputSize, hiddenSize, { bias, ...float64(2) });
    const x = randn([batch, inputSize], { dtype: "float64", generator });
    const { values, named } = listed(cell.initialState(batch), generator);
    const run = (input: Tensor, ...state: Tensor[]) => {
      const result = cell.step(input, named(state));
      return [result.output, ...Object.values(result.state)];
    };
    const inputs = [x, ...values, ...cell.parameters()];
    expect(cell.parameters()).toHaveLength(bias ? 4 : 2);
    expect(gradcheck(run, inputs, { step })).toBeLessThan(1e-6);
    expect(gradgradcheck(run, inputs, { step })).toBeLessThan(1e-6);
  });

  const sequences = [true, false].flatMap((bias) =>
    [undefined, [2, 3, 0]].flatMap((lengths) => [true, false].map((reverse) => ({ bias, lengths, reverse }))),
  );
  it.each(sequences)("of a sequence, bias $bias, lengths $lengths, reverse $reverse", ({ bias, lengths, reverse }) => {
    const generator = new Generator(3);
    const cell = makeCell(inputSize, hiddenSize, { bias, ...float64(4) });
    const x = randn([steps, batch, inputSize], { dtype: "float64", generator });
    const { values, named } = listed(cell.initialState(batch), generator);
    const run = (input: Tensor, ...state: Tensor[]) => {
      const result = unroll<Named, void>(cell, input, { state: named(state), lengths, reverse });
      return [result.output, ...Object.values(result.state)];
    };
    expect(gradcheck(run, [x, ...values, ...cell.parameters()], { step, projections: 2 })).toBeLessThan(1e-6);
  });

  const stacks = [
    { bidirectional: true, lengths: [2, 3, 0], dropout: 0.4, bias: true },
    { bidirectional: true, lengths: undefined, dropout: 0, bias: false },
    { bidirectional: false, lengths: undefined, dropout: 0.4, bias: false },
    { bidirectional: false, lengths: [2, 3, 0], dropout: 0, bias: true },
  ];
  it.each(stacks)(
    "of two layers, bidirectional $bidirectional, lengths $lengths, dropout $dropout, bias $bias",
    ({ lengths, ...options }) => {
      const generator = new Generator(5);
      const layer = makeLayer(inputSize, hiddenSize, { ...options, numLayers: 2, ...float64(6) });
      const x = randn([steps, batch, inputSize], { dtype: "float64", generator });
      const { values, named } = listed(layer.forward(x).state, generator);
      const forward = (input: Tensor, ...state: Tensor[]) => {
        const result = layer.forward(input, { state: named(state), lengths });
        return [result.output, ...Object.values(result.state)];
      };
      // Every evaluation drops the same values.
      const { blocks } = recordBlocks(() => forward(x, ...values));
      expect(blocks).toHaveLength(options.dropout === 0 ? 0 : 1);
      const run = (...inputs: Tensor[]) => replayBlocks(blocks, () => forward(inputs[0], ...inputs.slice(1)));
      expect(gradcheck(run, [x, ...values, ...layer.parameters()], { step, projections: 1 })).toBeLessThan(1e-6);
    },
  );
});
