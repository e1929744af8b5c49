import { concat, Generator, randn, select, slice, stack, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { kinds, type Named, randomState } from "./testing/kinds.ts";
import { type UnrollOptions, unroll } from "./unroll.ts";

const [steps, batch, inputSize, hiddenSize] = [6, 3, 2, 3];
/** Where new sequences start, by sample. */
const starts = [[2, 4], [], [0, 5]];

function resetOf(at: readonly (readonly number[])[], of: number = steps): Tensor {
  const values = Array.from({ length: of }, (_, t) => at.map((times) => times.includes(t)));
  return tensor(values.flat(), { dtype: "bool", shape: [of, at.length] });
}

function row(x: Tensor, dim: number, b: number): Tensor {
  return slice(x, dim, b, b + 1);
}

describe.each(kinds)("reset with $name", ({ cell: makeCell, layer: makeLayer }) => {
  const cell = makeCell(inputSize, hiddenSize, { generator: new Generator(1) });
  const x = randn([steps, batch, inputSize], { generator: new Generator(2) });
  const state = randomState(cell.initialState(batch), 3);
  const run = (input: Tensor, options: UnrollOptions<Named>) => unroll<Named, void>(cell, input, options);

  it.each([false, true])("equals separate sequences, reverse %s", (reverse) => {
    const together = run(x, { reset: resetOf(starts), reverse, state });
    starts.forEach((times, b) => {
      const given = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, row(value, 0, b)]));
      const cuts = [...new Set([0, ...times, steps])];
      const parts = cuts.slice(0, -1).map((from, k) => {
        const part = slice(row(x, 1, b), 0, from, cuts[k + 1]);
        // The state that was given belongs to the sequence that the pass meets first, unless that starts anew.
        const first = reverse ? cuts[k + 1] === steps : k === 0 && !times.includes(0);
        return run(part, { reverse, state: first ? given : undefined });
      });
      expect(row(together.output, 1, b).toArray()).toEqual(
        concat(
          parts.map(({ output }) => output),
          0,
        ).toArray(),
      );
      const last = parts[reverse ? 0 : parts.length - 1];
      for (const [name, value] of Object.entries(last.state))
        expect(row(together.state[name], 0, b).toArray()).toEqual(value.toArray());
    });
  });

  it("gives the same however a stream is cut into windows", () => {
    const reset = resetOf(starts);
    const whole = run(x, { reset, state });
    const first = run(slice(x, 0, 0, 3), { reset: slice(reset, 0, 0, 3), state });
    const second = run(slice(x, 0, 3), { reset: slice(reset, 0, 3), state: first.state });
    expect(concat([first.output, second.output], 0).toArray()).toEqual(whole.output.toArray());
    for (const [name, value] of Object.entries(second.state))
      expect(value.toArray()).toEqual(whole.state[name].toArray());
  });

  it.each([false, true])("is blind to what stands in the padding, reverse %s", (reverse) => {
    const lengths = [3, 6, 4];
    const within = [[2], [], [0]];
    const beyond = [[2, 3, 4], [], [0, 4, 5]];
    const [a, b] = [within, beyond].map((at) => run(x, { lengths, reset: resetOf(at), reverse, state }));
    expect(a.output.toArray()).toEqual(b.output.toArray());
    for (const name of Object.keys(a.state)) expect(a.state[name].toArray()).toEqual(b.state[name].toArray());
  });

  it("separates sequences in layers of both directions", () => {
    const layer = makeLayer(inputSize, hiddenSize, { numLayers: 2, bidirectional: true, generator: new Generator(4) });
    const reset = resetOf([[4], [4], [4]]);
    const { output, state: final } = layer.forward(x, { reset });
    const [first, second] = [layer.forward(slice(x, 0, 0, 4)), layer.forward(slice(x, 0, 4))];
    expect(output.toArray()).toEqual(concat([first.output, second.output], 0).toArray());
    for (const name of Object.keys(final)) {
      // Forward cells end in the second sequence, reversed ones in the first.
      const ends = [0, 1, 2, 3].map((i) => select((i % 2 === 0 ? second : first).state[name], 0, i));
      expect(final[name].toArray()).toEqual(stack(ends).toArray());
    }
  });
});

describe("reset of a layer", () => {
  it("follows batchFirst", () => {
    const { layer: make } = kinds[2];
    const options = { generator: new Generator(5) };
    const layer = make(inputSize, hiddenSize, options);
    const batchFirst = make(inputSize, hiddenSize, { batchFirst: true });
    batchFirst.loadStateDict(layer.stateDict());
    const x = randn([steps, batch, inputSize], { generator: new Generator(6) });
    const at = resetOf(starts);
    const turn = (value: Tensor) => stack(Array.from({ length: value.shape[1] }, (_, b) => select(value, 1, b)));
    const [a, b] = [layer.forward(x, { reset: at }), batchFirst.forward(turn(x), { reset: turn(at) })];
    expect(b.output.toArray()).toEqual(turn(a.output).toArray());
    expect(b.state.c.toArray()).toEqual(a.state.c.toArray());
  });
});
