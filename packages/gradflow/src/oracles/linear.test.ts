import { grad, jacobian } from "@unroll/autograd";
import { orthogonal } from "@unroll/nn";
import { Generator, matmul, mul, ones, randn, reshape, select, sum, type Tensor, tensor, zeros } from "@unroll/tensor";
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
} from "./cells.ts";

type Float = (typeof precisions)[number][0];

/** The gradient of `<u, h_T>` with respect to every h_t by lag, as plain numbers. */
function adjoints(cell: LinearCell, x: Tensor, u: Tensor, state?: { h: Tensor }): number[][] {
  const { steps } = stepsOf(cell, x, state);
  const loss = sum(mul(steps[steps.length - 1].state.h, u));
  return gradients(
    loss,
    steps.map((step) => step.state.h),
  ).reverse();
}

const cyclicShift = (dtype: Float) =>
  matrix(
    [
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ],
    dtype,
  );

describe.each(precisions)("linear recurrences in %s", (dtype, tolerance) => {
  const inputs = (steps: number, hidden: number, batch = 1) =>
    randn([steps, batch, hidden], { dtype, generator: new Generator(11) });

  it.each([0.5, 0.9, -0.8, 1.1])("O1: h' = w h + x and L = h_T give dL/dh_t = w^(T-t), w = %f", (w) => {
    const cell = new LinearCell(matrix([[w]], dtype));
    const expected = range(40).map((n) => power(w, n));
    const found = adjoints(cell, inputs(40, 1), ones([1, 1], { dtype })).flat();
    expect(relativeError(found, expected)).toBeLessThan(tolerance);
    const flow = gradientFlow(cell, inputs(40, 1, 3), {
      loss: (output) => sum(select(output, 0, 39)),
      reduction: "sum",
    });
    const decades = expected.map((value) => Math.log10(Math.abs(value)));
    expect(logError(flow.states.h.state.mean, decades)).toBeLessThan(tolerance);
    expect(
      logError(
        flow.joint.perSample,
        decades.flatMap((value) => [value, value, value]),
      ),
    ).toBeLessThan(tolerance);
    // One power off is another number.
    expect(
      relativeError(
        found,
        range(40).map((n) => power(w, n + 1)),
      ),
    ).toBeGreaterThan(0.05);
  });

  it.each([0.5, 0.9, 1, 1.1])("O2: h_0 = 1 and x = 0 give dL/dw = T w^(T-1), w = %f", (w) => {
    for (const steps of [1, 2, 30]) {
      const cell = new LinearCell(matrix([[w]], dtype));
      const { output } = stepsOf(cell, zeros([steps, 1, 1], { dtype }), { h: ones([1, 1], { dtype }) });
      const [found] = gradients(sum(select(output, 0, steps - 1)), [cell.weight]);
      expect(relativeError(found, [steps * power(w, steps - 1)])).toBeLessThan(tolerance);
    }
  });

  it.each([0.5, 0.9, 1, 1.1])("O3: L = Σ h_t gives dL/dh_t = (1 - w^(T-t+1)) / (1 - w), w = %f", (w) => {
    const steps = 30;
    const cell = new LinearCell(matrix([[w]], dtype));
    const expected = range(steps).map((n) => (w === 1 ? n + 1 : (1 - power(w, n + 1)) / (1 - w)));
    const x = inputs(steps, 1);
    const run = stepsOf(cell, x);
    const found = gradients(
      sum(run.output),
      run.steps.map((step) => step.state.h),
    )
      .reverse()
      .flat();
    expect(relativeError(found, expected)).toBeLessThan(tolerance);
    const flow = gradientFlow(cell, x, { loss: (output) => sum(output), reduction: "sum" });
    expect(logError(flow.states.h.state.mean, expected.map(Math.log10))).toBeLessThan(tolerance);
    // Without the local losses, as if only the last step had one, the numbers are those of O1.
    const dropped = gradientFlow(cell, x, { loss: (output) => sum(select(output, 0, steps - 1)), reduction: "sum" });
    expect(logError(dropped.states.h.state.mean, expected.map(Math.log10))).toBeGreaterThan(0.4);
  });

  it("O4: an orthogonal U keeps every norm: ‖δ_t‖ = ‖δ_T‖ over 200 steps", () => {
    const weight = orthogonal([12, 12], { dtype, generator: new Generator(3) });
    const flow = gradientFlow(new LinearCell(weight), inputs(200, 12, 2));
    expect(logError(flow.joint.perSample, new Float64Array(400))).toBeLessThan(tolerance);
    expect(flow.joint.horizon).toBe(199);
    // All singular values are 1: T Tᵀ is the identity.
    const product = longJacobian(weight, 50);
    const squared = matmul(product, product, { transposeB: true }).data;
    for (let i = 0; i < 144; i++) expect(Math.abs(squared[i] - (i % 13 === 0 ? 1 : 0))).toBeLessThan(tolerance);
    // Scaled by 0.99 it is not: after 200 steps an eighth is left.
    const scaled = gradientFlow(new LinearCell(mul(weight, 0.99)), inputs(200, 12, 2));
    expect(logError(scaled.joint.perSample, new Float64Array(400))).toBeGreaterThan(0.8);
  });

  it.each([0.8, 0.99, 1.1])("O5: U = g Q gives ‖δ_t‖ = g^(T-t) ‖δ_T‖ and the half-life ln 2 / -ln g, g = %f", (g) => {
    const weight = orthogonal([8, 8], { gain: g, dtype, generator: new Generator(5) });
    const { joint } = gradientFlow(new LinearCell(weight), inputs(100, 8, 2));
    expect(
      logError(
        joint.mean,
        range(100).map((n) => n * Math.log10(g)),
      ),
    ).toBeLessThan(tolerance);
    const { fit } = joint;
    const halfLife = g < 1 ? Math.LN2 / -Math.log(g) : Number.POSITIVE_INFINITY;
    expect(
      relativeError([fit?.slope ?? 0, fit?.factor ?? 0, fit?.halfLife ?? 0], [Math.log(g), g, halfLife]),
    ).toBeLessThan(tolerance);
    expect(fit?.r2).toBeGreaterThan(1 - tolerance);
    expect(fit?.exponential).toBe(true);
    // A base-10 slope taken for a natural one is off by ln 10.
    expect(relativeError([fit?.slope ?? 0], [Math.log10(g)])).toBeGreaterThan(1);
  });

  it("O6: a cyclic shift moves δ around, bit for bit", () => {
    const u = randn([1, 4], { dtype, generator: new Generator(9) });
    const found = adjoints(new LinearCell(cyclicShift(dtype)), inputs(30, 4), u);
    const start = Array.from(u.data);
    const shifted = (by: number) => start.map((_, i) => start[(i - by + 400) % 4]);
    found.forEach((delta, n) => {
      expect(delta).toEqual(shifted(n));
    });
    // U instead of Uᵀ would move it the other way.
    expect(found[1]).not.toEqual(shifted(-1));
  });

  it("O9: U = [[.9, 1], [0, .9]] gives δ = (.9^n, n .9^(n-1)), whose norm rises before it falls", () => {
    const cell = new LinearCell(
      matrix(
        [
          [0.9, 1],
          [0, 0.9],
        ],
        dtype,
      ),
    );
    const x = inputs(60, 2);
    const found = adjoints(cell, x, tensor([[1, 0]], { dtype }));
    const exact = range(60).map((n) => [power(0.9, n), n === 0 ? 0 : n * power(0.9, n - 1)]);
    expect(relativeError(found.flat(), exact.flat())).toBeLessThan(tolerance);
    const { joint } = gradientFlow(cell, x, { probe: { h: tensor([1, 0], { dtype }) } });
    expect(
      logError(
        joint.mean,
        exact.map(([a, b]) => Math.log10(Math.hypot(a, b))),
      ),
    ).toBeLessThan(tolerance);
    const peak = joint.mean.indexOf(Math.max(...joint.mean));
    expect(peak).toBe(9);
    expect(fromLog10(joint.mean[peak])).toBeCloseTo(3.8935, 4);
    expect(joint.mean.findIndex((value, n) => n > 0 && value < 0)).toBe(35);
    // The spectral radius .9 is not a bound: here it is wrong by a factor of 10.
    expect(fromLog10(joint.mean[9]) / power(0.9, 9)).toBeGreaterThan(10);
    // U in place of Uᵀ leaves e1 where it is and only shrinks it.
    expect(relativeError(found[9], [power(0.9, 9), 0])).toBeGreaterThan(1);
  });
});

it("O9: its largest singular value is 1.5296", () => {
  // The roots of det(UᵀU - s²): the trace is 2.62, the determinant .6561.
  const largest = Math.sqrt((2.62 + Math.sqrt(2.62 * 2.62 - 4 * 0.6561)) / 2);
  expect(largest).toBeCloseTo(1.5296, 4);
  const cell = new LinearCell(
    matrix([
      [0.9, 1],
      [0, 0.9],
    ]),
  );
  const { joint } = gradientFlow(cell, zeros([60, 1, 2], { dtype: "float64" }));
  joint.mean.forEach((value, n) => {
    expect(value).toBeLessThanOrEqual(n * Math.log10(largest) + 1e-12);
  });
});

/** `∂h_T/∂h_0` of a linear recurrence, by one backward pass per row. */
function longJacobian(weight: Tensor, steps: number): Tensor {
  const cell = new LinearCell(weight);
  const [hidden] = weight.shape;
  const x = zeros([steps, 1, hidden], { dtype: weight.dtype });
  const last = (h: Tensor) => select(select(stepsOf(cell, x, { h }).output, 0, steps - 1), 0, 0);
  return reshape(jacobian(last, zeros([1, hidden], { dtype: weight.dtype })), [hidden, hidden]);
}

it("O1: grad of the outputs alone is another quantity than grad of the states", () => {
  const cell = new LinearCell(matrix([[0.5]]));
  const { steps, output } = stepsOf(cell, ones([4, 1, 1], { dtype: "float64" }));
  const [byOutput] = grad(sum(select(output, 0, 3)), [output], { unused: "zeros" });
  expect(Array.from(byOutput.data)).toEqual([0, 0, 0, 1]);
  expect(
    gradients(
      sum(select(output, 0, 3)),
      steps.map((step) => step.state.h),
    ),
  ).toEqual([[0.125], [0.25], [0.5], [1]]);
});
