import { backward, grad } from "@unroll/autograd";
import { add, cast, type DType, Generator, mul, randn, reshape, slice, sum, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { LSTM } from "./lstm.ts";
import type { StepRecord } from "./sequence.ts";
import { type Heads, headsCell } from "./testing/heads.ts";
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

describe("the adjoints of states with any number of axes", () => {
  const [batch, steps] = [4, 5];
  const x = randn([steps, batch, 3, 2], { generator: new Generator(8) });
  const weights = randn([steps, batch, 6, 1], { generator: new Generator(9) });
  const final = { heads: randn([batch, 2, 3], { generator: new Generator(10) }), count: randn([batch]) };

  const lossOf = ({ output, state }: { output: Tensor; state: Heads }, dtype: DType) => {
    const parts = [
      [output, reshape(weights, output.shape)],
      [state.heads, final.heads],
      [state.count, final.count],
    ].map(([value, weight]) => sum(mul(value, cast(weight, dtype))));
    return parts.reduce((a, b) => add(a, b));
  };

  it.each<UnrollOptions<Heads> & { shared?: boolean }>([
    {},
    { shared: true },
    { reverse: true },
    { lengths: [3, 5, 0, 1] },
    { lengths: [3, 5, 0, 1], reverse: true, shared: true },
    { reset: slice(slice(reset, 0, 0, steps), 1, 0, batch), lengths: [3, 5, 2, 1] },
  ])("have the shape of the state and the values that grad finds in float64: $#", ({ shared = false, ...options }) => {
    const records: StepRecord<Heads>[] = [];
    const plain = unroll(headsCell("float64", shared), cast(x, "float64"), {
      ...options,
      onStep: (step) => records.push(step),
    });
    const loss = lossOf(plain, "float64");
    const tapped = unroll(headsCell("float32", shared), x, { ...options, tap: "values" });
    expect(tapped.adjoints?.outputName).toBe(shared ? "heads" : undefined);
    backward(lossOf(tapped, "float32"));
    for (const name of ["heads", "count"] as const)
      for (const [which, of] of [
        ["state", (step: StepRecord<Heads>) => step.state[name]],
        ["total", (step: StepRecord<Heads>) => step.value[name]],
      ] as const) {
        const found = tapped.adjoints?.states?.[name][which];
        const own = final[name].shape;
        expect(found?.values?.shape).toEqual([steps, ...own]);
        const width = own.slice(1).reduce((product, size) => product * size, 1);
        const expected = new Float64Array(steps * batch * width);
        grad(loss, records.map(of), { unused: "zeros" }).forEach(({ data }, i) => {
          const { t, samples } = records[i];
          samples.forEach((sample, row) => {
            expected.set(data.subarray(row * width, (row + 1) * width), (t * batch + sample) * width);
          });
        });
        expected.forEach((value, i) => {
          expect(Math.abs((found?.values?.data[i] as number) - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
        });
        found?.log10.forEach((value, i) => {
          const norm = Math.log10(Math.hypot(...expected.subarray(i * width, (i + 1) * width)));
          if (Number.isFinite(norm)) expect(value).toBeCloseTo(norm, 4);
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
