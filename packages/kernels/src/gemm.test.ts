import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gemm, gemmPacked, type Product, packedBytes, packPanels } from "./gemm.ts";
import { bytesOf, type Kernels, kernels } from "./load.ts";
import type { KernelMemory } from "./memory.ts";
import type { Build } from "./state.ts";
import { withKernels } from "./testing.ts";
import { webAssembly } from "./web-assembly.ts";

/** Around each operand: whatever reads it into a sum, or writes it, is seen. */
const guard = 16;

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Added to the smallest possible stride of each operand. */
  readonly gaps: { readonly a: number; readonly b: number; readonly c: number };
  readonly start: "zero" | "c" | "bias";
}

/** Operands as their rows say; all of them with NaN wherever no value of theirs lies. */
interface Operands {
  readonly a: (i: number, k: number) => number;
  readonly b: (k: number, j: number) => number;
  readonly start: (i: number, j: number) => number;
}

/** A strided matrix between NaNs in the kernels' memory. */
interface Placed {
  readonly at: number;
  readonly row: number;
  readonly column: number;
  readonly length: number;
}

function place(
  { memory }: Kernels,
  [rows, columns]: readonly [number, number],
  transpose: boolean,
  gap: number,
  value: (i: number, j: number) => number,
): Placed {
  const lead = (transpose ? rows : columns) + gap;
  const [row, column] = transpose ? [1, lead] : [lead, 1];
  const length = lead * (transpose ? columns : rows) + 2 * guard;
  const start = memory.allocate(4 * length, "a test");
  const values = memory.f32.subarray(start / 4, start / 4 + length).fill(Number.NaN);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) values[guard + i * row + j * column] = value(i, j);
  return { at: start + 4 * guard, row, column, length };
}

/** The same kernels, where frames have NaNs behind them that must stay. */
function guarded({ build, memory, run }: Kernels): Kernels {
  const sizes: number[] = [];
  const behind = (at: number): Float32Array => {
    const end = at + (sizes.at(-1) ?? 0);
    return memory.f32.subarray(end / 4, end / 4 + 1024);
  };
  const frames = {
    frame(bytes: number, label: string): number {
      const at = memory.frame(bytes + 4096, label);
      sizes.push(bytes);
      behind(at).fill(Number.NaN);
      return at;
    },
    endFrame(at: number): void {
      expect(behind(at).every(Number.isNaN)).toBe(true);
      sizes.pop();
      memory.endFrame(at);
    },
  };
  return { build, run, memory: frames as KernelMemory };
}

/** Runs a case by gemm and by gemmPacked, demands the same of both, and that nothing else was written. */
function multiply(wasm: Kernels, { m, n, k, transposeA, transposeB, gaps, start }: Case, of: Operands): Float32Array {
  const a = place(wasm, [m, k], transposeA, gaps.a, of.a);
  const b = place(wasm, [k, n], transposeB, gaps.b, of.b);
  const bias = place(wasm, [1, n], false, 0, (_, j) => of.start(0, j));
  const results = ["plain", "packed"].map((kind) => {
    const c = place(wasm, [m, n], false, gaps.c, start === "c" ? of.start : () => Number.NaN);
    const product = {
      ...{ m, n, k, a: a.at, aRow: a.row, aColumn: a.column, c: c.at, cRow: c.row },
      ...(start === "c" ? { start: c.at } : start === "bias" ? { start: bias.at, startRow: 0 } : {}),
    };
    const operandB = { b: b.at, bRow: b.row, bColumn: b.column };
    if (kind === "plain") gemm(guarded(wasm), { ...product, ...operandB });
    else {
      const panels = wasm.memory.allocate(packedBytes(k, n), "panels");
      packPanels(wasm, { panels, ...operandB, k, n });
      gemmPacked(guarded(wasm), { ...product, panels });
      wasm.memory.free(panels);
    }
    const first = c.at / 4 - guard;
    const around = wasm.memory.f32.slice(first, first + c.length);
    const result = new Float32Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        result[i * n + j] = around[guard + i * c.row + j];
        around[guard + i * c.row + j] = Number.NaN;
      }
    }
    expect(around.every(Number.isNaN)).toBe(true);
    wasm.memory.free(c.at - 4 * guard);
    return result;
  });
  for (const { at } of [a, b, bias]) wasm.memory.free(at - 4 * guard);
  expectSame(results[1], results[0]);
  return results[0];
}

/** Demands the same bits, save for those of NaNs, which are left to the processor. */
function expectSame(got: Float32Array, expected: Float32Array): void {
  expect(got.length).toBe(expected.length);
  const at = expected.findIndex((value, i) => !Object.is(value, got[i]));
  if (at >= 0) expect({ at, value: got[at] }).toEqual({ at, value: expected[at] });
}

/** What the plain build must give, bit for bit: float32 after every operation, k ascending. */
function scalar({ m, n, k, start }: Case, of: Operands): Float32Array {
  const out = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = start === "zero" ? 0 : of.start(start === "c" ? i : 0, j);
      for (let p = 0; p < k; p++) sum = Math.fround(sum + Math.fround(of.a(i, p) * of.b(p, j)));
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** Values in float32 that depend on their place: no two rows or columns are alike. */
function noise(seed: number): (i: number, j: number) => number {
  return (i, j) => {
    let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(j + 1, 0x85ebca6b) ^ Math.imul(seed + 1, 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
    return Math.fround((h ^ (h >>> 15)) / 2147483648);
  };
}

function operands(seed: number): Operands {
  return { a: noise(seed), b: noise(seed + 1), start: noise(seed + 2) };
}

const gap = fc.constantFrom(0, 0, 1, 5);
const cases: fc.Arbitrary<Case> = fc.record({
  m: fc.nat(28),
  n: fc.nat(41),
  k: fc.nat(37),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  gaps: fc.record({ a: gap, b: gap, c: gap }),
  start: fc.constantFrom("zero", "c", "bias"),
});

/** Beyond one block of k, of rows, of columns. */
const large = [
  [1, 40, 600],
  [2, 9, 257],
  [9, 24, 512],
  [125, 17, 300],
  [121, 520, 3],
  [7, 1033, 5],
  [250, 1, 2],
  [600, 1, 300],
  [5, 8, 256],
].flatMap(([m, n, k]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): Case => {
      return { m, n, k, transposeA, transposeB, gaps: { a: 0, b: 0, c: 3 }, start: transposeA ? "c" : "zero" };
    }),
  ),
);

const builds = (["simd", "relaxed-simd"] as const).filter((build) => webAssembly()?.validate(bytesOf(build)));

function withBuild(build: Build, fn: (wasm: Kernels) => void): void {
  withKernels({ build }, () => {
    const wasm = kernels();
    if (wasm === undefined) throw new Error("no kernels");
    fn(wasm);
  });
}

describe.each(builds)("gemm: %s", (build) => {
  it("is near the product in float64", () => {
    withBuild(build, (wasm) => {
      const near = (shape: Case, seed: number): void => {
        const of = operands(seed);
        const result = multiply(wasm, shape, of);
        for (let at = 0; at < result.length; at++) {
          const [i, j] = [Math.floor(at / shape.n), at % shape.n];
          let sum = shape.start === "zero" ? 0 : of.start(shape.start === "c" ? i : 0, j);
          let size = Math.abs(sum);
          for (let p = 0; p < shape.k; p++) {
            sum += of.a(i, p) * of.b(p, j);
            size += Math.abs(of.a(i, p) * of.b(p, j));
          }
          // The error bound of recursive summation: every term is rounded at most k + 1 times, by half of 2^-23 each.
          if (!(Math.abs(result[at] - sum) <= (shape.k + 1) * 6e-8 * size)) expect(result[at]).toBe(sum);
        }
      };
      fc.assert(fc.property(cases, fc.nat(1000), near), { seed: 21, numRuns: 150 });
      for (const [seed, shape] of large.entries()) near(shape, seed);
    });
  });

  it("gives a row and a column the same bits whatever they are computed with", () => {
    withBuild(build, (wasm) => {
      const alone = (shape: Case, seed: number, row: number, column: number, other: Case): void => {
        if (shape.m === 0 || shape.n === 0) return;
        const of = operands(seed);
        const all = multiply(wasm, shape, of);
        const [i, j] = [row % shape.m, column % shape.n];
        const one = { a: noise(seed), b: of.b, start: of.start };
        // In another place of a product of another shape.
        const [m, n] = [other.m + 1, other.n + 1];
        const [atRow, atColumn] = [row % m, column % n];
        const moved = multiply(
          wasm,
          { ...other, m, n, k: shape.k, start: shape.start === "bias" ? "c" : shape.start },
          {
            a: (r, p) => one.a(i + r - atRow, p),
            b: (p, c) => one.b(p, j + c - atColumn),
            start: (r, c) => one.start(shape.start === "bias" ? 0 : i + r - atRow, j + c - atColumn),
          },
        );
        expect(Object.is(moved[atRow * n + atColumn], all[i * shape.n + j])).toBe(true);
      };
      fc.assert(fc.property(cases, fc.nat(1000), fc.nat(1000), fc.nat(1000), cases, alone), { seed: 22, numRuns: 150 });
      for (const [seed, shape] of large.entries()) {
        alone(shape, seed, 117, 515, { ...shape, m: 3, n: 4 });
        alone(shape, seed, 5, 7, { ...shape, m: 0, n: 32, transposeB: false });
      }
    });
  });

  it("skips no term: NaN, infinities and -0 spread", () => {
    withBuild(build, (wasm) => {
      const special = fc.constantFrom(
        Number.NaN,
        Infinity,
        -Infinity,
        0,
        -0,
        Math.fround(3e38),
        Math.fround(1e-45),
        1,
        -1,
      );
      fc.assert(
        fc.property(cases, fc.array(special, { minLength: 7, maxLength: 97 }), (shape, values) => {
          const pick = (i: number, j: number): number => values[(31 * i + 17 * j) % values.length];
          // Powers of two and zeros: no product is rounded, so that fusing it changes nothing.
          const of = { a: pick, b: (p: number, j: number) => pick(j, p) * 0 + (p % 3) - 1, start: pick };
          expectSame(multiply(wasm, shape, of), scalar(shape, of));
        }),
        { seed: 23, numRuns: 150 },
      );
    });
  });

  it("reads nothing beyond an operand: it may end where memory ends", () => {
    withBuild(build, (wasm) => {
      const { memory } = wasm;
      const values = noise(7);
      for (const [m, n, k] of [...Array(13).keys()].flatMap((m) => [1, 4, 7, 8].map((n) => [m + 1, n, 5]))) {
        const at = memory.frame(8192, "a test");
        const end = memory.memory.buffer.byteLength;
        for (const transpose of [false, true]) {
          for (const last of ["a", "b"] as const) {
            const place = { a: last === "a" ? end - 4 * m * k : at, b: last === "b" ? end - 4 * k * n : at };
            for (let i = 0; i < m * k; i++) memory.f32[place.a / 4 + i] = values(1, i);
            if (last === "b") for (let i = 0; i < k * n; i++) memory.f32[place.b / 4 + i] = values(2, i);
            const strides = transpose
              ? { aRow: 1, aColumn: m, bRow: 1, bColumn: k }
              : { aRow: k, aColumn: 1, bRow: n, bColumn: 1 };
            gemm(wasm, { m, n, k, ...place, ...strides, c: at + 4096 });
            expect(memory.f32.subarray(at / 4 + 1024, at / 4 + 1024 + m * n).every(Number.isFinite)).toBe(true);
          }
        }
        memory.endFrame(at);
      }
    });
  });

  it("takes strides of every kind", () => {
    withBuild(build, (wasm) => {
      const { memory } = wasm;
      const at = memory.frame(4096, "a test");
      memory.f32.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], at / 4);
      const c = at + 1024;
      const shape: Product = { m: 2, n: 2, k: 2, a: at, aRow: 6, aColumn: 2, b: at, bRow: 3, bColumn: 5, c };
      gemm(wasm, shape);
      // [[1, 3], [7, 9]] x [[1, 6], [4, 9]]
      expect([...memory.f32.subarray(c / 4, c / 4 + 4)]).toEqual([13, 33, 43, 123]);
      // One row for all, and one value for all.
      gemm(wasm, { ...shape, m: 3, aRow: 0, bRow: 0, bColumn: 0 });
      expect([...memory.f32.subarray(c / 4, c / 4 + 6)]).toEqual([4, 4, 4, 4, 4, 4]);
      memory.endFrame(at);
    });
  });
});

describe("gemm", () => {
  it("adds k = 0, 1, … to one float32 accumulator, on every path", () => {
    withBuild("simd", (wasm) => {
      const exact = (shape: Case, seed: number): void => {
        const of = operands(seed);
        expectSame(multiply(wasm, shape, of), scalar(shape, of));
      };
      fc.assert(fc.property(cases, fc.nat(1000), exact), { seed: 24, numRuns: 300 });
      for (const [seed, shape] of large.entries()) exact(shape, seed);
    });
  });

  it("works where every frame moves the views and what is freed is spoilt", () => {
    withKernels({ build: "simd", stress: true }, () => {
      const wasm = kernels();
      if (wasm === undefined) throw new Error("no kernels");
      const shape = large[12];
      const of = operands(1);
      expectSame(multiply(wasm, shape, of), scalar(shape, of));
    });
  });

  it("gives its frame back", () => {
    withBuild("simd", (wasm) => {
      const before = wasm.memory.use().used;
      multiply(wasm, large[12], operands(1));
      expect(wasm.memory.use().used).toBe(before);
      expect(wasm.memory.frame(8, "a test")).toBe(wasm.memory.frame(0, "a test") - 64);
    });
  });
});
