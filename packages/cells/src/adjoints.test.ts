import { backward, grad } from "@unroll/autograd";
import { Generator, mul, randn, sum, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { LSTM } from "./lstm.ts";
import type { StepRecord } from "./sequence.ts";
import { kinds, type Named } from "./testing/kinds.ts";
import { type UnrollOptions, unroll } from "./unroll.ts";

const generator = new Generator(3);
const [steps, batch, width] = [7, 5, 6];
const x = randn([steps, batch, 3], { generator });
const weights = randn([steps, batch, width], { generator });
const reset = tensor(
  Array.from({ length: steps }, (_, t) => Array.from({ length: batch }, (_, b) => (2 * t + b) % 4 === 0)),
  { dtype: "bool" },
);

/** log10 of a norm by step and sample, from the tensors of steps. */
function normsOf(
  records: readonly StepRecord<Named>[],
  loss: Tensor,
  of: (step: StepRecord<Named>) => Tensor,
): number[] {
  const norms = new Array<number>(steps * batch).fill(Number.NaN);
  grad(loss, records.map(of), { unused: "zeros" }).forEach(({ data }, i) => {
    const { t, samples } = records[i];
    samples.forEach((sample, row) => {
      norms[t * batch + sample] = Math.log10(Math.hypot(...data.subarray(row * width, (row + 1) * width)));
    });
  });
  return norms;
}

describe.each(kinds)("the adjoints of $name", (kind) => {
  it.each<UnrollOptions<Named>>([
    {},
    { reverse: true },
    { lengths: [3, 7, 0, 1, 5] },
    { lengths: [3, 7, 0, 1, 5], reverse: true },
    { reset, lengths: [3, 7, 2, 1, 5] },
    { reset, lengths: [3, 7, 2, 1, 5], reverse: true },
  ])("are those of the steps that onStep sees: $lengths $reverse", (options) => {
    const cell = kind.cell(3, width, { generator: new Generator(4) });
    const records: StepRecord<Named>[] = [];
    const plain = unroll(cell, x, { ...options, onStep: (step) => records.push(step) });
    const loss = sum(mul(plain.output, weights));
    const { output, adjoints } = unroll(cell, x, { ...options, tap: "norms" });
    expect(adjoints?.states).toBeUndefined();
    backward(sum(mul(output, weights)));
    const found = adjoints?.states as NonNullable<typeof adjoints>["states"] & object;
    expect(Object.keys(found)).toEqual(Object.keys(records[0].state));
    for (const name of Object.keys(found)) {
      const pairs = [
        [found[name].state.log10, normsOf(records, loss, (step) => step.state[name])],
        [found[name].total.log10, normsOf(records, loss, (step) => step.value[name])],
      ] as const;
      for (const [got, expected] of pairs)
        expected.forEach((value, i) => {
          if (Number.isFinite(value)) expect(got[i]).toBeCloseTo(value, 4);
          else expect(got[i]).toBe(value);
        });
    }
  });
});

describe("adjoints", () => {
  it("are those of every layer and direction, values by sample, in the order of the state", () => {
    const layer = new LSTM(3, width, { numLayers: 2, bidirectional: true, generator: new Generator(5) });
    const lengths = [3, 7, 0, 1, 5];
    const { output, adjoints = [], state } = layer.forward(x, { lengths, tap: "values" });
    expect(adjoints).toHaveLength(4);
    expect(adjoints[3]?.final.c.data).toEqual(state.c.data.subarray(3 * batch * width));
    const g = randn(output.shape, { generator: new Generator(6) });
    grad(output, [adjoints[2]?.handle as Tensor], { gradOutputs: [g] });
    // Nothing led to the others.
    expect(adjoints.map((own) => own?.states === undefined)).toEqual([true, true, false, true]);
    // At its last step, a sample's output has nothing behind it but the loss.
    const values = adjoints[2]?.states?.h.state.values as Tensor;
    lengths.forEach((length, b) => {
      const at = ((length - 1) * batch + b) * width;
      const from = ((length - 1) * batch + b) * 2 * width;
      if (length > 0) expect(values.data.subarray(at, at + width)).toEqual(g.data.subarray(from, from + width));
    });
  });

  it("are those of the last backward pass", () => {
    const { output, adjoints } = unroll(kinds[0].cell(3, width), x, { tap: "norms" });
    const first = (factor: number) => {
      grad(mul(sum(output), factor), [adjoints?.handle as Tensor]);
      return adjoints?.states?.h.state.log10[0] as number;
    };
    expect(first(10) - first(1)).toBeCloseTo(1, 5);
  });

  it("are not there by plain ops", () => {
    const cell = kinds[0].cell(3, width);
    expect(unroll(cell, x, { tap: "norms", compile: false })).not.toHaveProperty("adjoints");
    expect(unroll(cell, x)).not.toHaveProperty("adjoints");
  });
});
