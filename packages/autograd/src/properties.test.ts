import {
  abs,
  add,
  concat,
  cos,
  div,
  exp,
  matmul,
  maximum,
  mul,
  reshape,
  select,
  sigmoid,
  sin,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  unsqueeze,
} from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { checkpoint } from "./checkpoint.ts";
import { grad } from "./grad.ts";
import { parameter, requireGrad } from "./parameter.ts";
import { gradcheck, gradgradcheck } from "./testing/index.ts";

/** Smooth ways to combine what was computed so far; all values stay 2x3 and of moderate size. */
const steps: readonly ((pick: (i: number) => Tensor) => Tensor)[] = [
  (pick) => add(pick(0), pick(1)),
  (pick) => sub(pick(0), mul(pick(1), 0.5)),
  (pick) => mul(tanh(pick(0)), pick(1)),
  (pick) => tanh(pick(0)),
  (pick) => sin(pick(0)),
  (pick) => mul(sigmoid(pick(0)), cos(pick(1))),
  (pick) => div(pick(0), add(exp(tanh(pick(1))), 1)),
  (pick) => softmax(pick(0), 1),
  (pick) => add(pick(0), select(pick(1), 0, 1)),
  (pick) => mul(pick(0), unsqueeze(select(pick(1), 1, 2), 1)),
  (pick) => tanh(matmul(matmul(pick(0), transpose(pick(1))), pick(2))),
  (pick) => concat([unsqueeze(select(pick(0), 0, 1), 0), unsqueeze(sum(pick(1), 0), 0)]),
  (pick) => transpose(reshape(pick(0), [3, 2])),
  (pick) => sub(pick(0), sum(pick(1), 1, { keepDim: true })),
];

/** A step of an expression: what to do, and to which of the values so far. */
const step = fc.record({ kind: fc.nat(steps.length - 1), operands: fc.tuple(fc.nat(), fc.nat(), fc.nat()) });
const program = fc.array(step, { minLength: 1, maxLength: 8 });
// Multiples of 1/1024: numbers so small that they lose digits are a matter of their own.
const value = fc.integer({ min: -1536, max: 1536 }).map((i) => i / 1024);
const values = fc.array(value, { minLength: 6, maxLength: 6 });

function run(code: readonly { kind: number; operands: readonly number[] }[], inputs: readonly Tensor[]): Tensor {
  const known = [...inputs];
  for (const { kind, operands } of code) known.push(steps[kind]((i) => known[operands[i] % known.length]));
  return known[known.length - 1];
}

function matrix(flat: number[]): Tensor {
  return tensor(Float64Array.from(flat), { shape: [2, 3] });
}

function close(a: Tensor, b: Tensor, scale: number): void {
  expect(a.shape).toEqual(b.shape);
  for (const [i, value] of a.data.entries()) expect(Math.abs(value - b.data[i])).toBeLessThanOrEqual(1e-12 * scale);
}

const settings = { seed: 20, numRuns: 60 };

describe("random expressions", () => {
  it("have the gradients that finite differences find", () => {
    fc.assert(
      fc.property(program, values, values, (code, a, b) => {
        const fn = (x: Tensor, y: Tensor) => run(code, [x, y]);
        expect(gradcheck(fn, [matrix(a), matrix(b)], { projections: 1 })).toBeLessThan(1e-6);
      }),
      settings,
    );
  }, 60_000);

  it("have the second derivatives that finite differences find", () => {
    fc.assert(
      fc.property(program, values, (code, a) => {
        const fn = (x: Tensor) => run(code, [x, mul(x, x)]);
        expect(gradgradcheck(fn, [matrix(a)], { projections: 1 })).toBeLessThan(1e-6);
      }),
      { ...settings, numRuns: 25 },
    );
  }, 60_000);

  it("have the same gradients with a checkpoint around them, by backward, and with a graph of the gradient", () => {
    fc.assert(
      fc.property(program, values, values, (code, a, b) => {
        const [w, v] = [parameter(matrix(a)), parameter(matrix(b))];
        const fn = (x: Tensor, y: Tensor) => add(run(code, [x, y]), mul(sum(x), sum(y)));
        const plain = grad(sum(fn(w, v)), [w, v]).map((g) => g.toArray());
        expect(grad(sum(checkpoint(fn, w, v)), [w, v]).map((g) => g.toArray())).toEqual(plain);
        expect(grad(sum(fn(w, v)), [w, v], { createGraph: true }).map((g) => g.toArray())).toEqual(plain);
        backward(sum(fn(w, v)));
        expect([w.grad?.toArray(), v.grad?.toArray()]).toEqual(plain);
      }),
      settings,
    );
  });

  it("pass gradients on linearly: Jᵀ(p g + q h) = p Jᵀg + q Jᵀh", () => {
    fc.assert(
      fc.property(program, values, values, values, values, (code, a, b, g, h) => {
        const inputs = [requireGrad(matrix(a)), requireGrad(matrix(b))];
        const output = run(code, inputs);
        fc.pre(output.node !== undefined);
        const vjp = (gradient: Tensor) => grad(output, inputs, { gradOutputs: [gradient], unused: "zeros" });
        const [left, right] = [vjp(matrix(g)), vjp(matrix(h))];
        const both = vjp(add(mul(matrix(g), 3), mul(matrix(h), -0.7)));
        const scale = 1 + Math.max(...[...left, ...right].map((t) => Math.max(...abs(t).data)));
        for (const i of [0, 1]) close(both[i], add(mul(left[i], 3), mul(right[i], -0.7)), 10 * scale);
      }),
      settings,
    );
  });

  it("pass on the sum of what their outputs are given", () => {
    fc.assert(
      fc.property(program, program, values, values, (first, second, a, b) => {
        const inputs = [requireGrad(matrix(a)), requireGrad(matrix(b))];
        const outputs = [sum(run(first, inputs)), sum(run(second, inputs))];
        const options = { unused: "zeros" as const };
        const apart = outputs.map((output) => grad(output, inputs, options));
        const together = grad(outputs, inputs, options);
        for (const i of [0, 1]) {
          const scale = 1 + Math.max(...apart.map((g) => Math.max(...abs(g[i]).data)));
          close(together[i], add(apart[0][i], apart[1][i]), scale);
        }
      }),
      settings,
    );
  });
});

describe("shapes that meet", () => {
  it("in any way that broadcasts are undone exactly: the gradient of Σ (x + y) counts uses", () => {
    const axis = fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 4 }), fc.nat(4), fc.nat(4), (axes, dropA, dropB) => {
        const sizes = axes.map(([, n]) => n);
        const a = axes.map(([kind, n]) => (kind === 1 ? 1 : n)).slice(dropA % (axes.length + 1));
        const b = axes.map(([kind, n]) => (kind === 2 ? 1 : n));
        const other = dropA % (axes.length + 1) > 0 ? b : b.slice(dropB % (axes.length + 1));
        const size = (shape: readonly number[]) => shape.reduce((x, y) => x * y, 1);
        const x = requireGrad(tensor(new Float64Array(size(a)), { shape: a }));
        const y = requireGrad(tensor(new Float64Array(size(other)), { shape: other }));
        const total = maximum(add(x, y), -1);
        const [dx, dy] = grad(sum(total), [x, y]);
        expect(total.size).toBeLessThanOrEqual(Math.max(size(sizes), size(a), size(other), 1));
        for (const [input, gradient] of [
          [x, dx],
          [y, dy],
        ]) {
          expect(gradient.shape).toEqual(input.shape);
          const uses = input.size === 0 ? 0 : total.size / input.size;
          expect(Array.from(gradient.data)).toEqual(new Array(input.size).fill(uses));
        }
      }),
      { ...settings, numRuns: 300 },
    );
  });
});
