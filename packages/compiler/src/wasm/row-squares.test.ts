import type { Kernels } from "@unroll/kernels";
import { withKernels } from "@unroll/kernels/testing";
import { activeKernels, Generator, randn } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { squaresOf } from "../taps.ts";

describe("sums of squares of rows", () => {
  it.each([1, 2, 3, 4, 7, 8, 9, 15, 16, 23, 64])("are those of float64, for rows of %d values", (width) => {
    withKernels({ build: "simd" }, () => {
      const kernels = activeKernels("float32") as Kernels;
      const { memory } = kernels;
      const [rows, stride] = [5, width + 3];
      const values = new Float32Array(randn([rows * stride], { generator: new Generator(width) }).data);
      // The smallest and the largest float32: their squares are no float32.
      values.fill(1.401298464324817e-45, stride, stride + width);
      values.fill(3.4028234663852886e38, 2 * stride, 2 * stride + width);
      const at = memory.allocate(4 * values.length + 8 * rows, "rows");
      const out = at + 8 * Math.ceil(values.length / 2);
      memory.f32.set(values, at >> 2);
      squaresOf(kernels)(at, out, rows, width, 4 * stride);
      const sums = new Float64Array(memory.memory.buffer, out, rows);
      for (let row = 0; row < rows; row++) {
        const own = Array.from(values.subarray(row * stride, row * stride + width));
        const expected = own.reduce((sum, value) => sum + value * value, 0);
        expect(expected).toBeGreaterThan(0);
        expect(Math.abs(sums[row] / expected - 1)).toBeLessThan(1e-15 * width);
      }
      memory.free(at);
    });
  });
});
