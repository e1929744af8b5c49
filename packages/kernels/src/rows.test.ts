import { describe, expect, it } from "vitest";
import { builds, difference, noise, withPlaced } from "./placed.ts";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const rows = 3;

function softmax(x: Float32Array): Float64Array {
  const shift = Math.max(...x);
  const terms = Float64Array.from(x, (value) => Math.exp(value - shift));
  const total = terms.reduce((sum, value) => sum + value, 0);
  return terms.map((value) => value / total);
}

function logSumExp(x: Float32Array): number {
  const shift = Math.max(...x);
  return shift + Math.log(x.reduce((sum, value) => sum + Math.exp(value - shift), 0));
}

function near(got: ArrayLike<number>, expected: ArrayLike<number>, relative: number, absolute = 0): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) {
    const bound = relative * Math.abs(expected[i]) + absolute;
    if (!(Math.abs(got[i] - expected[i]) <= bound)) throw new Error(`at ${i}: ${got[i]} instead of ${expected[i]}`);
  }
}

function eachRow(x: Float32Array, n: number, fn: (row: Float32Array, r: number) => ArrayLike<number>): number[] {
  return Array.from({ length: rows }, (_, r) => [...Array.from(fn(x.slice(r * n, r * n + n), r))]).flat();
}

describe.each(builds)("functions of rows of the %s build", (build) => {
  const run = (
    name: "softmax" | "logSoftmax" | "logSumExp",
    x: ArrayLike<number>,
    n: number,
    shift = 0,
  ): Float32Array =>
    withPlaced(build, shift, (placed) => {
      const out = placed.room(name === "logSumExp" ? x.length / n : x.length);
      placed.run[name](out, placed.put(x), x.length / n, n);
      return placed.read(out);
    });

  it("softmax, logSoftmax and logSumExp are those of float64", () => {
    for (let n = 1; n <= 17; n++)
      for (const scale of [1, 20]) {
        const x = noise(rows * n, n).map((value) => scale * value);
        // x - max is rounded before the exponential: half a unit in the last place of 40, for large scales.
        const tolerance = scale === 1 ? 5e-7 : 3e-6;
        near(run("softmax", x, n, n % 4), eachRow(x, n, softmax), tolerance);
        near(
          run("logSoftmax", x, n, n % 4),
          eachRow(x, n, (row) => row.map((value) => value - logSumExp(row))),
          4e-7,
          4e-6 * (scale / 20),
        );
        near(
          run("logSumExp", x, n, n % 4),
          eachRow(x, n, (row) => [logSumExp(row)]),
          3e-7,
          2e-7,
        );
      }
  });

  it("logarithms of sums keep what is small beside the largest", () => {
    const y = run("logSoftmax", [0, -20], 2);
    near(y, [-Math.log1p(Math.exp(-20)), -20 - Math.log1p(Math.exp(-20))], 3e-7);
  });

  it("neither overflow nor lose -infinity, and NaN stays in its row", () => {
    expect([...run("softmax", [1000, 1000, -inf, 0], 4)]).toEqual([0.5, 0.5, 0, 0]);
    expect([...run("softmax", [0, nan, 0, 0], 2)]).toEqual([nan, nan, 0.5, 0.5]);
    expect([...run("logSumExp", [-inf, -inf, inf, 0, nan, 0, 1000, -1000], 2)]).toEqual([-inf, inf, nan, 1000]);
    expect([...run("logSoftmax", [1000, -inf], 2)]).toEqual([0, -inf]);
  });

  it("softmax and logSoftmax work in place, and a row's values do not depend on its place", () => {
    const x = noise(3 * 7, 2);
    for (const name of ["softmax", "logSoftmax"] as const) {
      const expected = run(name, x, 7);
      withPlaced(build, 3, (placed) => {
        const at = placed.put(x);
        placed.run[name](at, at, 3, 7);
        expect(difference(placed.read(at), expected)).toBe(-1);
      });
      expect(difference(run(name, x.slice(7, 14), 7, 1), expected.slice(7, 14))).toBe(-1);
    }
  });

  it("crossEntropy and its gradient are those of float64; ignored rows have neither", () => {
    for (let n = 1; n <= 9; n++) {
      const x = noise(rows * n, n).map((value) => 5 * value);
      const target = [n - 1, -1, 0];
      const scale = Float32Array.of(0.5, 7, -2);
      withPlaced(build, n % 4, (placed) => {
        const [loss, out] = [placed.room(rows), placed.room(x.length)];
        const [at, from] = [placed.putIndices(target), placed.put(x)];
        placed.run.crossEntropy(loss, from, at, rows, n);
        const losses = eachRow(x, n, (row, r) => [target[r] < 0 ? 0 : logSumExp(row) - row[target[r]]]);
        near(placed.read(loss), losses, 4e-7, 4e-7);
        const expected = eachRow(x, n, (row, r) =>
          softmax(row).map((p, c) => (target[r] < 0 ? 0 : (p - (c === target[r] ? 1 : 0)) * scale[r])),
        );
        placed.run.crossEntropyGrad(out, from, at, placed.put(scale), rows, n);
        near(placed.read(out), expected, 2e-6, 4e-7);
        const given = placed.read(out).slice();
        placed.run.crossEntropyGrad(from, from, at, placed.put(scale), rows, n);
        expect(difference(placed.read(from), given)).toBe(-1);
      });
    }
  });

  it("crossEntropyGrad keeps what is left of a target that is almost certain", () => {
    withPlaced(build, 0, (placed) => {
      const at = placed.put([20, 0]);
      placed.run.crossEntropyGrad(at, at, placed.putIndices([0]), placed.put([1]), 1, 2);
      const rest = 1 / (1 + Math.exp(20));
      near(placed.read(at), [-rest, rest], 1e-6);
    });
  });

  const eps = 1e-5;
  const normalize = (row: ArrayLike<number>): { normal: number[]; deviation: number } => {
    const values = Array.from(row);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
    const deviation = Math.sqrt(variance + eps);
    return { normal: values.map((value) => (value - mean) / deviation), deviation };
  };

  it("layerNorm is that of float64, far from 0 too", () => {
    for (let n = 1; n <= 17; n++)
      for (const offset of [0, 1000]) {
        const x = noise(rows * n, n).map((value) => value + offset);
        const [weight, bias] = [noise(n, 5), noise(n, 6)];
        withPlaced(build, n % 4, (placed) => {
          const [plain, at] = [placed.room(x.length), placed.put(x)];
          placed.run.layerNorm(plain, at, 0, 0, rows, n, eps);
          near(
            placed.read(plain),
            eachRow(x, n, (row) => normalize(row).normal),
            1.2e-7,
            1e-12,
          );
          placed.run.layerNorm(at, at, placed.put(weight), placed.put(bias), rows, n, eps);
          const expected = eachRow(x, n, (row) => normalize(row).normal.map((v, i) => v * weight[i] + bias[i]));
          near(placed.read(at), expected, 2e-7, 2e-7);
        });
      }
  });

  it("layerNormGrad is the derivative of layerNorm, by the formula in float64, beside the normal form", () => {
    for (let n = 1; n <= 17; n++) {
      const [x, dy] = [noise(rows * n, n), noise(rows * n, n + 50)];
      withPlaced(build, n % 4, (placed) => {
        const [g, from] = [placed.put(dy), placed.put(x)];
        placed.run.layerNormGrad(g, from, rows, n, eps);
        const expected = eachRow(x, n, (row, r) => {
          const { normal, deviation } = normalize(row);
          const given = dy.slice(r * n, r * n + n);
          const mean = given.reduce((sum, value) => sum + value, 0) / n;
          const along = given.reduce((sum, value, i) => sum + value * normal[i], 0) / n;
          return normal.map((value, i) => (given[i] - mean - along * value) / deviation);
        });
        near(placed.read(g), expected, 2e-6, n === 1 ? 1e-12 : 2e-6);
        const normal = eachRow(x, n, (row) => normalize(row).normal);
        near(placed.read(from), normal, 1.2e-7, 1e-12);
      });
    }
  });
});
