import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TypedArray } from "./dtype.ts";
import { gemm } from "./gemm.ts";
import { Generator, matmul, randn, tensor, useEngine } from "./index.ts";

/** Three plain loops, k from 0 up into one accumulator. */
function naive(
  a: TypedArray,
  b: TypedArray,
  M: number,
  N: number,
  K: number,
  flipA: boolean,
  flipB: boolean,
): number[] {
  const out: number[] = [];
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let total = 0;
      for (let k = 0; k < K; k++) total += a[flipA ? k * M + m : m * K + k] * b[flipB ? n * K + k : k * N + n];
      out.push(total);
    }
  }
  return out;
}

const size = fc.integer({ min: 0, max: 11 });

describe.each(["float32", "float64"] as const)("matmul in %s", (dtype) => {
  it("equals three plain loops bit by bit, whatever the sizes and transposes", () => {
    const generator = new Generator(1);
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), (M, N, K, transposeA, transposeB) => {
        const a = randn(transposeA ? [K, M] : [M, K], { generator, dtype });
        const b = randn(transposeB ? [N, K] : [K, N], { generator, dtype });
        const expected = naive(a.data, b.data, M, N, K, transposeA, transposeB);
        const rounded = dtype === "float32" ? expected.map(Math.fround) : expected;
        const product = useEngine("reference", () => matmul(a, b, { transposeA, transposeB }));
        expect(Array.from(product.data)).toEqual(rounded);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it("gives a row the same bits alone and in any company", () => {
    const generator = new Generator(2);
    const b = randn([7, 13], { generator, dtype });
    const rows = randn([9, 7], { generator, dtype });
    const all = matmul(rows, b).data;
    for (let r = 0; r < 9; r++) {
      const one = matmul(tensor(rows.data.slice(7 * r, 7 * r + 7)), b).data;
      expect(Array.from(one)).toEqual(Array.from(all.subarray(13 * r, 13 * r + 13)));
    }
  });
});

describe("gemm", () => {
  it("writes from where it is told, and nowhere else", () => {
    const out = new Float64Array(8).fill(-1);
    const a = { data: Float64Array.of(9, 9, 1, 2, 3, 4), at: 2, row: 2, column: 1 };
    const b = { data: Float64Array.of(9, 1, 0, 0, 1), at: 1, row: 2, column: 1 };
    gemm(out, 3, 2, 2, 2, a, b);
    expect(Array.from(out)).toEqual([-1, -1, -1, 1, 2, 3, 4, -1]);
  });

  it("multiplies whole numbers exactly", () => {
    const a = tensor(Int32Array.of(1, -2, 3, 4), { shape: [2, 2] });
    expect(matmul(a, a)).toMatchObject({ dtype: "int32", data: Int32Array.of(-5, -10, 15, 10) });
  });
});
