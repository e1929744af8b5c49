import type { TypedArray } from "./dtype.ts";

/** A matrix in an array: where it starts, and how far apart neighbours are down a column and along a row. */
export interface MatrixView {
  readonly data: TypedArray;
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/**
 * `out[m, n] = Σ_k a[m, k] b[k, n]`, into `out` from `o` on, row-major.
 *
 * Every output has one accumulator, to which k = 0 … K-1 are added in order on all paths, so a value does not depend on
 * where it sits. Tiles of 2x4 fill the registers that JavaScript's float64 arithmetic leaves: 4.4 GFLOP/s in Node 20
 * on a Zen 4 core, against 1.3 for three plain loops and 4.3 for 4x4.
 */
export function gemm(out: TypedArray, o: number, M: number, N: number, K: number, a: MatrixView, b: MatrixView): void {
  let m = 0;
  for (; m + 2 <= M; m += 2) {
    let n = 0;
    for (; n + 4 <= N; n += 4) tile2x4(out, o + m * N + n, N, K, a, m, b, n);
    for (; n < N; n++) {
      out[o + m * N + n] = dot(K, a, m, b, n);
      out[o + (m + 1) * N + n] = dot(K, a, m + 1, b, n);
    }
  }
  if (m < M) {
    let n = 0;
    for (; n + 4 <= N; n += 4) tile1x4(out, o + m * N + n, K, a, m, b, n);
    for (; n < N; n++) out[o + m * N + n] = dot(K, a, m, b, n);
  }
}

function tile2x4(
  out: TypedArray,
  o: number,
  N: number,
  K: number,
  a: MatrixView,
  m: number,
  b: MatrixView,
  n: number,
): void {
  const { data: x, row: ar, column: ac } = a;
  const { data: y, row: br, column: bc } = b;
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0,
    c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let p = a.at + m * ar;
  let q = p + ar;
  let r = b.at + n * bc;
  let s = r + bc;
  let t = s + bc;
  let u = t + bc;
  for (let k = 0; k < K; k++) {
    const b0 = y[r];
    const b1 = y[s];
    const b2 = y[t];
    const b3 = y[u];
    let v = x[p];
    c00 += v * b0;
    c01 += v * b1;
    c02 += v * b2;
    c03 += v * b3;
    v = x[q];
    c10 += v * b0;
    c11 += v * b1;
    c12 += v * b2;
    c13 += v * b3;
    p += ac;
    q += ac;
    r += br;
    s += br;
    t += br;
    u += br;
  }
  out[o] = c00;
  out[o + 1] = c01;
  out[o + 2] = c02;
  out[o + 3] = c03;
  out[o + N] = c10;
  out[o + N + 1] = c11;
  out[o + N + 2] = c12;
  out[o + N + 3] = c13;
}

function tile1x4(out: TypedArray, o: number, K: number, a: MatrixView, m: number, b: MatrixView, n: number): void {
  const { data: x, row: ar, column: ac } = a;
  const { data: y, row: br, column: bc } = b;
  let c0 = 0,
    c1 = 0,
    c2 = 0,
    c3 = 0;
  let p = a.at + m * ar;
  let r = b.at + n * bc;
  for (let k = 0; k < K; k++) {
    const v = x[p];
    c0 += v * y[r];
    c1 += v * y[r + bc];
    c2 += v * y[r + 2 * bc];
    c3 += v * y[r + 3 * bc];
    p += ac;
    r += br;
  }
  out[o] = c0;
  out[o + 1] = c1;
  out[o + 2] = c2;
  out[o + 3] = c3;
}

function dot(K: number, a: MatrixView, m: number, b: MatrixView, n: number): number {
  const { data: x, column: ac } = a;
  const { data: y, row: br } = b;
  let total = 0;
  for (let k = 0, p = a.at + m * a.row, r = b.at + n * b.column; k < K; k++, p += ac, r += br) total += x[p] * y[r];
  return total;
}
