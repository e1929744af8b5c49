import { describe, expect, it } from "vitest";
import { builds, difference, noise, withPlaced } from "./placed.ts";

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17];

describe.each(builds)("copies of the %s build", (build) => {
  it("transpose swaps rows and columns of every size", () => {
    for (const rows of sizes)
      for (const columns of sizes)
        withPlaced(build, (rows + columns) % 4, (placed) => {
          const x = noise(rows * columns, 3);
          const out = placed.room(x.length);
          placed.run.transpose(out, placed.put(x), rows, columns);
          const expected = x.map((_, o) => x[(o % rows) * columns + Math.floor(o / rows)]);
          expect(difference(placed.read(out), expected)).toBe(-1);
        });
  });

  it("copyRows copies a block out of a wider array into a wider array", () => {
    for (const columns of [...sizes, 63, 64, 65])
      withPlaced(build, columns % 4, (placed) => {
        const [rows, outStride, xStride] = [3, columns + 2, columns + 5];
        const x = noise(rows * xStride, 3);
        const out = placed.put(new Float32Array(rows * outStride).fill(8));
        placed.run.copyRows(out, placed.put(x), rows, columns, outStride, xStride);
        const expected = Float32Array.from({ length: rows * outStride }, (_, o) => {
          const [row, column] = [Math.floor(o / outStride), o % outStride];
          return column < columns ? x[row * xStride + column] : 8;
        });
        expect(difference(placed.read(out), expected)).toBe(-1);
      });
  });

  it("fill writes n values", () => {
    for (const n of sizes)
      withPlaced(build, n % 4, (placed) => {
        const out = placed.room(n);
        placed.run.fill(out, 0.1, n);
        expect(difference(placed.read(out), new Float32Array(n).fill(0.1))).toBe(-1);
      });
  });

  it("gatherRows takes rows by index and says which index lies outside", () => {
    for (const width of [1, 3, 4, 6, 70])
      withPlaced(build, width % 4, (placed) => {
        const x = noise(5 * width, 3);
        const index = [4, 0, 0, 2];
        const [out, at] = [placed.room(4 * width), placed.put(x)];
        expect(placed.run.gatherRows(out, at, placed.putIndices(index), 4, 5, width)).toBe(-1);
        const expected = index.flatMap((row) => [...x.slice(row * width, row * width + width)]);
        expect(difference(placed.read(out), expected)).toBe(-1);
        expect(placed.run.gatherRows(out, at, placed.putIndices([1, 5, 0]), 3, 5, width)).toBe(1);
        expect(placed.run.gatherRows(out, at, placed.putIndices([1, 2, -1]), 3, 5, width)).toBe(2);
        placed.read(out);
      });
  });

  it("scatterAddRows adds rows in the order of the indices", () => {
    for (const width of [1, 3, 4, 6])
      withPlaced(build, width % 4, (placed) => {
        const [start, x] = [noise(3 * width, 4), noise(4 * width, 5)];
        const index = [2, 0, 2, 2];
        const [out, at] = [placed.put(start), placed.put(x)];
        expect(placed.run.scatterAddRows(out, at, placed.putIndices(index), 4, 3, width)).toBe(-1);
        const expected = start.slice();
        index.forEach((row, i) => {
          for (let c = 0; c < width; c++) expected[row * width + c] += x[i * width + c];
        });
        expect(difference(placed.read(out), expected)).toBe(-1);
        expect(placed.run.scatterAddRows(out, at, placed.putIndices([-1]), 1, 3, width)).toBe(0);
        expect(difference(placed.read(out), expected)).toBe(-1);
      });
  });
});
