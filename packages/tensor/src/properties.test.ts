import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  argsort,
  chunk,
  concat,
  cumsum,
  flip,
  Generator,
  gather,
  logSumExp,
  max,
  mean,
  pad,
  permute,
  randn,
  reshape,
  type Shape,
  slice,
  softmax,
  sort,
  split,
  stack,
  sum,
  type Tensor,
  tril,
  unbind,
  variance,
} from "./index.ts";
import { sizeOf, stridesOf } from "./shape.ts";

const generator = new Generator(6);
const draw = (shape: Shape) => randn(shape, { generator, dtype: "float64" });
const run = { seed: 5, numRuns: 200 };

/** A shape of one axis or more, with one of its axes. */
const shapeAndDim = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.record({ shape: fc.constant(shape), dim: fc.integer({ min: -shape.length, max: shape.length - 1 }) }),
  );

const full = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** A shape with an order of its axes. */
const shapeAndOrder = full.chain((shape) => {
  const axes = shape.map((_, axis) => axis);
  return fc.tuple(fc.constant(shape), fc.shuffledSubarray(axes, { minLength: axes.length }));
});

function same(a: Tensor, b: Tensor): void {
  expect([a.shape, a.dtype, Array.from(a.data)]).toEqual([b.shape, b.dtype, Array.from(b.data)]);
}

/** The position along each axis of element `i`. */
function positions(shape: Shape, i: number): number[] {
  const strides = stridesOf(shape);
  return shape.map((size, axis) => Math.floor(i / strides[axis]) % size);
}

describe("there and back", () => {
  it("permute by the inverse order", () => {
    fc.assert(
      fc.property(shapeAndOrder, ([shape, order]) => {
        const x = draw(shape);
        const inverse = order.map((_, axis) => order.indexOf(axis));
        same(permute(permute(x, order), inverse), x);
      }),
      run,
    );
  });

  it("reshape to a vector", () => {
    fc.assert(
      fc.property(full, (shape) => {
        const x = draw(shape);
        same(reshape(reshape(x, [-1]), shape), x);
      }),
      run,
    );
  });

  it("split or unbind, then concat or stack", () => {
    fc.assert(
      fc.property(shapeAndDim, fc.integer({ min: 1, max: 5 }), ({ shape, dim }, size) => {
        const x = draw(shape);
        same(concat(split(x, size, dim), dim), x);
        same(concat(chunk(x, size, dim), dim), x);
        const parts = unbind(x, dim);
        if (parts.length > 0) same(stack(parts, dim), x);
      }),
      run,
    );
  });

  it("flip twice, and pad, then slice", () => {
    fc.assert(
      fc.property(shapeAndDim, fc.nat(3), fc.nat(3), ({ shape, dim }, before, after) => {
        const x = draw(shape);
        same(flip(flip(x, dim), dim), x);
        const size = shape[dim < 0 ? dim + shape.length : dim];
        same(slice(pad(x, dim, before, after, 9), dim, before, before + size), x);
      }),
      run,
    );
  });
});

describe("against plain loops", () => {
  it("permute", () => {
    fc.assert(
      fc.property(shapeAndOrder, ([shape, order]) => {
        const x = draw(shape);
        const out = permute(x, order);
        const strides = stridesOf(shape);
        const expected = Array.from({ length: x.size }, (_, i) =>
          positions(out.shape, i).reduce((at, position, axis) => at + position * strides[order[axis]], 0),
        );
        expect(Array.from(out.data)).toEqual(expected.map((at) => x.data[at]));
      }),
      run,
    );
  });

  it("slice by any start, end and step", () => {
    const position = fc.integer({ min: -7, max: 7 });
    fc.assert(
      fc.property(
        shapeAndDim,
        position,
        position,
        fc.integer({ min: 1, max: 3 }),
        ({ shape, dim }, start, end, step) => {
          const x = draw(shape);
          const axis = dim < 0 ? dim + shape.length : dim;
          // What an array's own slice keeps, every step-th of it.
          const kept = Array.from({ length: shape[axis] }, (_, i) => i)
            .slice(start, end)
            .filter((_, i) => i % step === 0);
          const out = slice(x, dim, start, end, step);
          expect(out.shape).toEqual(shape.map((size, i) => (i === axis ? kept.length : size)));
          const strides = stridesOf(shape);
          const expected = Array.from({ length: out.size }, (_, i) =>
            positions(out.shape, i).reduce((at, p, k) => at + (k === axis ? kept[p] : p) * strides[k], 0),
          );
          expect(Array.from(out.data)).toEqual(expected.map((at) => x.data[at]));
        },
      ),
      run,
    );
  });

  it("sum, max and the others over any axes", () => {
    const shapeAndDims = full.chain((shape) =>
      fc.record({ shape: fc.constant(shape), dims: fc.subarray(shape.map((_, i) => i)), keepDim: fc.boolean() }),
    );
    fc.assert(
      fc.property(shapeAndDims, ({ shape, dims, keepDim }) => {
        const x = draw(shape);
        const kept = shape.map((size, axis) => (dims.includes(axis) ? 1 : size));
        const strides = stridesOf(kept);
        const cells: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
        for (let i = 0; i < x.size; i++) {
          const at = positions(shape, i).reduce(
            (sum, p, axis) => sum + (dims.includes(axis) ? 0 : p * strides[axis]),
            0,
          );
          cells[at].push(x.data[i]);
        }
        const shapeOut = keepDim ? kept : shape.filter((_, axis) => !dims.includes(axis));
        const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
        const average = (values: number[]) => total(values) / values.length;
        const squares = (values: number[]) => values.map((v) => (v - average(values)) * (v - average(values)));
        const expectations: [Tensor, (values: number[]) => number][] = [
          [sum(x, dims, { keepDim }), total],
          [mean(x, dims, { keepDim }), average],
          [max(x, dims, { keepDim }), (values) => Math.max(...values)],
          [logSumExp(x, dims, { keepDim }), (values) => Math.log(total(values.map(Math.exp)))],
          [variance(x, dims, { keepDim, correction: 0 }), (values) => total(squares(values)) / values.length],
        ];
        for (const [out, reduce] of expectations) {
          expect(out.shape).toEqual(shapeOut);
          cells.forEach((values, i) => {
            expect(Math.abs(out.data[i] - reduce(values))).toBeLessThanOrEqual(
              1e-13 * Math.max(1, Math.abs(reduce(values))),
            );
          });
        }
      }),
      run,
    );
  });

  it("softmax and cumsum along any axis", () => {
    fc.assert(
      fc.property(shapeAndDim, ({ shape, dim }) => {
        const x = draw(shape);
        const [p, running] = [softmax(x, dim), cumsum(x, dim)];
        const size = shape[dim < 0 ? dim + shape.length : dim];
        for (const total of sum(p, dim).data) expect(Math.abs(total - (size === 0 ? 0 : 1))).toBeLessThan(1e-14);
        if (size > 0) {
          const last = slice(running, dim, size - 1);
          const totals = sum(x, dim, { keepDim: true });
          last.data.forEach((value, i) => {
            expect(value).toBe(totals.data[i]);
          });
        }
      }),
      run,
    );
  });

  it("sort and argsort", () => {
    fc.assert(
      fc.property(shapeAndDim, fc.boolean(), ({ shape, dim }, descending) => {
        const x = draw(shape);
        const { values, indices } = sort(x, dim, { descending });
        same(values, gather(x, dim, argsort(x, dim, { descending })));
        expect(indices.dtype).toBe("int32");
        const [above, below] = [slice(values, dim, 1), slice(values, dim, 0, -1)];
        above.data.forEach((value, i) => {
          expect(descending ? value <= below.data[i] : value >= below.data[i]).toBe(true);
        });
        expect(Array.from(values.data).sort()).toEqual(Array.from(x.data).sort());
      }),
      run,
    );
  });

  it("tril", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: -4, max: 4 }),
        (shape, diagonal) => {
          const x = draw(shape);
          const expected = Array.from(x.data, (value, i) => {
            const [row, column] = positions(shape, i).slice(-2);
            return column <= row + diagonal ? value : 0;
          });
          expect(Array.from(tril(x, diagonal).data)).toEqual(expected);
        },
      ),
      run,
    );
  });
});
