// Plain JavaScript: what one would write without a library. The array for the result is given, so that making a new one can
// be left out or timed too, and every loop is a function of its own, which V8 compiles for float32 arrays alone.

/** Computes `out` from one or two operands; `columns` is the length of a row, for those that know rows. */
export type Loop = (x: Float32Array, y: Float32Array, out: Float32Array, columns: number) => Float32Array;

const tanhLoop: Loop = (x, _, out) => {
  for (let i = 0; i < x.length; i++) out[i] = Math.tanh(x[i]);
  return out;
};

const sigmoidLoop: Loop = (x, _, out) => {
  for (let i = 0; i < x.length; i++) out[i] = 1 / (1 + Math.exp(-x[i]));
  return out;
};

const expLoop: Loop = (x, _, out) => {
  for (let i = 0; i < x.length; i++) out[i] = Math.exp(x[i]);
  return out;
};

const addLoop: Loop = (x, y, out) => {
  for (let i = 0; i < x.length; i++) out[i] = x[i] + y[i];
  return out;
};

const mulLoop: Loop = (x, y, out) => {
  for (let i = 0; i < x.length; i++) out[i] = x[i] * y[i];
  return out;
};

/** Sums of rows; `out` has one value for each. */
const sumRowsLoop: Loop = (x, _, out) => {
  const n = x.length / out.length;
  for (let row = 0; row < out.length; row++) {
    let total = 0;
    for (let i = 0; i < n; i++) total += x[row * n + i];
    out[row] = total;
  }
  return out;
};

/** Sums of columns; `out` has one value for each. */
const sumColumnsLoop: Loop = (x, _, out) => {
  const n = out.length;
  out.fill(0);
  for (let start = 0; start < x.length; start += n) for (let j = 0; j < n; j++) out[j] += x[start + j];
  return out;
};

/** Softmax of each row of `n` values. */
const softmaxLoop: Loop = (x, _, out, n) => {
  for (let start = 0; start < x.length; start += n) {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + n; i++) if (x[i] > most) most = x[i];
    let total = 0;
    for (let i = start; i < start + n; i++) {
      const value = Math.exp(x[i] - most);
      out[i] = value;
      total += value;
    }
    for (let i = start; i < start + n; i++) out[i] /= total;
  }
  return out;
};

/** The loops by what they compute. */
export const loops = {
  tanh: tanhLoop,
  sigmoid: sigmoidLoop,
  exp: expLoop,
  add: addLoop,
  mul: mulLoop,
  "sum of rows": sumRowsLoop,
  "sum of columns": sumColumnsLoop,
  "softmax of rows": softmaxLoop,
} satisfies Record<string, Loop>;

export type LoopName = keyof typeof loops;
