import { grad, requireGrad } from "@unroll/autograd";
import {
  add,
  concat,
  flip,
  Generator,
  indexSelect,
  mul,
  mutate,
  randn,
  select,
  slice,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnyCell, type AnyLayer, kinds, type Named, randomState } from "./testing/kinds.ts";
import { type UnrollOptions, unroll } from "./unroll.ts";

const [steps, batch, inputSize, hiddenSize] = [6, 5, 2, 3];
const lengths = [3, 6, 0, 1, 4];
type DType = "float32" | "float64";

function sequence(seed: number, dtype: DType = "float64", shape: readonly number[] = [steps, batch, inputSize]) {
  return randn(shape, { dtype, generator: new Generator(seed) });
}

function run(cell: AnyCell, x: Tensor, options: UnrollOptions<Named> = {}) {
  const { output, state } = unroll<Named, void>(cell, x, options);
  return { output, ...state };
}

/** The first `count` steps of one sample, as a batch of one. */
function sampleOf(x: Tensor, b: number, count: number): Tensor {
  return slice(slice(x, 0, 0, count), 1, b, b + 1);
}

function numbers(x: Tensor): number[] {
  return Array.from(x.data);
}

/** The largest difference between two tensors of one shape. */
function distance(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return numbers(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b.data[i])), 0);
}

/** Bit-equal, apart from the sign of 0, which a padded sum may change. */
function expectSame(a: Named, b: Named): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, value] of Object.entries(a)) {
    expect(value.shape, name).toEqual(b[name].shape);
    expect(
      numbers(value).findIndex((number, i) => number !== b[name].data[i]),
      name,
    ).toBe(-1);
  }
}

/** The same values with something else where samples have ended. */
function padWith(x: Tensor, ends: readonly number[], value: number): Tensor {
  const copy = tensor(x.data, { shape: x.shape, dtype: x.dtype });
  const width = x.shape[2];
  mutate(copy, (data) => {
    for (let t = 0; t < x.shape[0]; t++)
      ends.forEach((end, b) => {
        if (t >= end) data.fill(value, (t * ends.length + b) * width, (t * ends.length + b + 1) * width);
      });
  });
  return copy;
}

/** All results and gradients of a loss that weights every number differently. */
function everything(layer: AnyLayer, values: Tensor, ends: readonly number[]): Named {
  const x = requireGrad(values);
  const { output, state } = layer.forward(x, { lengths: ends });
  const results: Named = { output, ...state };
  const generator = new Generator(77);
  const loss = Object.values(results)
    .map((value) => sum(mul(value, randn(value.shape, { dtype: value.dtype, generator }))))
    .reduce(add);
  const named = layer.namedParameters();
  const [gradient, ...others] = grad(loss, [x, ...named.map(([, parameter]) => parameter)]);
  return { ...results, dx: gradient, ...Object.fromEntries(named.map(([name], i) => [`d ${name}`, others[i]])) };
}

describe.each(kinds)("lengths with $name", ({ cell: makeCell, layer: makeLayer }) => {
  const make = (dtype: DType) => makeCell(inputSize, hiddenSize, { dtype, generator: new Generator(1) });
  const stack = (dtype: DType) =>
    makeLayer(inputSize, hiddenSize, { numLayers: 2, bidirectional: true, dtype, generator: new Generator(2) });

  it.each(["float32", "float64"] as const)("NaN in the padding reaches nothing, %s", (dtype) => {
    const x = sequence(3, dtype);
    const clean = everything(stack(dtype), padWith(x, lengths, 0), lengths);
    for (const padding of [Number.NaN, Number.POSITIVE_INFINITY, 1e30]) {
      const dirty = everything(stack(dtype), padWith(x, lengths, padding), lengths);
      for (const [name, value] of Object.entries(dirty)) expect(numbers(value).every(Number.isFinite), name).toBe(true);
      expectSame(dirty, clean);
    }
    const ended = padWith(zeros([steps, batch, inputSize], { dtype }), lengths, 1);
    expect(numbers(mul(clean.dx, ended)).every((value) => value === 0)).toBe(true);
    // And only there.
    for (let t = 0; t < steps; t++)
      lengths.forEach((end, b) => {
        const any = numbers(select(select(clean.dx, 0, t), 0, b)).some((value) => value !== 0);
        expect(any, `${t} ${b}`).toBe(t < end);
        const output = numbers(select(select(clean.output, 0, t), 0, b));
        if (t >= end) expect(output.every((value) => value === 0)).toBe(true);
      });
  });

  it("equals every sample by itself", () => {
    for (const dtype of ["float64", "float32"] as const) {
      const [cell, x] = [make(dtype), sequence(4, dtype)];
      const state = randomState(cell.initialState(batch), 5);
      for (const reverse of [false, true]) {
        const together = run(cell, x, { lengths, reverse, state }) as Named;
        lengths.forEach((end, b) => {
          const own = Object.fromEntries(
            Object.entries(state).map(([name, value]) => [name, slice(value, 0, b, b + 1)]),
          );
          const { output, ...final } = run(cell, sampleOf(x, b, end), { reverse, state: own }) as Named;
          expectSame({ output: sampleOf(together.output, b, end) }, { output });
          for (const [name, value] of Object.entries(final))
            expectSame({ [name]: slice(together[name], 0, b, b + 1) }, { [name]: value });
        });
      }
    }
  });

  it("has the gradients of the samples by themselves", () => {
    const [layer, x] = [stack("float64"), sequence(6)];
    const loss = (values: Tensor, ends: readonly number[]) => {
      const { output, state } = layer.forward(values, { lengths: ends });
      return [output, ...Object.values(state)].map((value) => sum(mul(value, value))).reduce(add);
    };
    const together = requireGrad(x);
    const gradients = grad(loss(together, lengths), [together, ...layer.parameters()]);
    const totals = layer.parameters().map(({ shape }) => zeros(shape, { dtype: "float64" }));
    lengths.forEach((end, b) => {
      if (end === 0) return;
      const alone = requireGrad(sampleOf(x, b, end));
      const [dx, ...others] = grad(loss(alone, [end]), [alone, ...layer.parameters()]);
      expect(distance(sampleOf(gradients[0], b, end), dx)).toBeLessThan(1e-12);
      others.forEach((gradient, i) => {
        totals[i] = add(totals[i], gradient);
      });
    });
    totals.forEach((total, i) => {
      expect(distance(gradients[i + 1], total)).toBeLessThan(1e-12);
    });
  });

  it("starts a reversed pass at each sample's own end", () => {
    const [cell, x] = [make("float32"), sequence(7, "float32")];
    const backwards = run(cell, x, { lengths, reverse: true }) as Named;
    lengths.forEach((end, b) => {
      const { output, ...final } = run(cell, flip(sampleOf(x, b, end), 0)) as Named;
      expectSame({ output: sampleOf(backwards.output, b, end) }, { output: flip(output, 0) });
      for (const [name, value] of Object.entries(final))
        expectSame({ [name]: slice(backwards[name], 0, b, b + 1) }, { [name]: value });
    });
  });

  it("reads both directions as two layers would", () => {
    const dtype = "float32";
    const both = makeLayer(inputSize, hiddenSize, { bidirectional: true, generator: new Generator(8) });
    const x = sequence(9, dtype);
    const { output, state } = both.forward(x, { lengths });
    for (const reverse of [false, true]) {
      const cell = both.cell(0, reverse) as AnyCell;
      const { output: one, ...final } = run(cell, x, { lengths, reverse }) as Named;
      const at = reverse ? hiddenSize : 0;
      expectSame({ output: slice(output, -1, at, at + hiddenSize) }, { output: one });
      for (const [name, value] of Object.entries(final))
        expectSame({ [name]: select(state[name], 0, reverse ? 1 : 0) }, { [name]: value });
    }
  });

  it("ends with the state after the last valid step", () => {
    const [cell, x] = [make("float32"), sequence(10, "float32")];
    const seen: Named[][] = Array.from({ length: batch }, () => []);
    const final = run(cell, x, {
      lengths,
      onStep: ({ state, samples }) =>
        samples.forEach((b, row) => {
          seen[b].push(
            Object.fromEntries(Object.entries(state).map(([name, value]) => [name, slice(value, 0, row, row + 1)])),
          );
        }),
    }) as Named;
    expect(seen.map((states) => states.length)).toEqual(lengths);
    lengths.forEach((end, b) => {
      for (const [name, value] of Object.entries(end === 0 ? cell.initialState(1) : seen[b][end - 1]))
        expectSame({ [name]: slice(final[name], 0, b, b + 1) }, { [name]: value });
      // h is the output of that step.
      if (end > 0)
        expectSame({ h: slice(final.h, 0, b, b + 1) }, { h: select(sampleOf(final.output, b, end), 0, end - 1) });
    });
  });

  it("goes on where it stopped, bit for bit, with any lengths", () => {
    const cell = make("float32");
    const property = fc.property(
      fc.integer({ min: 0, max: steps }),
      fc.array(fc.integer({ min: 0, max: steps }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 1000 }),
      (cut, ends, seed) => {
        const x = sequence(seed, "float32", [steps, ends.length, inputSize]);
        const { output, ...state } = run(cell, x, { lengths: ends }) as Named;
        const { output: first, ...between } = run(cell, slice(x, 0, 0, cut), {
          lengths: ends.map((end) => Math.min(end, cut)),
        }) as Named;
        const { output: second, ...last } = run(cell, slice(x, 0, cut), {
          lengths: ends.map((end) => Math.max(end - cut, 0)),
          state: between,
        }) as Named;
        expectSame({ output: concat([first, second], 0), ...last }, { output, ...state });
      },
    );
    fc.assert(property, { seed: 1, numRuns: 40 });
  });

  it("does not depend on the order of the samples", () => {
    const layer = stack("float32");
    const property = fc.property(
      fc.array(fc.integer({ min: 0, max: steps }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 1000 }),
      (ends, seed) => {
        const x = sequence(seed, "float32", [steps, ends.length, inputSize]);
        const order = ends.map((_, b) => (b * 7 + seed) % ends.length);
        const index = tensor([...new Set(order)].length === ends.length ? order : ends.map((_, b) => b).reverse(), {
          dtype: "int32",
        });
        const { output, state } = layer.forward(x, { lengths: ends });
        const moved = layer.forward(indexSelect(x, 1, index), {
          lengths: tensor(
            numbers(index).map((b) => ends[b]),
            { dtype: "int32" },
          ),
        });
        expectSame({ output: moved.output }, { output: indexSelect(output, 1, index) });
        for (const [name, value] of Object.entries(moved.state))
          expectSame({ [name]: value }, { [name]: indexSelect(state[name], 1, index) });
      },
    );
    fc.assert(property, { seed: 2, numRuns: 25 });
  });

  it("gives a row the same bits whatever stands in the others", () => {
    const layer = stack("float32");
    const x = sequence(11, "float32", [steps, 9, inputSize]);
    const whole = layer.forward(x);
    for (const [from, to] of [
      [0, 1],
      [3, 5],
      [1, 9],
    ]) {
      const part = layer.forward(slice(x, 1, from, to));
      expectSame({ output: part.output }, { output: slice(whole.output, 1, from, to) });
      for (const [name, value] of Object.entries(part.state))
        expectSame({ [name]: value }, { [name]: slice(whole.state[name], 1, from, to) });
    }
  });

  it.each([
    { name: "all zero", of: [steps, 3], ends: [0, 0, 0] },
    { name: "T = 0", of: [0, 3], ends: undefined },
    { name: "T = 0 with lengths", of: [0, 3], ends: [0, 0, 0] },
    { name: "B = 0", of: [steps, 0], ends: undefined },
    { name: "B = 0 with lengths", of: [steps, 0], ends: [] },
    { name: "T = 0 and B = 0", of: [0, 0], ends: [] },
  ])("ends where it began: $name", ({ of, ends }) => {
    const layer = stack("float32");
    const x = sequence(12, "float32", [...of, inputSize]);
    const state = Object.fromEntries(
      Object.entries(randomState(layer.forward(x).state, 13)).map(([name, value]) => [name, requireGrad(value)]),
    );
    const result = layer.forward(x, { state, lengths: ends });
    expect(result.output.shape).toEqual([...of, 2 * hiddenSize]);
    expect(result.output.dtype).toBe("float32");
    expect(numbers(result.output).every((value) => value === 0)).toBe(true);
    expectSame(result.state, state);
    // The gradient of the state passes through, and no parameter is reached.
    const gradients = grad(
      Object.values(result.state)
        .map((value) => sum(mul(value, 2)))
        .reduce(add),
      [...Object.values(state), ...layer.parameters()],
      { unused: "zeros" },
    );
    gradients.forEach((gradient, i) => {
      expect(numbers(gradient).every((value) => value === (i < Object.keys(state).length ? 2 : 0))).toBe(true);
    });
  });

  it("takes a reversed pass over nothing", () => {
    const cell = make("float32");
    for (const [of, ends] of [
      [[0, 3], undefined],
      [[steps, 0], undefined],
      [
        [steps, 3],
        [0, 0, 0],
      ],
    ] as const) {
      const { output, ...state } = run(cell, sequence(14, "float32", [...of, inputSize]), {
        lengths: ends,
        reverse: true,
      }) as Named;
      expect(output.shape).toEqual([...of, hiddenSize]);
      expectSame(state, cell.initialState(of[1]));
    }
  });
});

describe("wrong lengths", () => {
  const [kind] = kinds;
  const layer = kind.layer(inputSize, hiddenSize);
  const cell = kind.cell(inputSize, hiddenSize);
  const x = zeros([steps, 3, inputSize]);

  it.each([
    [[1, 2], "ShapeError", "expected a length for each of 3 samples, got 2"],
    [[1, 2, 7], "OptionError", "lengths must be whole numbers in [0, 6], got 7 for sample 2"],
    [[1, -1, 3], "OptionError", "lengths must be whole numbers in [0, 6], got -1 for sample 1"],
    [[1.5, 1, 3], "OptionError", "lengths must be whole numbers in [0, 6], got 1.5 for sample 0"],
    [[1, Number.NaN, 3], "OptionError", "lengths must be whole numbers in [0, 6], got NaN for sample 1"],
    [tensor([1, 2, 3]), "DTypeError", "expected lengths of int32, got float32"],
    [tensor([1, 2], { dtype: "int32" }), "ShapeError", "expected lengths of shape [3], got [2]"],
    [tensor([[1, 2, 3]], { dtype: "int32" }), "ShapeError", "expected lengths of shape [3], got [1, 3]"],
    [
      tensor([1, 2, 9], { dtype: "int32" }),
      "OptionError",
      "lengths must be whole numbers in [0, 6], got 9 for sample 2",
    ],
    [3, "OptionError", "lengths must be an array or an int32 tensor, got number 3"],
    [null, "OptionError", "lengths must be an array or an int32 tensor, got null"],
  ])("%s", (wrong, name, message) => {
    const thrown = (fn: () => unknown): unknown => {
      try {
        fn();
      } catch (error) {
        return error;
      }
      return undefined;
    };
    const options = { lengths: wrong as number[] };
    expect(thrown(() => unroll(cell, x, options))).toMatchObject({ name, message: `unroll: ${message}` });
    expect(thrown(() => layer.forward(x, options))).toMatchObject({ name, message: `RNN.forward: ${message}` });
  });
});
