import {
  add,
  addmm,
  chunk,
  concat,
  div,
  matmul,
  maximum,
  mean,
  mul,
  relu,
  sigmoid,
  softmax,
  sqrt,
  sub,
  tanh,
  variance,
} from "@unroll/tensor";
import type { Sample } from "./compare.ts";

/** Cells that between them have everything that a step may have. */
export const samples: readonly Sample[] = [
  {
    name: "RNN",
    states: 1,
    shapes: (i, h) => ({ w: [i, h], u: [h, h], b: [h] }),
    step:
      ({ w, u, b }) =>
      (x, [h]) => {
        const next = tanh(add(add(matmul(x, w), matmul(h, u)), b));
        return { output: next, states: [next] };
      },
  },
  {
    name: "LSTM",
    states: 2,
    shapes: (i, h) => ({ w: [4 * h, i], u: [4 * h, h], b: [4 * h], d: [4 * h] }),
    step:
      ({ w, u, b, d }) =>
      (x, [h, c]) => {
        const z = addmm(addmm(add(b, d), x, w, { transposeB: true }), h, u, { transposeB: true });
        const [i, f, g, o] = chunk(z, 4, -1);
        const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
        const out = mul(sigmoid(o), tanh(next));
        return { output: out, states: [out, next] };
      },
  },
  {
    name: "GRU",
    states: 1,
    shapes: (i, h) => ({ w: [3 * h, i], u: [3 * h, h], b: [3 * h], d: [3 * h] }),
    step:
      ({ w, u, b, d }) =>
      (x, [h]) => {
        const [xr, xz, xn] = chunk(addmm(b, x, w, { transposeB: true }), 3, -1);
        const [hr, hz, hn] = chunk(addmm(d, h, u, { transposeB: true }), 3, -1);
        const z = sigmoid(add(xz, hz));
        const n = tanh(add(xn, mul(sigmoid(add(xr, hr)), hn)));
        const next = add(mul(sub(1, z), n), mul(z, h));
        return { output: next, states: [next] };
      },
  },
  {
    name: "peepholes, joined input, a number to learn",
    states: 2,
    shapes: (i, h) => ({ w: [i + h, 3 * h], p: [h], a: [] }),
    step:
      ({ w, p, a }) =>
      (x, [h, c]) => {
        const [f, g, o] = chunk(matmul(concat([x, h], -1), w), 3, -1);
        const keep = sigmoid(add(f, mul(p, c)));
        const next = add(mul(keep, c), mul(sub(1, keep), tanh(g)));
        return { output: relu(mul(sigmoid(o), next)), states: [mul(tanh(next), a), next] };
      },
  },
  {
    name: "layer normalisation, attention over columns, a mask per sample",
    states: 1,
    rows: 1,
    shapes: (i, h) => ({ w: [i, h], u: [h, h], s: [h] }),
    step:
      ({ w, u, s }) =>
      (x, [h], [mask]) => {
        const z = add(matmul(x, w), matmul(mul(h, mask), u));
        const centred = sub(z, mean(z, -1, { keepDim: true }));
        const normal = mul(div(centred, sqrt(add(variance(z, -1, { keepDim: true, correction: 0 }), 0.01))), s);
        const next = add(mul(0.5, h), mul(softmax(normal, -1), maximum(tanh(x.shape[1] > 1 ? normal : z), -0.5)));
        return { output: next, states: [next] };
      },
  },
  {
    name: "states that change places, one that only counts",
    states: 3,
    shapes: (i, h) => ({ w: [i, h], u: [h, h] }),
    step:
      ({ w, u }) =>
      (x, [a, b, n]) => {
        const z = matmul(tanh(matmul(x, w)), u);
        return { output: add(z, b), states: [b, add(mul(a, 0.5), z), add(n, 1)] };
      },
  },
];
