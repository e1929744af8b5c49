import { describe, expect, it } from "vitest";
import type { KernelFunctions } from "./generated/functions.ts";
import { builds, difference, noise, withPlaced } from "./placed.ts";

type Reduction = KernelFunctions["sum"];

const shapes: [outer: number, n: number, inner: number][] = [
  ...Array.from({ length: 18 }, (_, n): [number, number, number] => [2, n, 1]),
  ...Array.from({ length: 18 }, (_, inner): [number, number, number] => [2, 3, inner]),
  [1, 1000, 37],
  [3, 5, 64],
  [0, 3, 2],
];

function fold(
  x: Float32Array,
  [outer, n, inner]: [number, number, number],
  step: (a: number, b: number) => number,
  start: number,
): Float32Array {
  return Float32Array.from({ length: outer * inner }, (_, o) => {
    let value = start;
    for (let k = 0; k < n; k++) value = step(value, x[(Math.floor(o / inner) * n + k) * inner + (o % inner)]);
    return value;
  });
}

describe.each(builds)("reductions of the %s build", (build) => {
  const reduce = (
    call: (run: KernelFunctions) => Reduction,
    x: Float32Array,
    shape: [number, number, number],
    shift = 0,
  ): Float32Array =>
    withPlaced(build, shift, (placed) => {
      const [out, at] = [placed.room(shape[0] * shape[2]), placed.put(x)];
      call(placed.run)(out, at, ...shape);
      return placed.read(out);
    });

  it.each(shapes)("sum over the middle of [%i, %i, %i] is the float64 sum, rounded", (...shape) => {
    const x = noise(shape[0] * shape[1] * shape[2], 3);
    const expected = fold(x, shape, (a, b) => a + b, 0);
    for (const shift of [0, 1, 3]) {
      const y = reduce((run) => run.sum, x, shape, shift);
      // In another order, float64 sums may round to the neighbouring float32, once in a million.
      for (let i = 0; i < expected.length; i++)
        expect(Math.abs(y[i] - expected[i])).toBeLessThanOrEqual(6e-8 * Math.abs(expected[i]) + 1e-15);
      expect(y.length).toBe(expected.length);
    }
  });

  it("sum adds rows in the order 0, 1, … to each column, and four lanes over a row", () => {
    // 2^60 swallows a 1 in float64: the order shows.
    const big = 1152921504606846976;
    const column = Float32Array.of(1, 1, big, 1, -big, 1, 1);
    const both = Float32Array.from({ length: 14 }, (_, i) => column[i >> 1]);
    expect([...reduce((run) => run.sum, both, [1, 7, 2])]).toEqual([2, 2]);
    // Lanes 0 to 3: 1 - big, 1 + 1, big + 1, 1; then (0 + 2) + (1 + 3).
    expect([...reduce((run) => run.sum, column, [1, 7, 1])]).toEqual([3]);
  });

  it("a column's sum does not depend on its position", () => {
    const rows = 9;
    const column = noise(rows, 8);
    const [alone] = reduce(
      (run) => run.sum,
      Float32Array.from({ length: 2 * rows }, (_, i) => column[i >> 1]),
      [1, rows, 2],
    );
    for (const inner of [3, 17, 70]) {
      const y = reduce(
        (run) => run.sum,
        Float32Array.from({ length: inner * rows }, (_, i) => column[Math.floor(i / inner)]),
        [1, rows, inner],
      );
      expect(difference(y, new Float32Array(inner).fill(alone))).toBe(-1);
    }
  });

  it.each(shapes.filter(([, n]) => n > 0))("max and min over the middle of [%i, %i, %i]", (...shape) => {
    const x = noise(shape[0] * shape[1] * shape[2], 3);
    for (const shift of [0, 1]) {
      expect(
        difference(
          reduce((run) => run.max, x, shape, shift),
          fold(x, shape, Math.max, Number.NEGATIVE_INFINITY),
        ),
      ).toBe(-1);
      expect(
        difference(
          reduce((run) => run.min, x, shape, shift),
          fold(x, shape, Math.min, Number.POSITIVE_INFINITY),
        ),
      ).toBe(-1);
    }
  });

  it("max and min give NaN beside NaN wherever it stands, and order zeros", () => {
    for (let n = 1; n <= 9; n++)
      for (let k = 0; k < n; k++) {
        const x = noise(n, 2);
        x[k] = Number.NaN;
        for (const shape of [
          [1, n, 1],
          [1, 1, n],
        ] as [number, number, number][]) {
          const expected = fold(x, shape, Math.max, Number.NEGATIVE_INFINITY);
          expect(
            difference(
              reduce((run) => run.max, x, shape),
              expected,
            ),
          ).toBe(-1);
          expect(
            difference(
              reduce((run) => run.min, x, shape),
              fold(x, shape, Math.min, Number.POSITIVE_INFINITY),
            ),
          ).toBe(-1);
        }
        const zeros = new Float32Array(n + 1).fill(0);
        zeros[k] = -0;
        expect(reduce((run) => run.min, zeros, [1, n + 1, 1])[0]).toBe(-0);
        expect(
          reduce(
            (run) => run.max,
            zeros.map((value) => -value),
            [1, n + 1, 1],
          )[0],
        ).toBe(0);
      }
  });

  it("sumOfSquares returns float64: no square overflows, underflows or is rounded", () => {
    for (let n = 0; n <= 17; n++) {
      const x = noise(n, 4).map((value, i) => value * [1e30, 1e-30, 1][i % 3]);
      const expected = x.reduce((sum, value) => sum + value * value, 0);
      const y = withPlaced(build, 1, (placed) => placed.run.sumOfSquares(placed.put(x), n));
      expect(Math.abs(y - expected)).toBeLessThanOrEqual(1e-15 * expected);
    }
  });

  it("cumsum gives the bits of the float64 loop, along rows and down columns", () => {
    for (let n = 0; n <= 9; n++)
      for (const inner of [1, 2, 4, 7, 9]) {
        const x = noise(2 * n * inner, 6);
        const expected = new Float32Array(x.length);
        for (let outer = 0; outer < 2; outer++)
          for (let column = 0; column < inner; column++) {
            let running = 0;
            for (let k = 0, i = outer * n * inner + column; k < n; k++, i += inner) {
              running += x[i];
              expected[i] = running;
            }
          }
        withPlaced(build, 2, (placed) => {
          const [out, at] = [placed.room(x.length), placed.put(x)];
          placed.run.cumsum(out, at, 2, n, inner);
          expect(difference(placed.read(out), expected)).toBe(-1);
          placed.run.cumsum(at, at, 2, n, inner);
          expect(difference(placed.read(at), expected)).toBe(-1);
        });
      }
  });
});
