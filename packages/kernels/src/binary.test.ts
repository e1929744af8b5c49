import { describe, expect, it } from "vitest";
import type { KernelFunctions } from "./generated/functions.ts";
import { builds, difference, noise, withPlaced } from "./placed.ts";

const ops: [name: "add" | "sub" | "mul" | "div" | "maximum" | "minimum", truth: (a: number, b: number) => number][] = [
  ["add", (a, b) => a + b],
  ["sub", (a, b) => a - b],
  ["mul", (a, b) => a * b],
  ["div", (a, b) => a / b],
  ["maximum", Math.max],
  ["minimum", Math.min],
];
const special = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e-45,
  -1e-45,
  3e38,
  1e-38,
];
const steps = [
  [1, 1],
  [1, 0],
  [0, 1],
  [0, 0],
];

function rowsOf(run: KernelFunctions, name: (typeof ops)[number][0]): KernelFunctions["addRows"] {
  return run[`${name}Rows`];
}

describe.each(builds)("binary functions of the %s build", (build) => {
  it.each(ops)("%s gives the bits of the float64 loop, rounded", (name, truth) => {
    // Every special value beside every other, and numbers of all sizes.
    const sizes = noise(4000, 4).map((value) => value * Math.exp(80 * value));
    const a = Float32Array.of(...special.flatMap((value) => special.map(() => value)), ...sizes);
    const b = Float32Array.of(...special.flatMap(() => special), ...sizes.slice().reverse());
    const y = withPlaced(build, 0, (placed) => {
      const out = placed.room(a.length);
      placed.run[name](out, placed.put(a), placed.put(b), a.length, 1, 1);
      return placed.read(out);
    });
    const wrong = difference(
      y,
      a.map((value, i) => Math.fround(truth(value, b[i]))),
    );
    expect([a[wrong], b[wrong], y[wrong]]).toEqual([undefined, undefined, undefined]);
  });

  it.each(ops)("%s broadcasts, at any count and alignment, in place too", (name, truth) => {
    const [a, b] = [noise(17, 1), noise(17, 2)];
    for (let n = 0; n <= 17; n++)
      for (const [da, db] of steps)
        withPlaced(build, n % 4, (placed) => {
          // No more values than are used: what lies beyond is NaN.
          const x = placed.put(a.slice(0, da === 1 ? n : 1));
          const y = placed.put(b.slice(0, db === 1 ? n : 1));
          const out = placed.room(n);
          placed.run[name](out, x, y, n, da, db);
          const expected = Float32Array.from({ length: n }, (_, i) => truth(a[da * i], b[db * i]));
          expect(difference(placed.read(out), expected)).toBe(-1);
          if (da === 0) return;
          placed.run[name](x, x, y, n, da, db);
          expect(difference(placed.read(x), expected)).toBe(-1);
        });
  });

  it.each(ops)("%s goes over rows: a row or a column for all, on either side", (name, truth) => {
    const [rows, n] = [3, 6];
    // [row stride, step, how many values there are]
    const layouts = [
      [n, 1, rows * n],
      [0, 1, n],
      [1, 0, rows],
      [0, 0, 1],
    ];
    for (const [aRow, da, aSize] of layouts)
      for (const [bRow, db, bSize] of layouts)
        withPlaced(build, 3, (placed) => {
          const [a, b] = [noise(aSize, 1), noise(bSize, 2)];
          const out = placed.room(rows * n);
          rowsOf(placed.run, name)(out, placed.put(a), placed.put(b), rows, n, aRow, bRow, da, db);
          const expected = Float32Array.from({ length: rows * n }, (_, i) => {
            const [row, column] = [Math.floor(i / n), i % n];
            return truth(a[row * aRow + column * da], b[row * bRow + column * db]);
          });
          expect(difference(placed.read(out), expected)).toBe(-1);
        });
  });
});
