import { describe, expect, it } from "vitest";
import {
  categorical,
  DTypeError,
  Generator,
  mean,
  OptionError,
  permutation,
  randn,
  randnLike,
  ShapeError,
  tensor,
  uniform,
  uniformLike,
  variance,
} from "../index.ts";

const draws = 20000;

function moments(values: ArrayLike<number>): number[] {
  const n = values.length;
  const average = Array.from(values).reduce((a, b) => a + b, 0) / n;
  const central = [2, 3, 4].map(
    (power) =>
      Array.from(values).reduce((total, v) => {
        let product = 1;
        for (let k = 0; k < power; k++) product *= v - average;
        return total + product;
      }, 0) / n,
  );
  return [average, ...central];
}

function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((total, count, k) => total + ((count - expected[k]) * (count - expected[k])) / expected[k], 0);
}

describe("uniform", () => {
  it("fills [0, 1) evenly", () => {
    const { data } = uniform([draws], { generator: new Generator(1), dtype: "float64" });
    const counts = new Array<number>(50).fill(0);
    for (const u of data) counts[Math.floor(u * 50)]++;
    // 99.9 % of fair draws stay below, with 49 degrees of freedom.
    expect(chiSquare(counts, new Array<number>(50).fill(draws / 50))).toBeLessThan(85.4);
    expect(mean(tensor(data as Float64Array)).item()).toBeCloseTo(0.5, 2);
    expect(variance(tensor(data as Float64Array)).item()).toBeCloseTo(1 / 12, 2);
  });

  it("has no memory: neighbours are uncorrelated", () => {
    const { data } = uniform([draws], { generator: new Generator(2), dtype: "float64" });
    let product = 0;
    for (let i = 1; i < draws; i++) product += (data[i] - 0.5) * (data[i - 1] - 0.5);
    // The standard deviation of this correlation is 1 / sqrt(20000) = 0.007.
    expect(Math.abs((12 * product) / draws)).toBeLessThan(0.025);
  });

  it("is never 1 in float32, and uses 24 bits", () => {
    const { data } = uniform([draws], { generator: new Generator(3) });
    for (const u of data) {
      expect(u < 1 && u >= 0).toBe(true);
      expect(Number.isInteger(u * 0x1000000)).toBe(true);
    }
    // Where rounding would give 1: the largest draw that 53 bits hold.
    expect(Math.fround(1 - Number.EPSILON)).toBe(1);
    expect(Math.floor((1 - Number.EPSILON) * 0x1000000) / 0x1000000).toBeLessThan(1);
  });
});

describe("randn", () => {
  it("has the moments of the normal distribution", () => {
    const [average, second, third, fourth] = moments(
      randn([draws], { generator: new Generator(4), dtype: "float64" }).data,
    );
    // Each bound is four standard deviations of the estimate.
    expect(Math.abs(average)).toBeLessThan(0.029);
    expect(Math.abs(second - 1)).toBeLessThan(0.04);
    expect(Math.abs(third)).toBeLessThan(0.11);
    expect(Math.abs(fourth - 3)).toBeLessThan(0.28);
  });

  it("has the tails of the normal distribution", () => {
    const { data } = randn([draws], { generator: new Generator(5) });
    const beyond = (limit: number) => Array.from(data).filter((x) => Math.abs(x) > limit).length / draws;
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(0.014);
    expect(Math.abs(beyond(2) - 0.0455)).toBeLessThan(0.006);
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(0.0016);
  });

  it("gives the same numbers in both dtypes, up to rounding", () => {
    const single = randn([100], { generator: new Generator(6) });
    const double = randn([100], { generator: new Generator(6), dtype: "float64" });
    expect(Array.from(single.data)).toEqual(Array.from(double.data, Math.fround));
  });
});

describe.each([
  ["uniform", uniform],
  ["randn", randn],
])("%s", (_, draw) => {
  it("gives the same numbers however the draws are cut into shapes", () => {
    const whole = draw([4, 6], { generator: new Generator(7) });
    const generator = new Generator(7);
    const parts = [[6], [2, 6], [0], [6]].map((shape) => draw(shape, { generator }));
    expect(parts.flatMap((x) => Array.from(x.data))).toEqual(Array.from(whole.data));
  });

  it("uses one counter per value", () => {
    const generator = new Generator(8);
    draw([3, 4], { generator });
    expect(generator.state().counter).toBe(12);
    draw([], { generator });
    expect(generator.state().counter).toBe(13);
  });

  it("draws afresh each time", () => {
    const generator = new Generator(9);
    expect(Array.from(draw([5], { generator }).data)).not.toEqual(Array.from(draw([5], { generator }).data));
  });

  it.each([
    [() => draw(3 as never), ShapeError, "expected a shape such as [2, 3], got number 3"],
    [() => draw([2.5]), ShapeError, "sizes must be whole numbers >= 0, got [2.5]"],
    [() => draw([2], { dtype: "int32" }), DTypeError, "expected float32 or float64, got int32"],
    [
      () => draw([2], { dtype: "float" as never }),
      DTypeError,
      "unknown dtype float, expected float32, float64, int32 or bool",
    ],
    [() => draw([2], { seed: 3 } as never), OptionError, "unknown option seed, did you mean"],
    [() => draw([2], { generator: 3 as never }), OptionError, "generator must be a Generator, got number 3"],
  ])("refuses %s", (call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});

describe("like-variants", () => {
  it("take shape and dtype from a tensor", () => {
    const x = tensor(new Float64Array(6), { shape: [2, 3] });
    const options = () => ({ generator: new Generator(1) });
    expect(uniformLike(x, options())).toMatchObject({ shape: [2, 3], dtype: "float64" });
    expect(Array.from(uniformLike(x, options()).data)).toEqual(
      Array.from(uniform([2, 3], { dtype: "float64", ...options() }).data),
    );
    expect(randnLike(x, { dtype: "float32", ...options() })).toMatchObject({ shape: [2, 3], dtype: "float32" });
  });

  it("refuse a tensor whose dtype has no fractions", () => {
    const x = tensor([1, 2], { dtype: "int32" });
    expect(() => uniformLike(x)).toThrow(new DTypeError("uniformLike: expected float32 or float64, got int32"));
    expect(() => randnLike([1] as never)).toThrow(
      new DTypeError("randnLike: expected a tensor, got an array; use tensor(values)"),
    );
  });
});

describe("permutation", () => {
  it.each([0, 1, 2, 17])("of %s holds each number once", (count) => {
    const { data, dtype } = permutation(count, { generator: new Generator(count) });
    expect(dtype).toBe("int32");
    expect(Array.from(data).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it("gives each order about as often", () => {
    const generator = new Generator(10);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = permutation(3, { generator }).data.join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 99.9 % of fair shuffles stay below, with 5 degrees of freedom.
    expect(chiSquare([...counts.values()], new Array<number>(6).fill(1000))).toBeLessThan(20.5);
  });

  it("uses one counter per number", () => {
    const generator = new Generator(11);
    permutation(5, { generator });
    expect(generator.state().counter).toBe(5);
  });

  it.each([
    [() => permutation(-1), "permutation: expected a whole count >= 0, got number -1"],
    [() => permutation("3" as never), 'permutation: expected a whole count >= 0, got string "3"'],
    [() => permutation(3, { gen: 1 } as never), "permutation: unknown option gen, did you mean generator?"],
  ])("refuses %s", (call, message) => {
    expect(call).toThrow(OptionError);
    expect(call).toThrow(message);
  });
});

describe("categorical", () => {
  it("draws each class by its probability", () => {
    const weights = [0.1, 0.2, 0.3, 0.4];
    const rows = Array.from({ length: draws }, () => weights.map((w) => Math.log(w) + 5));
    const { data, dtype, shape } = categorical(tensor(rows), { generator: new Generator(12) });
    expect([dtype, shape]).toEqual(["int32", [draws]]);
    const counts = new Array<number>(4).fill(0);
    for (const k of data) counts[k]++;
    const expected = weights.map((w) => w * draws);
    // 99.9 % of fair draws stay below, with 3 degrees of freedom.
    expect(chiSquare(counts, expected)).toBeLessThan(16.3);
  });

  it("never draws a class of probability 0, and survives large logits", () => {
    const never = Number.NEGATIVE_INFINITY;
    const logits = tensor(Array.from({ length: 500 }, () => [never, 1000, never, 999, never]));
    for (const k of categorical(logits, { generator: new Generator(13) }).data) expect([1, 3]).toContain(k);
  });

  it("uses one counter per row, whatever the number of classes", () => {
    const generator = new Generator(14);
    categorical(tensor([[1, 2, 3, 4, 5, 6, 7]]), { generator });
    expect(generator.state().counter).toBe(1);
    expect(categorical(tensor([0.5]), { generator }).shape).toEqual([]);
    expect(generator.state().counter).toBe(2);
  });

  it.each([
    [tensor([Number.NEGATIVE_INFINITY]), OptionError, "categorical: row 0 has no class with a finite logit, or a NaN"],
    [tensor([[1], [Number.NaN]]), OptionError, "categorical: row 1 has no class with a finite logit, or a NaN"],
    [tensor(1), ShapeError, "categorical: expected classes on the last axis, got []"],
    [tensor([[], []]), ShapeError, "categorical: expected classes on the last axis, got [2, 0]"],
    [tensor([1], { dtype: "int32" }), DTypeError, "categorical: expected float32 or float64, got int32; use cast"],
    [[1, 2] as never, DTypeError, "categorical: expected a tensor, got an array; use tensor(values)"],
  ])("refuses %s", (logits, type, message) => {
    const call = () => categorical(logits);
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });

  it("leaves the generator alone when the arguments are wrong", () => {
    const generator = new Generator(15);
    expect(() => categorical(tensor([1, 2], { dtype: "int32" }), { generator })).toThrow(DTypeError);
    expect(() => uniform([-1], { generator })).toThrow(ShapeError);
    expect(generator.state().counter).toBe(0);
  });
});
