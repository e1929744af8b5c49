import { grad } from "@unroll/autograd";
import { mul, type Tensor, tensor, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { runSequence, type SequenceResult } from "./sequence.ts";
import { type StateAdjoints, Taps } from "./taps.ts";
import { byGrad, byTaps, randomJob } from "./testing/adjoints.ts";
import { jobOf } from "./testing/plain.ts";
import { samples } from "./testing/samples.ts";

function expectClose(got: Float64Array, expected: number[][], batch: number): void {
  expect(got).toHaveLength(expected.length * batch);
  expected.forEach((rows, t) => {
    for (let row = 0; row < batch; row++) {
      const value = got[t * batch + row];
      if (row >= rows.length) expect(value).toBeNaN();
      else if (!Number.isFinite(rows[row])) expect(value).toBe(rows[row]);
      else expect(Math.abs(value - rows[row])).toBeLessThan(2e-5);
    }
  });
}

const size = { steps: 7, batch: 3, inputSize: 4, hiddenSize: 5 };

describe.each(samples)("the adjoints of $name", (sample) => {
  it.each([
    { reverse: false },
    { reverse: true },
    { reverse: false, active: [3, 3, 2, 2, 1, 1, 0] },
    { reverse: true, active: [3, 3, 2, 2, 1, 1, 0] },
  ])("are those that grad finds step by step: $reverse $active", (options) => {
    const random = randomJob(sample, size, options);
    const expected = byGrad(random);
    for (const kind of ["norms", "values"] as const) {
      const found = byTaps(random, new Taps(kind));
      expected.forEach((norms, i) => {
        for (const which of ["state", "total"] as const) {
          const { log10, values } = found[i][which];
          expectClose(log10, norms[which], size.batch);
          expect(values?.shape).toEqual(kind === "norms" ? undefined : [size.steps, size.batch, size.hiddenSize]);
          if (values === undefined) continue;
          const again = Array.from({ length: size.steps * size.batch }, (_, row) =>
            Math.log10(Math.hypot(...values.data.subarray(5 * row, 5 * row + 5))),
          );
          again.forEach((value, k) => {
            if (Number.isFinite(log10[k])) expect(value).toBeCloseTo(log10[k], 6);
            else expect(value).toBe(Number.NEGATIVE_INFINITY);
          });
        }
      });
    }
  });

  it("leave the other gradients as they are", () => {
    const { job, gradients } = randomJob(sample, size, {});
    const gradientsOf = (taps: Taps | undefined) => {
      const result = runSequence({ ...job, taps }) as SequenceResult;
      return grad([result.output, ...result.states], [...job.states], { gradOutputs: gradients }).map(
        ({ data }) => data,
      );
    };
    expect(gradientsOf(new Taps("norms"))).toEqual(gradientsOf(undefined));
  });
});

describe("a loss at the end alone", () => {
  /** `h' = w h`, as wide as the weights. */
  const scaled = (weights: Tensor, steps: number, handed: Tensor) => {
    const taps = new Taps("norms");
    const step = (_: Tensor, [h]: readonly Tensor[]) => {
      const next = mul(h, weights);
      return { output: next, states: [next] };
    };
    const batch = handed.shape[0];
    const x = zeros([steps, batch, 1]);
    const result = runSequence({ ...jobOf(step, { x, states: [zeros(handed.shape)] }), taps });
    if ("reason" in result) throw new Error(result.reason);
    grad(result.states[0], [taps.handle], { gradOutputs: [handed] });
    return (taps.adjoints as readonly StateAdjoints[])[0].state.log10;
  };

  it.each([0.5, 4, 9.313225746154785e-10, 1.401298464324817e-45, 1.7014118346046923e38])(
    "is followed beyond all float32 numbers: %d per step",
    (w) => {
      const steps = 1000;
      const log10 = scaled(tensor([w]), steps, tensor([[1]]));
      for (let t = 0; t < steps; t++) expect(log10[t]).toBeCloseTo((steps - 1 - t) * Math.log10(Math.fround(w)), 8);
    },
  );

  it("ends where nothing is left", () => {
    expect(Array.from(scaled(tensor([0]), 4, tensor([[1]])))).toEqual([-Infinity, -Infinity, -Infinity, 0]);
    expect(Array.from(scaled(tensor([Number.NaN]), 3, tensor([[1]])))).toEqual([NaN, NaN, 0]);
  });
});
