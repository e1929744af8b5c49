import { noGrad } from "@unroll/autograd";
import {
  abs,
  add,
  cast,
  chunk,
  clamp,
  concat,
  detach,
  div,
  elu,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  hardSigmoid,
  isFinite,
  isNaN,
  layerNorm,
  leakyRelu,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  neg,
  notEqual,
  ones,
  relu,
  reshape,
  round,
  select,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sqrt,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  unsqueeze,
  where,
  zeros,
} from "@unroll/tensor";
import { Taps } from "../taps.ts";
import { byGrad, byTaps, randomJob } from "./adjoints.ts";
import { compareWithPlain, type Sample } from "./compare.ts";

type Make = (a: Tensor, b: Tensor, w: Record<string, Tensor>, mask: Tensor) => Tensor;

/**
 * Operations on values `[B, H]`; none of them lets values grow beyond what float32 tells apart. What jumps does so by the
 * mask, which has the same bits in all computations.
 */
export const operations: Readonly<Record<string, Make>> = {
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
  where: (a, b) => where(less(a, b), a, b),
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
  constant: (a) => mul(add(a, 0.25), 0.5),
  layerNorm: (a, _, { p, b }) => layerNorm(a, { weight: p, bias: b, eps: 0.1 }),
  ones: (a, b) => add(mul(a, ones(a.shape)), mul(b, zeros(b.shape))),
  joinZeros: (a) => slice(concat([zeros([a.shape[0], 1]), a], -1), -1, 0, a.shape[1]),
  axes: (a, b) => {
    const high = (x: Tensor) => reshape(x, [x.shape[0], x.shape[1], 1]);
    return reshape(transpose(add(tanh(high(a)), high(b)), 1, 2), a.shape);
  },
  expm1: (a) => expm1(minimum(a, 1)),
  log1p: (a) => log1p(abs(a)),
  log: (a) => log(add(abs(a), 0.5)),
  sqrt: (a) => sqrt(add(abs(a), 0.5)),
  erf,
  floor: (a, _b, _w, mask) => add(mul(floor(mul(mask, 3)), 0.3), a),
  round: (a, _b, _w, mask) => add(mul(round(mul(mask, 3)), 0.3), a),
  sign: (a, _b, _w, mask) => mul(sign(mask), a),
  masks: (a, b, _w, mask) =>
    where(logicalXor(logicalAnd(greater(mask, 0), lessEqual(mask, 0.5)), logicalNot(isNaN(a))), a, b),
  counted: (a, _b, _w, mask) => add(a, mul(cast(notEqual(floor(mask), 0), "float32"), 0.5)),
  finite: (a, b, _w, mask) => where(logicalAnd(isFinite(a), logicalOr(equal(mask, a), less(mask, 0.2))), a, b),
  largest: (a, b) => sub(b, max(a, -1, { keepDim: true })),
  smallest: (a, b) => sub(b, min(a, -1, { keepDim: true })),
  detached: (a, b) => add(mul(detach(a), 0.5), b),
  unrecorded: (a, b) =>
    add(
      noGrad(() => tanh(a)),
      b,
    ),
  begins: (a, b, _, mask) => where(greater(slice(mask, -1, 0, 1), 0.5), mul(a, 0.5), b),
};

export const names: readonly string[] = Object.keys(operations);

/** A cell and a sequence, by numbers that fast-check can make smaller. */
export interface RandomCell {
  /** Each operation takes two of what was there before. */
  readonly choices: readonly { readonly op: number; readonly a: number; readonly b: number }[];
  readonly states: number;
  readonly rows: number;
  /** Whether the output is something else than the first state. */
  readonly apart: boolean;
  /** Whether the input is masked. */
  readonly masked: boolean;
  /** The least number of steps between states that are kept, for a second run; 0 for none. */
  readonly checkpoint: number;
  /** What needs no gradient. */
  readonly constant: readonly ("x" | "states" | "rows")[];
  readonly steps: number;
  readonly batch: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly reverse: boolean;
  /** By how many rows each step has fewer than the one before, less 2. */
  readonly drops: readonly number[];
}

/** The names of a cell's operations. */
export function nameOf({ choices }: RandomCell): string {
  return choices.map(({ op }) => names[op]).join(" ");
}

function sampleOf(cell: RandomCell): Sample {
  return {
    name: nameOf(cell),
    states: cell.states,
    rows: cell.rows,
    constant: cell.constant,
    shapes: (i, h) => ({ w: [i, h], u: [h, h], v: [2 * h, 2 * h], b: [h], p: [h], s: [] }),
    step: (parameters) => (x, states, rows) => {
      const [first] = states;
      const [mask] = rows;
      const input = matmul(x, parameters.w);
      const values = [cell.masked ? mul(input, mask) : input, ...states, ...rows, mul(first, mask)];
      for (const { op, a, b } of cell.choices) {
        const [left, right] = [values[a % values.length], values[b % values.length]];
        values.push(operations[names[op]](left, right, parameters, mask));
      }
      const [last, before] = [values[values.length - 1], values[values.length - 2]];
      const next = tanh(add(last, values[0]));
      // Bounded, so that no cell leaves the numbers that float32 tells apart.
      const others = states.slice(1).map((state, k) => clamp(add(mul(state, 0.5), k === 0 ? before : last), -2, 2));
      return { output: cell.apart ? sub(before, next) : next, states: [next, ...others] };
    },
  };
}

/** How many rows are active at each step. */
function activeOf({ steps, batch, drops }: RandomCell): number[] {
  let count = batch;
  return Array.from({ length: steps }, (_, t) => {
    if (t > 0) count = Math.max(0, count - Math.max(0, drops[t] - 2));
    return count;
  });
}

/** Demands that a cell gives compiled what it gives by plain ops, with all gradients; gives the largest difference. */
export function checkCell(cell: RandomCell): number {
  const { reverse, checkpoint } = cell;
  const options = { active: activeOf(cell), reverse, ...(checkpoint === 0 ? {} : { checkpoint }) };
  return compareWithPlain(sampleOf(cell), cell, options, tolerance);
}

/** Of the largest value of a tensor: what rounding leaves where terms cancel. */
export const tolerance = 2e-4;

/** Demands that the norms of a cell's adjoints are those that `grad` finds step by step, and those of their values. */
export function checkAdjoints(cell: RandomCell): void {
  const random = randomJob(sampleOf(cell), cell, { active: activeOf(cell), reverse: cell.reverse });
  const found = byTaps(random, new Taps("norms"));
  const whole = byTaps(random, new Taps("values"));
  byGrad(random).forEach((norms, i) => {
    for (const which of ["state", "total"] as const) {
      const expected = norms[which].flat();
      const largest = Math.max(...expected);
      const { log10 } = found[i][which];
      const { values } = whole[i][which];
      norms[which].forEach((rows, t) => {
        rows.forEach((value, row) => {
          const got = log10[t * cell.batch + row];
          // Beside the largest, as rounding is.
          const of = (log10: number) => Math.exp(Math.LN10 * (log10 - largest));
          const difference = Math.abs(of(got) - of(value));
          if (got !== value && !(difference < 10 * tolerance))
            throw new Error(`${which} ${i}, step ${t}, row ${row}: log10 is ${got}, expected ${value}`);
          const at = (t * cell.batch + row) * cell.hiddenSize;
          const own = Math.log10(Math.hypot(...(values?.data.subarray(at, at + cell.hiddenSize) ?? [])));
          if (own !== value && !(Math.abs(of(own) - of(value)) < 10 * tolerance))
            throw new Error(`${which} ${i}, step ${t}, row ${row}: values have log10 ${own}, expected ${value}`);
        });
      });
    }
  });
}
