import type { Kernels } from "@unroll/kernels";
import { withKernels } from "@unroll/kernels/testing";
import { describe, expect, it } from "vitest";
import {
  activeKernels,
  add,
  engineInfo,
  full,
  KernelMemoryError,
  matmul,
  max,
  min,
  mutate,
  ones,
  sum,
  tanh,
  tensor,
  UnrollError,
  useEngine,
  zeros,
} from "../index.ts";

// 3 MB, of which one is the stack of frames.
const small = { build: "simd", maximumPages: 48 } as const;

/** The error that `fn` throws. */
function thrown(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
}

describe("a memory that is too small", () => {
  it("refuses a product with the sizes of its operands and of what is held", () => {
    withKernels(small, () => {
      const weight = zeros([300, 300]);
      for (let use = 0; use < 4; use++) matmul(zeros([1, 300]), weight);
      const error = thrown(() => matmul(zeros([600, 500]), zeros([500, 600])));
      expect(KernelMemoryError.is(error)).toBe(true);
      expect(UnrollError.is(error)).toBe(true);
      expect(String(error)).toMatch(
        /no room for 3\.8 MB for matmul of \[600, 500\] and \[500, 600\]: 1\.0 MB of at most 3\.1 MB of kernel memory are in use: 1\.0 MB for the operands of calls/,
      );
      // The next product that fits is computed, and nothing of the one that did not stays behind.
      expect(engineInfo().memory?.blocks).toBe(1);
      expect(matmul(zeros([4, 300]), weight).shape).toEqual([4, 300]);
    });
  });

  it("drops packed weights before it refuses", () => {
    withKernels(small, () => {
      const weights = [zeros([300, 300]), zeros([300, 300]), zeros([300, 300])];
      for (const weight of weights) for (let use = 0; use < 4; use++) matmul(zeros([1, 300]), weight);
      expect(matmul(zeros([300, 350]), zeros([350, 300])).shape).toEqual([300, 300]);
      expect(weights.map((weight) => matmul(zeros([1, 300]), weight).size)).toEqual([300, 300, 300]);
    });
  });

  it("is no reason to fail for packing what fits as it is", () => {
    withKernels(small, () => {
      // 1.4 MB: there is room for the matrix or for its packed form.
      const weight = full([600, 600], 2);
      for (let value = 2; value < 4; value++) {
        for (let use = 0; use < 5; use++)
          expect(matmul(ones([1, 600]), weight).data.every((sum) => sum === 600 * value)).toBe(true);
        mutate(weight, (data) => data.fill(value + 1));
      }
      expect(engineInfo().memory?.blocks).toBe(1);
    });
  });

  it("never gives what lay where a matrix could not be packed anew", () => {
    withKernels(small, () => {
      const weight = full([510, 510], 2);
      const use = (): number => matmul(ones([1, 510]), weight).data[509];
      expect([use(), use(), use(), use()]).toEqual([1020, 1020, 1020, 1020]);
      mutate(weight, (data) => data.fill(3));
      // The packed form stays, and there is no room to stage what it shall hold now.
      const { memory } = activeKernels("float32") as Kernels;
      const frame = memory.frame(100_000, "a call");
      const block = memory.allocate(500_000, "something else");
      expect([use(), use()]).toEqual([1530, 1530]);
      memory.free(block);
      memory.endFrame(frame);
      expect([use(), use(), use(), use()]).toEqual([1530, 1530, 1530, 1530]);
    });
  });

  it("is no limit to reductions of long rows, which give what the reference gives", () => {
    withKernels(small, () => {
      const x = tensor(Float32Array.from({ length: 1_000_000 }, (_, i) => ((i * 7919) % 1013) - 506.25));
      for (const f of [sum, max, min]) {
        const expected = useEngine("reference", () => f(x).item());
        expect(Math.abs(f(x).item() / expected - 1)).toBeLessThan(1e-7);
      }
      const withNaN = tensor(Float32Array.from({ length: 200_000 }, (_, i) => (i === 70_000 ? Number.NaN : i)));
      for (const f of [sum, max, min]) expect(f(withNaN).item()).toBeNaN();
    });
  });

  it("is no limit to what works piece by piece", () => {
    withKernels(small, () => {
      const large = zeros([2000, 2000]);
      expect(tanh(add(large, 1)).data[3_999_999]).toBeCloseTo(Math.tanh(1), 6);
    });
  });
});
