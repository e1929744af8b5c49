import { jacobian } from "@unroll/autograd";
import { orthogonal } from "@unroll/nn";
import { Generator, matmul, mul, randn, reshape, select, sum, type Tensor, tensor, zeros } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "../flow.ts";
import {
  fromLog10,
  gradients,
  LinearCell,
  logError,
  matrix,
  power,
  precisions,
  range,
  relativeError,
  stepsOf,
  tanhCell,
} from "./cells.ts";

/** A matrix with the given singular values. */
function withSingularValues(values: readonly number[], generator: Generator): Tensor {
  const n = values.length;
  const side = () => orthogonal([n, n], { dtype: "float64", generator });
  return matmul(mul(side(), tensor([...values], { dtype: "float64" })), side());
}

/** The largest singular value, from below: `‖A v‖` after power iteration on `AᵀA`. */
function largestSingularValue(a: Tensor): number {
  const n = a.shape[0];
  let v = randn([n, 1], { dtype: "float64", generator: new Generator(1) });
  let norm = 0;
  for (let k = 0; k < 200; k++) {
    const av = matmul(a, v);
    norm = Math.hypot(...av.data) / Math.hypot(...v.data);
    const next = matmul(a, av, { transposeA: true });
    const size = Math.hypot(...next.data);
    if (size === 0) return norm;
    v = mul(next, 1 / size);
  }
  return norm;
}

describe("O8: ‖∂h_T/∂h_t‖ <= (γ σ_max(U))^n", () => {
  const nets = fc.record({
    singular: fc.array(fc.double({ min: 0.05, max: 1.4, noNaN: true }), { minLength: 2, maxLength: 6 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    nonlinearity: fc.constantFrom("tanh" as const, "relu" as const),
  });

  it("O8: holds for the largest singular value of the product of Jacobians, and for every probe", () => {
    fc.assert(
      fc.property(nets, ({ singular, seed, nonlinearity }) => {
        const generator = new Generator(seed);
        const hidden = singular.length;
        const cell = tanhCell(withSingularValues(singular, generator), nonlinearity);
        const bound = Math.max(...singular);
        const steps = 12;
        const x = zeros([steps, 1, hidden], { dtype: "float64" });
        const h = randn([1, hidden], { dtype: "float64", generator });
        const product = reshape(
          jacobian((from) => select(stepsOf(cell, x, { h: from }).output, 0, steps - 1), h),
          [hidden, hidden],
        );
        expect(largestSingularValue(product)).toBeLessThanOrEqual(power(bound, steps) * (1 + 1e-12));
        const { joint } = gradientFlow(cell, x, { state: { h }, generator });
        joint.perSample.forEach((value, n) => {
          expect(value).toBeLessThanOrEqual(n * Math.log10(bound) + 1e-12);
        });
      }),
      { seed: 20240501, numRuns: 60 },
    );
  });

  it("O8: contractive nets lose at least -ln(γ σ_max) per step", () => {
    const contractive = fc.record({
      singular: fc.array(fc.double({ min: 0.05, max: 0.95, noNaN: true }), { minLength: 2, maxLength: 6 }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(contractive, ({ singular, seed }) => {
        const generator = new Generator(seed);
        const cell = tanhCell(withSingularValues(singular, generator));
        const x = zeros([30, 3, singular.length], { dtype: "float64" });
        const h = randn([3, singular.length], { dtype: "float64", generator });
        const { fit, mean } = gradientFlow(cell, x, { state: { h }, generator }).joint;
        const rate = Math.log(Math.max(...singular));
        expect(mean[29] * Math.LN10).toBeLessThanOrEqual(29 * rate + 1e-12);
        expect(fit?.slope).toBeLessThan(0);
      }),
      { seed: 20240502, numRuns: 30 },
    );
  });

  it("O8: the bound is reached by a linear net, and by none with a smaller σ", () => {
    const generator = new Generator(4);
    const cell = new LinearCell(withSingularValues([0.9, 0.9, 0.9], generator));
    const { joint } = gradientFlow(cell, zeros([30, 1, 3], { dtype: "float64" }));
    expect(
      logError(
        joint.mean,
        range(30).map((n) => n * Math.log10(0.9)),
      ),
    ).toBeLessThan(1e-10);
    expect(joint.mean[29]).toBeGreaterThan(29 * Math.log10(0.89));
  });
});

describe.each(precisions)("O10: at h = 0, x = 0 and b = 0 a tanh net has J = U, in %s", (dtype, tolerance) => {
  const seeded = () => ({ dtype, generator: new Generator(7) });
  const rest = (steps: number, hidden: number) => zeros([steps, 2, hidden], { dtype });

  it("O10: O4 holds", () => {
    const { joint } = gradientFlow(tanhCell(orthogonal([12, 12], seeded())), rest(200, 12));
    expect(logError(joint.perSample, new Float64Array(400))).toBeLessThan(tolerance);
  });

  it("O10: O5 holds, and away from 0 it does not", () => {
    const cell = tanhCell(orthogonal([8, 8], { ...seeded(), gain: 0.9 }));
    const expected = range(100).map((n) => n * Math.log10(0.9));
    const { joint } = gradientFlow(cell, rest(100, 8));
    expect(logError(joint.mean, expected)).toBeLessThan(tolerance);
    expect(joint.fit?.factor).toBeCloseTo(0.9, dtype === "float64" ? 10 : 5);
    const moved = gradientFlow(cell, rest(100, 8), { state: { h: randn([2, 8], seeded()) } });
    expect(logError(moved.joint.mean, expected)).toBeGreaterThan(0.1);
  });

  it("O10: O6 holds bit for bit", () => {
    const shift = [
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ];
    const u = randn([2, 3], seeded());
    const { steps } = stepsOf(tanhCell(matrix(shift, dtype)), rest(10, 3));
    const found = gradients(
      sum(mul(steps[9].state.h, u)),
      steps.map((step) => step.state.h),
    ).reverse();
    const [a, b, c, d, e, f] = u.data;
    expect(found[0]).toEqual([a, b, c, d, e, f]);
    expect(found[1]).toEqual([c, a, b, f, d, e]);
    expect(found[9]).toEqual(found[0]);
  });

  it("O10: O9 holds", () => {
    const cell = tanhCell(
      matrix(
        [
          [0.9, 1],
          [0, 0.9],
        ],
        dtype,
      ),
    );
    const { joint } = gradientFlow(cell, rest(60, 2), { probe: { h: tensor([1, 0], { dtype }) } });
    const exact = range(60).map((n) => Math.hypot(power(0.9, n), n === 0 ? 0 : n * power(0.9, n - 1)));
    expect(logError(joint.mean, exact.map(Math.log10))).toBeLessThan(tolerance);
    expect(fromLog10(joint.mean[9])).toBeCloseTo(3.8935, 4);
  });
});

describe("O11: a tanh latch h* = tanh(w h*) passes J* = w (1 - h*²) per step", () => {
  const latches = [
    { w: 1.25, latched: 0.710412, factor: 0.619144 },
    { w: 2, latched: 0.957504, factor: 0.166372 },
    { w: 4, latched: 0.999326, factor: 0.005393 },
  ];

  /** The fixed point that h = 1 falls into. */
  function fixedPoint(w: number): number {
    let h = 1;
    for (let k = 0; k < 1000; k++) h = Math.tanh(w * h);
    return h;
  }

  it.each(latches)("O11: w = $w latches at $latched and keeps $factor per step", ({ w, latched, factor }) => {
    const h = fixedPoint(w);
    const exact = w * (1 - h * h);
    expect(h).toBeCloseTo(latched, 6);
    expect(exact).toBeCloseTo(factor, 6);
    for (const [dtype, tolerance] of precisions) {
      const { joint } = gradientFlow(tanhCell(matrix([[w]], dtype)), zeros([40, 1, 1], { dtype }), {
        state: { h: tensor([[h]], { dtype }) },
      });
      // In float32, 1 - h² of w = 4 has three digits less than h, and every step adds its error.
      const steps = dtype === "float64" || w < 4 ? 40 : 2;
      expect(
        logError(
          joint.mean.subarray(0, steps),
          range(steps).map((n) => n * Math.log10(exact)),
        ),
      ).toBeLessThan(tolerance);
      expect(fromLog10(joint.mean[1])).toBeCloseTo(factor, dtype === "float64" ? 6 : 5);
      // Without the slope of tanh, w^n, the latch would seem to explode.
      expect(joint.mean[39]).toBeLessThan(-8);
      expect(39 * Math.log10(w)).toBeGreaterThan(3);
    }
  });

  it("O11: the better it latches, the faster its gradient vanishes", () => {
    const kept = latches.map(({ w }) => w * (1 - fixedPoint(w) * fixedPoint(w)));
    expect(kept).toEqual(kept.toSorted((a, b) => b - a));
  });
});

describe("O12: at the critical w = 1 the decay is a power law, not an exponential", () => {
  // The product of 1 - h² along h' = tanh(h) from h = 0.5 goes like (1 + 2 h0² n / 3)^(-3/2).
  const flow = gradientFlow(tanhCell(matrix([[1]])), zeros([1001, 1, 1], { dtype: "float64" }), {
    state: { h: tensor([[0.5]], { dtype: "float64" }) },
    probe: { h: tensor([1], { dtype: "float64" }) },
  });

  it("O12: the product of Jacobians comes within 4 % of the power law", () => {
    // From step 1 to step T lie T - 1 factors; the first starts from tanh(0.5).
    const h = range(1001).reduce<number[]>((path) => [...path, Math.tanh(path[path.length - 1] ?? 0.5)], []);
    const product = (n: number) => h.slice(1001 - n).reduce((value, next) => value * (1 - next * next), 1);
    expect(relativeError([fromLog10(flow.joint.mean[1000])], [product(1000)])).toBeLessThan(1e-10);
    const law = (n: number) => 1 / Math.sqrt(power(1 + (2 * 0.25 * n) / 3, 3));
    const fromStart = (n: number) => h.slice(0, n).reduce((value, next) => value * (1 - next * next), 1);
    expect(fromStart(100)).toBeCloseTo(0.013062, 6);
    expect(law(100)).toBeCloseTo(0.013467, 6);
    expect(fromStart(1000)).toBeCloseTo(4.48e-4, 6);
    expect(law(1000)).toBeCloseTo(4.61e-4, 6);
  });
});
