import { noGrad, parameter, requireGrad } from "@unroll/autograd";
import { type Kernels, packedBytes } from "@unroll/kernels";
import { withKernels } from "@unroll/kernels/testing";
import { activeKernels, add, Generator, matmul, mutate, randn, type Tensor, tanh, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { runSequence } from "./sequence.ts";
import { jobOf } from "./testing/plain.ts";

const [inputSize, hiddenSize, batch] = [24, 40, 3];

describe("packed weights", () => {
  const generator = new Generator(5);
  const w = parameter(randn([inputSize, hiddenSize], { generator }));
  const u = parameter(randn([hiddenSize, hiddenSize], { generator }));
  const x = randn([4, batch, inputSize], { generator });
  const states = [zeros([batch, hiddenSize])];
  const packed = packedBytes(inputSize, hiddenSize) + packedBytes(hiddenSize, hiddenSize);

  /** The output of a run, and what it leaves in the kernels' memory. */
  function run(u: Tensor): { output: Float32Array; left: number } {
    const { memory } = activeKernels("float32") as Kernels;
    const before = memory.use().used;
    const step = (input: Tensor, [h]: readonly Tensor[]) => {
      const next = tanh(add(matmul(input, w), matmul(h, u)));
      return { output: next, states: [next] };
    };
    const result = runSequence(jobOf(step, { x, states }));
    if ("reason" in result) throw new Error(result.reason);
    return { output: result.output.data as Float32Array, left: memory.use().used - before };
  }

  it("are kept from the third sequence on, as long as nobody writes them", () => {
    withKernels({ build: "simd" }, () =>
      noGrad(() => {
        const runs = Array.from({ length: 5 }, () => run(u));
        expect(runs.map(({ left }) => left)).toEqual([0, 0, packed, 0, 0]);
        for (const { output } of runs) expect(output).toEqual(runs[0].output);
        mutate(u, (data) => {
          data[0] += 1;
        });
        const changed = run(u);
        expect(changed.left).toBe(0);
        expect(changed.output).not.toEqual(runs[0].output);
        // Another tensor with the same values has panels of its own.
        expect(run(add(u, 0)).output).toEqual(changed.output);
      }),
    );
  });

  it("are not kept while gradients are recorded: weights change after every pass", () => {
    withKernels({ build: "simd" }, () => {
      const kept = Array.from({ length: 5 }, () => run(requireGrad(u)).left);
      // What each leaves is its lease.
      expect(new Set(kept).size).toBe(1);
    });
  });

  it("go where memory runs out", () => {
    withKernels({ build: "simd" }, () =>
      noGrad(() => {
        const { memory } = activeKernels("float32") as Kernels;
        const before = memory.use().used;
        for (let i = 0; i < 3; i++) run(u);
        expect(memory.use().used).toBe(before + packed);
        while (memory.reclaim.some((give) => give()));
        expect(memory.use().used).toBe(before);
      }),
    );
  });
});
