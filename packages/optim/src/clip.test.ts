import { type Parameter, parameter } from "@unroll/autograd";
import { tensor, zeros } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipGradNorm, clipGradValue, gradNorm } from "./clip.ts";

function withGradients(...gradients: (number[] | undefined)[]): Parameter[] {
  return gradients.map((values) => {
    const p = parameter(zeros([values?.length ?? 1], { dtype: "float64" }));
    p.grad = values === undefined ? undefined : tensor(values, { dtype: "float64" });
    return p;
  });
}

function read(parameters: Parameter[]): (number[] | undefined)[] {
  return parameters.map(({ grad }) => (grad === undefined ? undefined : [...grad.data]));
}

describe("clipGradNorm", () => {
  it("scales (3, 4) to (0.6, 0.8) for a norm of 1", () => {
    const parameters = withGradients([3], undefined, [4]);
    expect(clipGradNorm(parameters, 1)).toEqual({ norm: 5, finite: true });
    expect(read(parameters)).toEqual([[0.6], undefined, [0.8]]);
  });

  it("leaves a norm of exactly the limit, and below, unchanged", () => {
    const parameters = withGradients([3, 4]);
    expect(clipGradNorm(parameters, 5)).toEqual({ norm: 5, finite: true });
    expect(clipGradNorm(parameters, Number.POSITIVE_INFINITY)).toEqual({ norm: 5, finite: true });
    expect(read(parameters)).toEqual([[3, 4]]);
  });

  it.each([
    ["NaN", [Number.NaN, 1], Number.NaN],
    ["infinity", [Number.NEGATIVE_INFINITY, 1], Number.POSITIVE_INFINITY],
    ["both", [Number.POSITIVE_INFINITY, Number.NaN], Number.NaN],
  ])("flags %s and rescales nothing", (_, values, norm) => {
    const parameters = withGradients([3, 4], values);
    expect(clipGradNorm(parameters, 1)).toEqual({ norm, finite: false });
    expect(read(parameters)).toEqual([[3, 4], values]);
  });

  it("keeps the direction and reaches the limit, whatever the size", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: -300, max: 300 }),
        (values, exponent) => {
          const unit = Number(`1e${exponent}`);
          const scaled = values.map((value) => value * unit);
          fc.pre(scaled.some((value) => Math.abs(value) > 1e-300));
          const parameters = withGradients(scaled);
          const { norm, finite } = clipGradNorm(parameters, 1);
          const expected = Math.hypot(...scaled);
          expect(finite).toBe(true);
          expect(Math.abs(norm / expected - 1)).toBeLessThan(1e-12);
          const after = (parameters[0].grad as { data: ArrayLike<number> }).data;
          for (let i = 0; i < scaled.length; i++) {
            const want = norm > 1 ? scaled[i] / expected : scaled[i];
            expect(Math.abs(after[i] - want)).toBeLessThanOrEqual(1e-12 * Math.abs(want) + 1e-320);
          }
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  it("sums float32 gradients in float64", () => {
    const p = parameter(zeros([1]));
    p.grad = tensor([1e30]);
    expect(gradNorm([p])).toBeCloseTo(1e30, -23);
    const many = parameter(zeros([10_000]));
    many.grad = tensor(new Float32Array(10_000).fill(0.1));
    expect(Math.abs(gradNorm([many]) / (Math.fround(0.1) * Math.sqrt(10_000)) - 1)).toBeLessThan(1e-12);
  });

  it("counts a parameter once, and none as 0", () => {
    const [p] = withGradients([3, 4]);
    expect(clipGradNorm([p, p], 10).norm).toBe(5);
    expect(clipGradNorm(withGradients(undefined), 1)).toEqual({ norm: 0, finite: true });
    expect(clipGradNorm(withGradients([0, 0]), 1)).toEqual({ norm: 0, finite: true });
  });

  it("raises the version of what it changes", () => {
    const [p] = withGradients([3, 4]);
    const version = p.grad?.storage.version ?? Number.NaN;
    clipGradNorm([p], 1);
    expect(p.grad?.storage.version).toBe(version + 1);
  });

  it("refuses nonsense", () => {
    expect(() => clipGradNorm([], 0)).toThrow("clipGradNorm: max must be > 0, got 0");
    expect(() => clipGradNorm([], Number.NaN)).toThrow("clipGradNorm: max must be > 0, got NaN");
    expect(() => clipGradNorm([tensor([1])] as never, 1)).toThrow(/^clipGradNorm: expected parameters, got /);
  });
});

describe("clipGradValue", () => {
  it("limits each value and keeps NaN", () => {
    const parameters = withGradients([3, -0.5, -7], undefined, [Number.NaN, Number.NEGATIVE_INFINITY]);
    clipGradValue(parameters, 2);
    expect(read(parameters)).toEqual([[2, -0.5, -2], undefined, [Number.NaN, -2]]);
    expect(() => clipGradValue(parameters, -1)).toThrow("clipGradValue: max must be a number > 0, got -1");
  });
});
