import {
  abs,
  add,
  chunk,
  clamp,
  concat,
  div,
  elu,
  exp,
  hardSigmoid,
  leakyRelu,
  less,
  logSoftmax,
  logSumExp,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  relu,
  select,
  sigmoid,
  slice,
  softmax,
  softplus,
  sub,
  sum,
  type Tensor,
  tanh,
  unsqueeze,
  where,
} from "@unroll/tensor";
import fc from "fast-check";
import { it } from "vitest";
import { compareWithPlain, type Sample } from "./testing/compare.ts";

type Make = (a: Tensor, b: Tensor, w: Record<string, Tensor>) => Tensor;

/** Operations on values `[B, H]`; none of them lets values grow beyond what float32 tells apart. */
const operations: Record<string, Make> = {
  add,
  sub,
  mul: (a, b) => mul(tanh(a), b),
  div: (a, b) => div(a, add(1.5, abs(b))),
  maximum,
  minimum,
  neg,
  tanh,
  sigmoid,
  relu,
  softplus,
  elu: (a) => elu(a, 0.8),
  leakyRelu: (a) => leakyRelu(a, 0.1),
  hardSigmoid,
  clamp: (a) => clamp(a, -0.7, 0.9),
  exp: (a) => exp(minimum(a, 1)),
  where: (a, b) => where(less(a, b), a, mul(b, 0.5)),
  softmax: (a) => softmax(a, -1),
  logSoftmax: (a) => logSoftmax(a, -1),
  logSumExp: (a, b) => add(logSumExp(a, -1, { keepDim: true }), b),
  centre: (a) => sub(a, mean(a, -1, { keepDim: true })),
  total: (a, b) => mul(b, sigmoid(sum(a, -1, { keepDim: true }))),
  firstColumn: (a, b) => add(b, unsqueeze(select(a, -1, 0), -1)),
  rotate: (a) => {
    const size = a.shape[1];
    return size === 1 ? a : concat([slice(a, -1, 1, size), slice(a, -1, 0, 1)], -1);
  },
  product: (a, _, { u }) => matmul(a, u),
  wide: (a, b, { v }) => {
    const [p, q] = chunk(matmul(concat([a, b], -1), v), 2, -1);
    return mul(sigmoid(p), tanh(q));
  },
  bias: (a, _, { b }) => add(a, b),
  peephole: (a, _, { p }) => mul(a, p),
  number: (a, _, { s }) => mul(a, s),
};

const names = Object.keys(operations);

/** A cell of random operations: each takes two of what was there before. */
function cellOf(choices: readonly { op: number; a: number; b: number }[]): Sample {
  return {
    name: choices.map(({ op }) => names[op]).join(" "),
    states: 2,
    rows: 1,
    shapes: (i, h) => ({ w: [i, h], u: [h, h], v: [2 * h, 2 * h], b: [h], p: [h], s: [] }),
    step:
      (parameters) =>
      (x, [h, c], [mask]) => {
        const values = [matmul(x, parameters.w), h, c, mul(h, mask)];
        for (const { op, a, b } of choices) {
          const [left, right] = [values[a % values.length], values[b % values.length]];
          values.push(operations[names[op]](left, right, parameters));
        }
        const last = values[values.length - 1];
        const next = tanh(add(last, values[0]));
        return { output: next, states: [next, clamp(add(mul(c, 0.5), values[values.length - 2]), -2, 2)] };
      },
  };
}

const choice = fc.record({ op: fc.nat(names.length - 1), a: fc.nat(20), b: fc.nat(20) });

it("random cells give what plain ops give, whatever the sizes, lengths and direction", () => {
  fc.assert(
    fc.property(
      fc.array(choice, { minLength: 1, maxLength: 10 }),
      fc.record({
        steps: fc.integer({ min: 1, max: 4 }),
        batch: fc.integer({ min: 1, max: 4 }),
        inputSize: fc.integer({ min: 1, max: 5 }),
        hiddenSize: fc.integer({ min: 1, max: 9 }),
      }),
      fc.boolean(),
      fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
      (choices, size, reverse, drops) => {
        let count = size.batch;
        const active = Array.from({ length: size.steps }, (_, t) => {
          if (t > 0) count = Math.max(0, count - Math.max(0, drops[t] - 2));
          return count;
        });
        compareWithPlain(cellOf(choices), size, { active, reverse }, 2e-4);
      },
    ),
    { seed: 4, numRuns: 250 },
  );
}, 120_000);
