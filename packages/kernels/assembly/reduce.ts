// Reductions over the middle axis of `[outer, n, inner]`, to `[outer, inner]`.
//
// Sums are taken in float64 and rounded once. Over the last axis (inner 1) four float64 lanes add every fourth value, and
// their totals are added as (0 + 2) + (1 + 3); otherwise each output has one lane that adds k = 0, 1, ….

import { addLanes, high, low, rounded } from "./double";
import { loadPartial, storePartial } from "./vector";

/** `Σ x` in float64. */
export function total(x: usize, n: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  for (; n >= 4; n -= 4) {
    const v = v128.load(x);
    a = f64x2.add(a, low(v));
    b = f64x2.add(b, high(v));
    x += 16;
  }
  const v = loadPartial(x, n);
  a = f64x2.add(a, low(v));
  b = f64x2.add(b, high(v));
  return addLanes(a, b);
}

/** `Σ x y` in float64, where products are exact. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  for (; n >= 4; n -= 4) {
    const v = v128.load(x);
    const w = v128.load(y);
    a = f64x2.add(a, f64x2.mul(low(v), low(w)));
    b = f64x2.add(b, f64x2.mul(high(v), high(w)));
    x += 16;
    y += 16;
  }
  const v = loadPartial(x, n);
  const w = loadPartial(y, n);
  a = f64x2.add(a, f64x2.mul(low(v), low(w)));
  b = f64x2.add(b, f64x2.mul(high(v), high(w)));
  return addLanes(a, b);
}

/** `Σ x²` in float64, where squares are exact. */
export function sumOfSquares(x: usize, n: i32): f64 {
  return dot(x, x, n);
}

/** `Σ (x - mean)²` in float64. */
export function squaredDeviations(x: usize, n: i32, mean: f64): f64 {
  const m = f64x2.splat(mean);
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  for (; n >= 4; n -= 4) {
    const v = v128.load(x);
    const p = f64x2.sub(low(v), m);
    const q = f64x2.sub(high(v), m);
    a = f64x2.add(a, f64x2.mul(p, p));
    b = f64x2.add(b, f64x2.mul(q, q));
    x += 16;
  }
  let sum = addLanes(a, b);
  for (; n > 0; n--) {
    const d = <f64>load<f32>(x) - mean;
    sum += d * d;
    x += 4;
  }
  return sum;
}

/** The sums of `columns` <= 4 neighbouring columns of `n` rows, `stride` bytes apart. */
@inline
function sumColumns(out: usize, x: usize, n: i32, stride: usize, columns: i32): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  for (; n > 0; n--) {
    const v = columns == 4 ? v128.load(x) : loadPartial(x, columns);
    a = f64x2.add(a, low(v));
    b = f64x2.add(b, high(v));
    x += stride;
  }
  const sum = rounded(a, b);
  if (columns == 4) v128.store(out, sum);
  else storePartial(out, sum, columns);
}

/** The sums of 16 neighbouring columns, a cache line: eight independent chains of additions. */
@inline
function sumLine(out: usize, x: usize, n: i32, stride: usize): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let e = f64x2.splat(0);
  let f = f64x2.splat(0);
  let g = f64x2.splat(0);
  let h = f64x2.splat(0);
  for (; n > 0; n--) {
    const p = v128.load(x);
    const q = v128.load(x, 16);
    const r = v128.load(x, 32);
    const s = v128.load(x, 48);
    a = f64x2.add(a, low(p));
    b = f64x2.add(b, high(p));
    c = f64x2.add(c, low(q));
    d = f64x2.add(d, high(q));
    e = f64x2.add(e, low(r));
    f = f64x2.add(f, high(r));
    g = f64x2.add(g, low(s));
    h = f64x2.add(h, high(s));
    x += stride;
  }
  v128.store(out, rounded(a, b));
  v128.store(out, rounded(c, d), 16);
  v128.store(out, rounded(e, f), 32);
  v128.store(out, rounded(g, h), 48);
}

@inline
function columnsLeft(bytes: usize): i32 {
  return bytes < 16 ? <i32>(bytes >> 2) : 4;
}

/** `out = Σ x` over the middle axis; 0 where it is empty. */
export function sum(out: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  for (; outer > 0; outer--) {
    if (inner == 1) {
      store<f32>(out, <f32>total(x, n));
    } else {
      const stride = <usize>inner << 2;
      let at: usize = 0;
      for (; at + 64 <= stride; at += 64) sumLine(out + at, x + at, n, stride);
      for (; at < stride; at += 16) sumColumns(out + at, x + at, n, stride, columnsLeft(stride - at));
    }
    out += inner << 2;
    x += (n * inner) << 2;
  }
}

/** The larger lanes, or with `sign` -1 the smaller ones; NaN beside NaN, and -0 below 0. */
@inline
function better(a: v128, b: v128, sign: i32): v128 {
  return sign > 0 ? f32x4.max(a, b) : f32x4.min(a, b);
}

@inline
function extremeOfRow(x: usize, n: i32, sign: i32): f32 {
  let v = v128.load32_splat(x);
  let w = v;
  let y = v;
  let z = v;
  // V8 makes a maximum of many instructions in a row: four chains of them go side by side.
  for (; n >= 16; n -= 16) {
    v = better(v, v128.load(x), sign);
    w = better(w, v128.load(x, 16), sign);
    y = better(y, v128.load(x, 32), sign);
    z = better(z, v128.load(x, 48), sign);
    x += 64;
  }
  v = better(better(v, w, sign), better(y, z, sign), sign);
  for (; n >= 4; n -= 4) {
    v = better(v, v128.load(x), sign);
    x += 16;
  }
  for (; n > 0; n--) {
    v = better(v, v128.load32_splat(x), sign);
    x += 4;
  }
  v = better(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7), sign);
  v = better(v, i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11), sign);
  return f32x4.extract_lane(v, 0);
}

@inline
function extreme(out: usize, x: usize, outer: i32, n: i32, inner: i32, sign: i32): void {
  for (; outer > 0; outer--) {
    if (inner == 1) {
      store<f32>(out, sign > 0 ? largest(x, n) : extremeOfRow(x, n, sign));
    } else {
      const stride = <usize>inner << 2;
      for (let column = 0; column < inner; column += 4) {
        const left = inner - column;
        const at = <usize>column << 2;
        let from = x + at;
        let v = left >= 4 ? v128.load(from) : loadPartial(from, left);
        for (let k = 1; k < n; k++) {
          from += stride;
          v = better(v, left >= 4 ? v128.load(from) : loadPartial(from, left), sign);
        }
        if (left >= 4) v128.store(out + at, v);
        else storePartial(out + at, v, left);
      }
    }
    out += inner << 2;
    x += (n * inner) << 2;
  }
}

/** The largest over the middle axis, which must not be empty; NaN if there is one. */
export function max(out: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  extreme(out, x, outer, n, inner, 1);
}

/** The smallest over the middle axis, which must not be empty; NaN if there is one. */
export function min(out: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  extreme(out, x, outer, n, inner, -1);
}

/** The largest of a row of at least one value. */
export function largest(x: usize, n: i32): f32 {
  return extremeOfRow(x, n, 1);
}

/** `out[k] = x[0] + … + x[k]` along the middle axis, added in float64 in that order. `out` may be `x`. */
export function cumsum(out: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  const stride = <usize>inner << 2;
  for (; outer > 0; outer--) {
    if (inner == 1) cumsumRow(out, x, n);
    else for (let at: usize = 0; at < stride; at += 16) cumsumColumns(out + at, x + at, n, stride, columnsLeft(stride - at));
    out += n * stride;
    x += n * stride;
  }
}

function cumsumRow(out: usize, x: usize, n: i32): void {
  let running: f64 = 0;
  for (; n > 0; n--) {
    running += <f64>load<f32>(x);
    store<f32>(out, <f32>running);
    x += 4;
    out += 4;
  }
}

/** Running sums down `columns` <= 4 neighbouring columns of `n` rows, `stride` bytes apart. */
function cumsumColumns(out: usize, x: usize, n: i32, stride: usize, columns: i32): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  for (; n > 0; n--) {
    const v = columns == 4 ? v128.load(x) : loadPartial(x, columns);
    a = f64x2.add(a, low(v));
    b = f64x2.add(b, high(v));
    if (columns == 4) v128.store(out, rounded(a, b));
    else storePartial(out, rounded(a, b), columns);
    x += stride;
    out += stride;
  }
}
