import {
  add,
  cast,
  detach,
  div,
  exp,
  log,
  matmul,
  mul,
  OptionError,
  pow,
  relu,
  select,
  sin,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  zerosLike,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { defineFunction } from "../function.ts";
import { grad } from "../grad.ts";
import { parameter } from "../parameter.ts";
import { differentiate } from "./differentiate.ts";
import { type CheckedFunction, GradcheckError, gradcheck, gradgradcheck } from "./gradcheck.ts";

function float64(values: number[], shape: number[] = [values.length]): Tensor {
  return tensor(Float64Array.from(values), { shape });
}

/** A function of one tensor with a gradient that may be wrong. */
function withGradient(forward: (x: Tensor) => Tensor, backward: (x: Tensor, g: Tensor) => Tensor): CheckedFunction {
  const fn = defineFunction<void, Tensor>({
    name: "suspect",
    forward: ([x]) => ({ outputs: [forward(x)], saved: x }),
    backward: (x, [g]) => [g && backward(x, g)],
  });
  return (x) => fn([x]);
}

function failure(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
}

const points = float64([0.4, -1.2, 2]);

describe("gradcheck accepts right gradients", () => {
  it("and returns the largest relative error", () => {
    const right = withGradient(
      (x) => mul(x, x),
      (x, g) => mul(g, mul(x, 2)),
    );
    const error = gradcheck(right, [points]);
    expect(error).toBeGreaterThanOrEqual(0);
    expect(error).toBeLessThan(1e-12);
  });

  it.each([1e-12, 1e-100, 1e-290, 1e12])("scaled by %d", (scale) => {
    expect(gradcheck((x) => mul(sin(x), scale), [points])).toBeLessThan(1e-6);
  });

  it("of several inputs and outputs, some of which do not meet", () => {
    const b = float64([0.3, 0.9, -0.5]);
    expect(gradcheck((x, y) => [mul(x, y), tanh(x), exp(y)], [points, b])).toBeLessThan(1e-6);
    expect(gradcheck((x) => [tanh(x), zerosLike(x)], [points, b])).toBeLessThan(1e-6);
  });

  it("with respect to parameters, which it leaves as they were", () => {
    const w = parameter(float64([0.5, -0.2, 0.1, 0.7], [2, 2]));
    const before = Array.from(w.data);
    expect(gradcheck((x) => tanh(matmul(w, x)), [float64([1, 2, 3, -1], [2, 2]), w])).toBeLessThan(1e-6);
    expect(Array.from(w.data)).toEqual(before);
    expect(w.grad).toBeUndefined();
  });

  it("beyond what rounding explains: the error of a slightly wrong one is what it is wrong by", () => {
    const wrong = withGradient(
      (x) => mul(x, x),
      (x, g) => mul(g, mul(x, 2 + 1e-7)),
    );
    expect(gradcheck(wrong, [points])).toBeCloseTo(0.5e-7, 10);
  });

  it("puts a parameter back when the function throws", () => {
    const w = parameter(float64([0.5]));
    let calls = 0;
    const breaks: CheckedFunction = () => {
      if (calls++ > 0) throw new Error("broken");
      return mul(w, w);
    };
    expect(() => gradcheck(breaks, [w])).toThrow("broken");
    expect(w.item()).toBe(0.5);
  });

  it("of a function that takes a gradient itself", () => {
    const slope: CheckedFunction = (x) => grad(sum(pow(x, 3)), [x], { createGraph: true })[0];
    expect(gradcheck(slope, [points])).toBeLessThan(1e-6);
  });

  it("of nothing", () => {
    expect(gradcheck((x) => mul(x, 2), [float64([])])).toBe(0);
  });
});

describe("gradcheck catches", () => {
  it("a factor of 2.001 instead of 2, and says both numbers", () => {
    const wrong = withGradient(
      (x) => mul(x, x),
      (x, g) => mul(g, mul(x, 2.001)),
    );
    const error = failure(() => gradcheck(wrong, [points]));
    expect(GradcheckError.is(error)).toBe(true);
    const [, analytic, numeric, relative] =
      /^gradcheck: input 0 along a random direction, autograd gives (\S+), finite differences (\S+) \(relative error (\S+),/.exec(
        error.message,
      ) ?? [];
    expect(Number(analytic) / Number(numeric)).toBeCloseTo(1.0005, 7);
    expect(Number(relative)).toBeCloseTo(0.0005, 5);
    expect(error.message).toContain("seed 0, projection 0");
  });

  it("an error of one part in 100,000", () => {
    const wrong = withGradient(tanh, (x, g) => mul(g, mul(sub(1, mul(tanh(x), tanh(x))), 1.00001)));
    expect(() => gradcheck(wrong, [points])).toThrow("relative error 1.00e-5");
  });

  it.each([1e-12, 1e-30, 1e-200])(
    "a gradient of size %d that is wrong by a factor of two, of tiny outputs",
    (scale) => {
      const wrong = withGradient(
        (x) => mul(x, scale),
        (_, g) => mul(g, 2 * scale),
      );
      expect(() => gradcheck(wrong, [points])).toThrow("relative error 5.00e-1");
    },
  );

  it("a gradient of 1e-12 that is wrong by a factor of two, beside an output of size 1", () => {
    const scaled = (factor: number) =>
      withGradient(
        (x) => add(mul(x, 1e-12), 1),
        (_, g) => mul(g, factor * 1e-12),
      );
    for (let seed = 0; seed < 20; seed++) {
      expect(() => gradcheck(scaled(2), [float64([0.7])], { seed })).toThrow(/autograd gives \S+e-1\d, /);
      expect(gradcheck(scaled(1), [float64([0.7])], { seed })).toBe(0);
    }
  });

  it("the same in a wide output, given a step that shows it", () => {
    const wrong = withGradient(
      (x) => add(mul(x, 1e-12), 1),
      (_, g) => mul(g, 2e-12),
    );
    const wide = float64(Array.from({ length: 60 }, (_, i) => i / 60));
    expect(() => gradcheck(wrong, [wide], { step: 1 })).toThrow("autograd gives");
  });

  it("a vanishing gradient of one input beside a large one of another", () => {
    const first = withGradient(
      (x) => mul(x, 1e-12),
      (_, g) => mul(g, 2e-12),
    );
    const fn: CheckedFunction = (x, y) => [...(first(x) as Tensor[]), mul(y, y)];
    expect(() => gradcheck(fn, [float64([0.7]), float64([3])])).toThrow("input 0 at element 0");
  });

  it("a vanishing gradient of one element beside large ones", () => {
    const decay = float64([1, 1e-4, 1e-11]);
    const wrong = withGradient(
      (x) => mul(x, decay),
      (_, g) => mul(g, float64([1, 1e-4, 2e-11])),
    );
    expect(() => gradcheck(wrong, [points])).toThrow("input 0 at element 2");
  });

  it("a gradient that is transposed, though its sum is right", () => {
    const x = float64([1, 2, 3, 4], [2, 2]);
    const wrong = withGradient(
      (a) => mul(a, a),
      (a, g) => transpose(mul(g, mul(a, 2))),
    );
    expect(() => gradcheck(wrong, [x])).toThrow(GradcheckError);
  });

  it("a gradient that is missing", () => {
    expect(() => gradcheck((x) => mul(detach(x), x), [points])).toThrow(GradcheckError);
    expect(() => gradcheck((x) => detach(mul(x, x)), [points])).toThrow("autograd gives 0, finite differences");
  });

  it("a gradient where the function is constant", () => {
    const wrong = withGradient(
      (x) => mul(x, 0),
      (_, g) => mul(g, 1e-30),
    );
    expect(() => gradcheck(wrong, [points])).toThrow("finite differences 0");
  });

  it("NaN in the gradient, or in the function", () => {
    const wrong = withGradient(
      (x) => mul(x, 2),
      (x, g) => mul(g, log(sub(x, x))),
    );
    expect(() => gradcheck(wrong, [points])).toThrow(GradcheckError);
    const nowhere = withGradient(
      (x) => div(sub(x, x), 0),
      (_, g) => mul(g, 0),
    );
    expect(() => gradcheck(nowhere, [points])).toThrow("finite differences NaN");
  });

  it("a wrong gradient of a parameter", () => {
    const w = parameter(points);
    const wrong = withGradient(
      (x) => mul(x, 3),
      (_, g) => mul(g, 3.01),
    );
    expect(() => gradcheck(() => wrong(w), [w])).toThrow(GradcheckError);
  });
});

describe("gradgradcheck", () => {
  const square = (factor: number) =>
    defineFunction<void, Tensor>({
      name: "square",
      forward: ([x]) => ({ outputs: [mul(x, x)], saved: x }),
      backward: (x, [g]) => [g && mul(g, mul(x, 2))],
      plain: ([x]) => [add(mul(detach(x), mul(x, 2 - factor)), mul(x, mul(detach(x), factor)))],
    });

  it("accepts right second derivatives, of parameters too", () => {
    const w = parameter(float64([0.5, 1.5, -2]));
    expect(gradgradcheck((x) => mul(tanh(x), exp(w)), [points, w])).toBeLessThan(1e-6);
    expect(gradgradcheck((x) => [sin(x), mul(x, x)], [points])).toBeLessThan(1e-6);
  });

  it("catches a first derivative that is right but not differentiable", () => {
    const fn: CheckedFunction = (x) => square(1)([x]);
    expect(gradcheck(fn, [points])).toBeLessThan(1e-6);
    expect(() => gradgradcheck(fn, [points])).toThrow(/^gradgradcheck: input 0 along/);
  });

  it("of a function that takes a gradient itself", () => {
    const slope: CheckedFunction = (x) => grad(sum(pow(x, 4)), [x], { createGraph: true })[0];
    expect(gradgradcheck(slope, [points])).toBeLessThan(1e-6);
  });

  it("accepts what has no second derivative", () => {
    expect(gradgradcheck((x) => relu(x), [points])).toBeLessThan(1e-6);
    expect(gradgradcheck((x) => mul(select(x, 0, 1), 3), [points])).toBeLessThan(1e-6);
  });
});

describe("both refuse", () => {
  it.each([
    ["gradcheck", gradcheck],
    ["gradgradcheck", gradgradcheck],
  ])("%s: inputs, outputs and options that they cannot use", (name, check) => {
    const single = tensor([1, 2]);
    expect(() => check((x) => x, [single])).toThrow(`${name}: inputs must be float64, got float32`);
    expect(() => check(() => mul(single, 2), [parameter(single)])).toThrow(`${name}: inputs must be float64`);
    expect(() => check((x) => cast(x, "float32"), [points])).toThrow(`${name}: outputs must be float64, got float32`);
    for (const options of [{ step: 0 }, { step: Number.NaN }, { tolerance: -1 }, { projections: 0 }, { tol: 1 }])
      expect(OptionError.is(failure(() => check((x) => x, [points], options)))).toBe(true);
    expect(() => check((x) => x, [points], { toleranse: 1 } as object)).toThrow("did you mean tolerance?");
  });
});

describe("differentiate", () => {
  const exact = (f: (h: number) => number) => (h: number) => ({ value: f(h), magnitude: Math.abs(f(h)) });

  it("finds derivatives to ten digits", () => {
    expect(differentiate(exact(Math.exp), 0.01).value).toBeCloseTo(1, 11);
    expect(
      differentiate(
        exact((h) => Math.sin(3 * h + 1)),
        0.1,
      ).value,
    ).toBeCloseTo(3 * Math.cos(1), 10);
    expect(
      differentiate(
        exact((h) => 1 / (1 + h)),
        0.1,
      ).value,
    ).toBeCloseTo(-1, 11);
  });

  it("states a noise that covers its error", () => {
    for (let k = 1; k < 40; k++) {
      const { value, noise } = differentiate(
        exact((h) => k + 1e-12 * h),
        0.01,
      );
      expect(Math.abs(value - 1e-12)).toBeLessThan(noise);
    }
  });

  it("keeps a large step where a small one would drown in rounding", () => {
    expect(
      differentiate(
        exact((h) => 1 + 1e-9 * h),
        1,
      ).noise,
    ).toBeLessThan(1e-14);
  });
});
