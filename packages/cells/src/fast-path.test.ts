import { grad, type Parameter, requireGrad } from "@unroll/autograd";
import { activeKernels, Generator, randn, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it, vi } from "vitest";
import { GRU } from "./gru.ts";
import { LSTM } from "./lstm.ts";
import type { ForwardOptions, NamedCell, Recurrent } from "./recurrent.ts";
import { RNN } from "./rnn.ts";
import type { Named } from "./testing/kinds.ts";

const [steps, batch] = [9, 130];
const shape = { numLayers: 2, bidirectional: true };
const lengths = Array.from({ length: batch }, (_, b) => (4 * b) % (steps + 1));
const reset = tensor(
  Array.from({ length: steps }, (_, t) => Array.from({ length: batch }, (_, b) => (2 * t + b) % 5 === 0)),
  { dtype: "bool" },
);

type Layer = Recurrent<Named>;

/** Outputs, states and all gradients of a layer made anew, with how often the steps of its cells were called. */
function everything(
  make: (options: object) => Layer,
  { batchFirst = false, dropout = 0.3 }: { batchFirst?: boolean; dropout?: number },
  options: ForwardOptions<Named>,
): { values: Tensor[]; calls: number } {
  const generator = new Generator(3);
  const layer = make({ ...shape, batchFirst, dropout, generator });
  const random = (sizes: number[]) => requireGrad(randn(sizes, { generator }));
  const x = random(batchFirst ? [batch, steps, 3] : [steps, batch, 3]);
  const names = Object.keys(layer.cell().initialState(1));
  const state = Object.fromEntries(names.map((name) => [name, random([4, batch, 6])]));
  const spies = [0, 1].flatMap((k) =>
    [false, true].map((reverse) => vi.spyOn(layer.cell(k, reverse) as NamedCell<Named>, "step")),
  );
  const result = layer.forward(x, { ...options, state });
  const calls = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  const outputs = [result.output, ...Object.values(result.state)];
  const gradients = grad(outputs, [x, ...Object.values(state), ...(layer.parameters() as Parameter[])], {
    gradOutputs: outputs.map((output) => randn([...output.shape], { generator })),
  });
  return { values: [...outputs, ...gradients], calls };
}

function difference(got: Tensor, expected: Tensor): number {
  const scale = Math.max(1e-3, ...Array.from(expected.data, Math.abs));
  return Math.max(...Array.from(expected.data, (value, i) => Math.abs(value - got.data[i]) / scale));
}

describe.each([
  ["RNN", (options: object) => new RNN(3, 6, options) as unknown as Layer],
  ["LSTM", (options: object) => new LSTM(3, 6, options) as unknown as Layer],
  ["GRU", (options: object) => new GRU(3, 6, options) as unknown as Layer],
])("%s with layers, directions, dropout and states", (_, make) => {
  it.each([{}, { lengths }, { reset, lengths }, { batchFirst: true, lengths }, { dropout: 0 }])(
    "is compiled, and gives what its operations give: $#",
    ({ batchFirst, dropout, ...options }) => {
      const compiled = everything(make, { batchFirst, dropout }, options);
      const plain = everything(make, { batchFirst, dropout }, { ...options, compile: false });
      compiled.values.forEach((value, i) => {
        expect(difference(value, plain.values[i])).toBeLessThan(2e-5);
      });
      // A trace for each of four cells, and another where a structure is new; plain ops take every step.
      expect(plain.calls).toBeGreaterThanOrEqual(4 * (steps - 1));
      if (activeKernels("float32") !== undefined) expect(compiled.calls).toBeLessThanOrEqual(8);
    },
  );

  it.each([{ checkpoint: true }, { checkpoint: 3, lengths }])(
    "has the same bits with checkpoint: $checkpoint",
    (options) => {
      const { checkpoint, ...rest } = options;
      const [whole, segmented] = [everything(make, {}, rest), everything(make, {}, options)];
      expect(segmented.values.map(({ data }) => data)).toEqual(whole.values.map(({ data }) => data));
    },
  );
});
