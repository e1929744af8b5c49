import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  abs,
  add,
  addmm,
  broadcastTo,
  cast,
  clamp,
  concat,
  cumsum,
  div,
  engineInfo,
  erf,
  exp,
  expm1,
  floor,
  indexAdd,
  indexSelect,
  isFloat,
  layerNorm,
  layerNormGrad,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  min,
  minimum,
  mul,
  mutate,
  neg,
  permute,
  relu,
  round,
  type Shape,
  sigmoid,
  sign,
  slice,
  softmax,
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  softplus,
  sqrt,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  useEngine,
} from "../index.ts";
import { sizeOf } from "../shape.ts";
import { opSamples } from "../testing/index.ts";

// The reference is the oracle: every op gives the same shapes on both engines, exact ops the same bits, and functions
// values within their stated bounds.

/** Distances between neighbouring float32 values, relative to the larger one. */
const ulp = 1.1920928955078125e-7;
const smallest = 1.401298464324817e-45;

/** Holds `actual` to `expected` within `bound` relative error, with NaN, infinities and the sign of 0 in their places. */
function close(actual: Tensor, expected: Tensor, bound: number, floor = 0): void {
  expect([actual.shape, actual.dtype]).toEqual([expected.shape, expected.dtype]);
  for (let i = 0; i < expected.size; i++) {
    const [got, want] = [actual.data[i], expected.data[i]];
    if (Object.is(got, want)) continue;
    // The signs of zeros are asked for where all bits are.
    if (bound + floor > 0 && Math.abs(got - want) <= bound * Math.abs(want) + floor) continue;
    throw new Error(`value ${i} of ${expected.size}: expected ${want}, got ${got}`);
  }
}

function compare(fn: () => Tensor, bound: number, floor = 0): void {
  close(useEngine("wasm", fn), useEngine("reference", fn), bound, floor);
}

/** Any float32, with those at the ends of the format more often than chance would have them. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -20, max: 20, noNaN: true }) },
  { weight: 2, arbitrary: fc.float() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, -0, 1e-45, -1e-45, 1e-38, 3.4e38, -3.4e38, 88.7, -103.9, Infinity, -Infinity, NaN),
  },
);

/** Sizes around the tails of vectors and the ends of chunks. */
const length = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constantFrom(127, 128, 129, 8191, 8192, 8193, 20_000));

/** A tensor of `shape` whose values repeat a short random pattern, rotated so that every place meets every value. */
function filled(pattern: readonly number[], shape: Shape): Tensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => pattern[(i * 7 + (i >> 4)) % pattern.length]),
    { shape },
  );
}

const pattern = fc.array(value, { minLength: 1, maxLength: 40 });
const finite = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 40 });
const runs = { seed: 21, numRuns: 60 };

describe("both engines", () => {
  it.each(Object.entries(opSamples()))("agree on the samples of %s", (_, samples) => {
    for (const { inputs, call } of samples) {
      const single = inputs.map((x) => (isFloat(x.dtype) ? cast(x, "float32") : x));
      compare(() => call(...single), 8 * ulp, 8 * ulp);
    }
  });

  it.each(Object.entries({ exp, tanh, sigmoid, log, erf, expm1, log1p, softplus }))(
    "compute %s within 4 units in the last place",
    (_, f) => {
      fc.assert(
        fc.property(pattern, length, (values, n) => {
          const x = filled(values, [n]);
          compare(() => f(x), 4 * ulp, 4 * smallest);
        }),
        runs,
      );
    },
  );

  it.each(Object.entries({ neg, abs, sqrt, relu, floor, round, sign, limit: (x: Tensor) => clamp(x, -0.1, 3) }))(
    "compute %s to the same bits",
    (_, f) => {
      fc.assert(
        fc.property(pattern, length, (values, n) => {
          const x = filled(values, [n]);
          compare(() => f(x), 0);
        }),
        runs,
      );
    },
  );

  it.each(Object.entries({ add, sub, mul, div, maximum, minimum }))(
    "compute %s to the same bits, however operands are stretched",
    (_, f) => {
      const sizes = fc.tuple(
        fc.constantFrom(1, 2, 3, 17, 40),
        fc.constantFrom(1, 2, 16, 19, 64, 300),
        fc.constantFrom(1, 2, 33, 9000),
      );
      const stretch = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.integer({ min: 0, max: 3 }));
      const operand = (all: readonly number[], [x, y, z, drop]: [boolean, boolean, boolean, number]): Shape => {
        const shape = all.map((size, axis) => ([x, y, z][axis] ? 1 : size));
        return shape.slice(Math.min(drop, shape.findIndex((size) => size !== 1) + 3) % 4);
      };
      fc.assert(
        fc.property(pattern, pattern, sizes, stretch, fc.boolean(), (left, right, all, how, swap) => {
          fc.pre(sizeOf(all) <= 200_000);
          const [x, y] = [filled(left, all), filled(right, operand(all, how))];
          compare(() => (swap ? f(y, x) : f(x, y)), 0);
        }),
        runs,
      );
    },
  );

  it("multiply matrices within the rounding of float32, whatever the sizes, transposes and batches", () => {
    const size = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(
        finite,
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom<[Shape, Shape]>(
          [[], []],
          [[3], []],
          [[], [2]],
          [
            [2, 1],
            [1, 3],
          ],
          [[4], [4]],
        ),
        (values, m, n, k, transposeA, transposeB, [batchA, batchB]) => {
          const a = filled(values, [...batchA, ...(transposeA ? [k, m] : [m, k])]);
          const b = filled([...values].reverse(), [...batchB, ...(transposeB ? [n, k] : [k, n])]);
          const magnitude = Math.max(0, ...a.data.map(Math.abs)) * Math.max(0, ...b.data.map(Math.abs));
          compare(() => matmul(a, b, { transposeA, transposeB }), 0, (k + 1) * ulp * k * magnitude);
        },
      ),
      runs,
    );
  });

  it("begin products with the same values however these are stretched", () => {
    const size = fc.constantFrom(1, 2, 7, 8, 33);
    fc.assert(
      fc.property(finite, size, size, fc.constantFrom(0, 1, 5, 40), (values, m, n, k) => {
        const a = filled(values, [m, k]);
        const b = filled([...values].reverse(), [k, n]);
        for (const shape of [[], [1], [n], [1, n], [m, 1], [m, n]]) {
          const start = filled(values, shape);
          const sums = (): Tensor => addmm(start, a, b);
          compare(sums, 0, (k + 2) * ulp * (k + 1) * 64);
          const whole = broadcastTo(start, [m, n]);
          useEngine("wasm", () => expect([...sums().data]).toEqual([...addmm(whole, a, b).data]));
        }
      }),
      runs,
    );
  });

  it("multiply by a matrix that comes back, and by what was written into it since", () => {
    const a = filled([1, -2, 3, 0.5], [5, 6]);
    const b = filled([0.25, -1, 2], [6, 7]);
    const blocks = (): number | undefined => engineInfo().memory?.blocks;
    const before = blocks();
    for (let time = 0; time < 4; time++) {
      // From the third use on it is kept packed.
      for (let use = 0; use < 4; use++) compare(() => matmul(a, b), 4 * ulp, 4 * ulp);
      if (before !== undefined) expect(blocks()).toBe(before + 1);
      mutate(b, (data) => {
        data[time] += 1;
      });
    }
  });

  const shapes = fc.tuple(
    fc.constantFrom(1, 2, 5, 33),
    fc.constantFrom(1, 3, 8, 50, 129, 700),
    fc.constantFrom(1, 2, 15, 65),
  );
  /** Axes to reduce together, and longer shapes where chunks, stripes and tiles end. */
  const axes = fc.constantFrom<number[]>([0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]);
  const long: Shape[] = [
    [8193, 1, 1],
    [1, 9000, 2],
    [3, 1, 8200],
    [2731, 3, 4],
    [2, 700, 800],
  ];

  /** What a sum in float64 may lose in another order. */
  function sumFloor({ data }: Tensor): number {
    let total = 0;
    for (const value of data) if (Number.isFinite(value)) total += Math.abs(value);
    return total * 1e-15;
  }

  it("sum over any axes, within one rounding", () => {
    fc.assert(
      fc.property(pattern, shapes, axes, (values, shape, dims) => {
        const x = filled(values, shape);
        // Axes apart are summed one run after the other, and rounded between.
        const floor = dims.length === 2 && dims[0] + 1 < dims[1] ? sumFloor(x) * 1e9 : sumFloor(x);
        compare(() => sum(x, dims), ulp, floor);
      }),
      runs,
    );
    for (const shape of [...long, [3000, 400]]) {
      const x = filled([0.1, 1e-3, -7, 3.25, 1e4], shape);
      for (const dim of shape.keys()) compare(() => sum(x, dim), ulp, sumFloor(x));
    }
  });

  it("sum columns to the same bits, however many there are", () => {
    const x = filled([0.1, 1e-3, -7, 3.25, 1e4, 1 / 3], [40, 33]);
    const all = useEngine("wasm", () => sum(x, 0));
    compare(() => sum(x, 0), 0);
    for (const width of [2, 3, 5]) {
      const few = useEngine("wasm", () => sum(slice(x, 1, 4, 4 + width), 0));
      expect([...few.data]).toEqual([...all.data.slice(4, 4 + width)]);
    }
  });

  it.each(Object.entries({ max, min }))("find the %s over any axes to the same bits", (_, f) => {
    fc.assert(
      fc.property(pattern, shapes, axes, (values, shape, dims) => {
        const x = filled(values, shape);
        compare(() => f(x, dims), 0);
      }),
      runs,
    );
    for (const shape of long)
      for (const dim of shape.keys()) compare(() => f(filled([1, -0, 0, NaN, -5, 2, 8], shape), dim), 0);
  });

  it("agree on logSumExp over any axes", () => {
    fc.assert(
      fc.property(pattern, shapes, axes, (values, shape, dims) => {
        const x = filled(values, shape);
        compare(() => logSumExp(x, dims), 4 * ulp, 8 * ulp);
      }),
      runs,
    );
    for (const shape of long)
      for (const dim of shape.keys()) compare(() => logSumExp(filled([1, -80, 3, 5], shape), dim), 4 * ulp);
    expect(logSumExp(tensor([], { shape: [2, 0] }), 1).toArray()).toEqual([-Infinity, -Infinity]);
  });

  it.each(Object.entries({ softmax, logSoftmax }))("agree on %s along every axis", (_, f) => {
    fc.assert(
      fc.property(pattern, shapes, fc.integer({ min: 0, max: 2 }), (values, shape, dim) => {
        const x = filled(values, shape);
        compare(() => f(x, dim), 8 * ulp, 8 * ulp);
      }),
      runs,
    );
    for (const shape of long)
      for (const dim of shape.keys()) compare(() => f(filled([1, -80, 3, 5, 2], shape), dim), 8 * ulp, 8 * ulp);
  });

  it.each(Object.entries({ softmax, logSoftmax, logSumExp }))(
    "compute %s of a row to the same bits, wherever it lies",
    (_, f) => {
      const x = filled([1, -3, 0.5, 2, -0.25, 4, 1.75], [37, 19]);
      useEngine("wasm", () => {
        const along = f(x, 1);
        expect([...f(permute(x, [1, 0]), 0).data]).toEqual([
          ...(along.shape.length === 2 ? permute(along, [1, 0]) : along).data,
        ]);
        const row = f(slice(x, 0, 5, 6), 1);
        expect([...row.data]).toEqual([...along.data.slice(5 * row.size, 6 * row.size)]);
      });
    },
  );

  it("agree on softmax, logSoftmax and logSumExp of a row that is longer than what is staged at once", () => {
    const n = 4_194_304 + 5;
    const x = tensor(
      Float32Array.from({ length: n }, (_, i) => ((i * 7919) % 1013) / 100 - (i > n - 3 ? 0 : 3)),
      { shape: [1, n] },
    );
    for (const f of [softmax, logSoftmax, logSumExp]) compare(() => f(x, 1), 16 * ulp);
    const infinite = tensor(new Float32Array(n).fill(-Infinity));
    expect(logSumExp(infinite, 0).item()).toBe(-Infinity);
  });

  it("agree on layer normalisation and its gradient", () => {
    const rows = fc.constantFrom<[Shape, number]>([[7], 1], [[3, 1], 1], [[40, 5], 1], [[3, 4, 9], 2], [[9, 3000], 1]);
    fc.assert(
      fc.property(finite, finite, rows, fc.integer({ min: 0, max: 3 }), (values, others, [shape, axes], affine) => {
        const [x, g] = [filled(values, shape), filled(others, shape)];
        const last = shape.slice(shape.length - axes);
        const weight = (affine & 1) === 1 ? filled(others, last) : undefined;
        const bias = (affine & 2) === 2 ? filled(values, last) : undefined;
        const options = { axes, eps: 1e-3 };
        // The sums are taken in another order, and a weight and a bias may cancel: a part of the largest value.
        compare(() => layerNorm(x, options), 2 * ulp, 1e-12);
        compare(() => layerNorm(x, { ...options, weight, bias }), 4 * ulp, 100 * ulp);
        const gradient = () => layerNormGrad(g, x, options);
        const size = Math.max(...useEngine("reference", gradient).data.map(Math.abs));
        compare(gradient, 2 * ulp, 4 * ulp * size + 1e-9);
      }),
      runs,
    );
  });

  it("agree on cross entropies of classes and their gradients", () => {
    const sizes = fc.tuple(fc.constantFrom(1, 2, 33, 700), fc.constantFrom(1, 2, 5, 64, 257));
    fc.assert(
      fc.property(pattern, finite, sizes, fc.integer({ min: -1, max: 4 }), (values, others, [n, classes], ignored) => {
        const [x, g] = [filled(values, [n, classes]), filled(others, [n])];
        const targets = tensor(
          Int32Array.from({ length: n }, (_, i) => (i * 7919) % classes),
          { shape: [n] },
        );
        compare(() => softmaxCrossEntropy(x, targets, ignored), 8 * ulp, 8 * ulp);
        compare(() => softmaxCrossEntropyGrad(g, x, targets, ignored), 16 * ulp, 8 * ulp);
      }),
      runs,
    );
    const outside = tensor(Int32Array.of(0, 3));
    for (const engine of ["wasm", "reference"] as const)
      expect(() => useEngine(engine, () => softmaxCrossEntropy(filled([1], [2, 3]), outside))).toThrow(
        "softmaxCrossEntropy: target 3 is neither in [0, 3) nor ignored (-100)",
      );
  });

  it("add up running sums to the same bits", () => {
    fc.assert(
      fc.property(pattern, shapes, fc.integer({ min: 0, max: 2 }), (values, shape, dim) => {
        const x = filled(values, shape);
        compare(() => cumsum(x, dim), 0);
      }),
      runs,
    );
  });

  it("move the same values", () => {
    const side = fc.constantFrom(1, 2, 3, 4, 7, 33, 64);
    const anyShape = fc.tuple(side, side, side, fc.constantFrom(1, 2, 5, 16));
    fc.assert(
      fc.property(pattern, anyShape, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (values, shape, order) => {
        fc.pre(sizeOf(shape) <= 40_000);
        const x = filled(values, shape);
        compare(() => permute(x, order), 0);
        for (const dim of shape.keys()) {
          compare(() => slice(x, dim, 0, Math.ceil(shape[dim] / 2)), 0);
          compare(() => concat([x, x], dim), 0);
        }
      }),
      runs,
    );
    const large: [Shape, number[]][] = [
      [
        [300, 301],
        [1, 0],
      ],
      [
        [2, 70_001],
        [1, 0],
      ],
      [
        [70_001, 2],
        [1, 0],
      ],
      [
        [2, 129, 140, 5],
        [0, 2, 1, 3],
      ],
      [
        [3, 5, 257],
        [1, 0, 2],
      ],
      [
        [2, 200, 3, 255],
        [0, 2, 1, 3],
      ],
    ];
    for (const [shape, order] of large) {
      const x = tensor(
        Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
        { shape },
      );
      compare(() => permute(x, order), 0);
    }
  });

  it("take rows by an index, and add to them, to the same bits", () => {
    const sizes = fc.tuple(fc.constantFrom(1, 2, 7, 300), fc.constantFrom(1, 3, 16, 65, 9000));
    fc.assert(
      fc.property(pattern, pattern, sizes, fc.constantFrom(0, 1, 20, 400), (values, others, [n, width], count) => {
        fc.pre(Math.max(n, count) * width <= 100_000);
        const x = filled(values, [n, width]);
        const index = tensor(
          Int32Array.from({ length: count }, (_, i) => (i * 7919 + (i >> 3)) % n),
          { shape: [count] },
        );
        const source = filled(others, [count, width]);
        compare(() => indexSelect(x, 0, index), 0);
        compare(() => indexAdd(x, 0, index, source), 0);
        const across = filled(values, [2, n, 3]);
        compare(() => indexSelect(across, 1, index), 0);
        compare(() => indexAdd(across, 1, index, filled(others, [2, count, 3])), 0);
      }),
      runs,
    );
  });

  it("say which index lies outside of a table", () => {
    const x = filled([1, 2], [3, 64]);
    for (const wrong of [3, -1]) {
      const index = tensor(Int32Array.of(0, 1, 2, wrong));
      useEngine("wasm", () => {
        expect(() => indexSelect(x, 0, index)).toThrow(`indexSelect: index ${wrong} is outside of an axis with size 3`);
        expect(() => indexAdd(x, 0, index, filled([1], [4, 64]))).toThrow(
          `indexAdd: index ${wrong} is outside of an axis with size 3`,
        );
      });
    }
  });
});
