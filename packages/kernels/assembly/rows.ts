// Functions of whole rows: the last axis of `[rows, n]`, n >= 1. Sums are taken in float64.

import { add, mul } from "./binary";
import { addLanes, high, low, rounded } from "./double";
import { mapWith } from "./map";
import * as math from "./math";
import { dot, largest, squaredDeviations, total } from "./reduce";
import { loadPartial, storePartial } from "./vector";

/** `Σ e^(x - shift)` in float64, with `shift` the largest x; the terms go to `out` unless that is 0. `out` may be `x`. */
export function sumOfExp(out: usize, x: usize, n: i32, shift: f32): f64 {
  const s = f32x4.splat(shift);
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let v = n >= 4 ? v128.load(x) : loadPartial(x, n);
  // Two loops for the reason that map.ts gives.
  while (true) {
    while (true) {
      const there = i32x4.gt_s(i32x4.splat(n), i32x4(0, 1, 2, 3));
      const y = v128.and(math.expOfNegative(f32x4.sub(v, s)), there);
      a = f64x2.add(a, low(y));
      b = f64x2.add(b, high(y));
      if (n < 4) {
        if (out) storePartial(out, y, n);
        return addLanes(a, b);
      }
      if (out) {
        v128.store(out, y);
        out += 16;
      }
      x += 16;
      n -= 4;
      if (n < 4) break;
      v = v128.load(x);
    }
    if (n == 0) return addLanes(a, b);
    v = loadPartial(x, n);
  }
}

/** The logarithm of a sum of exponentials that includes e^0: nothing is lost where the others are small. */
function logOf(sumOfTerms: f64): f32 {
  return f32x4.extract_lane(math.log1p(f32x4.splat(<f32>(sumOfTerms - 1))), 0);
}

class Multiply {
  @inline of(x: v128, factor: v128, _: v128): v128 {
    return f32x4.mul(x, factor);
  }
}
class Divide {
  @inline of(x: v128, divisor: v128, _: v128): v128 {
    return f32x4.div(x, divisor);
  }
}
// In two steps: shift + log would round away log beside a large shift.
class SubtractBoth {
  @inline of(x: v128, shift: v128, log: v128): v128 {
    return f32x4.sub(f32x4.sub(x, shift), log);
  }
}

function divideBy(x: usize, n: i32, divisor: f64): void {
  mapWith<Divide>(x, x, n, f32x4.splat(<f32>divisor), f32x4.splat(0));
}

/** `out = e^x / Σ e^x`; exponents are shifted by the largest, so none overflows. `out` may be `x`. */
export function softmax(out: usize, x: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    divideBy(out, n, sumOfExp(out, x, n, largest(x, n)));
    out += n << 2;
    x += n << 2;
  }
}

/** `out = x - log Σ e^x`. `out` may be `x`. */
export function logSoftmax(out: usize, x: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    const shift = largest(x, n);
    const log = logOf(sumOfExp(0, x, n, shift));
    mapWith<SubtractBoth>(out, x, n, f32x4.splat(shift), f32x4.splat(log));
    out += n << 2;
    x += n << 2;
  }
}

/** One `log Σ e^x` for each row. */
export function logSumExp(out: usize, x: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    const shift = largest(x, n);
    // All -∞, a +∞ or a NaN: the largest is the answer, and subtracting it would make NaN.
    store<f32>(out, abs<f32>(shift) <= f32.MAX_VALUE ? shift + logOf(sumOfExp(0, x, n, shift)) : shift);
    out += 4;
    x += n << 2;
  }
}

/** `loss[row] = -log softmax(x)[target[row]]`, 0 in rows with a negative (int32) target. Targets are below n. */
export function crossEntropy(loss: usize, x: usize, target: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    const at = load<i32>(target);
    if (at < 0) store<f32>(loss, 0);
    else {
      const shift = largest(x, n);
      const chosen = load<f32>(x + (<usize>at << 2)) - shift;
      store<f32>(loss, logOf(sumOfExp(0, x, n, shift)) - chosen);
    }
    loss += 4;
    target += 4;
    x += n << 2;
  }
}

/**
 * The gradient of {@link crossEntropy}: `out = scale[row] (softmax(x) - oneHot(target[row]))`, 0 in rows with a negative
 * target. The chosen one is taken in float64, where little is left when its probability is near 1. `out` may be `x`.
 */
export function crossEntropyGrad(out: usize, x: usize, target: usize, scale: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    const at = load<i32>(target);
    if (at < 0) memory.fill(out, 0, n << 2);
    else {
      const terms = sumOfExp(out, x, n, largest(x, n));
      const factor = <f64>load<f32>(scale) / terms;
      const chosen = (<f64>load<f32>(out + (<usize>at << 2)) - terms) * factor;
      mapWith<Multiply>(out, out, n, f32x4.splat(<f32>factor), f32x4.splat(0));
      store<f32>(out + (<usize>at << 2), <f32>chosen);
    }
    target += 4;
    scale += 4;
    out += n << 2;
    x += n << 2;
  }
}

@inline
function shiftAndScale(v: v128, shift: v128, scale: v128): v128 {
  return rounded(f64x2.mul(f64x2.sub(low(v), shift), scale), f64x2.mul(f64x2.sub(high(v), shift), scale));
}

/** `out = (x - mean) scale` in float64, rounded once. */
function standardize(out: usize, x: usize, n: i32, mean: f64, scale: f64): void {
  const m = f64x2.splat(mean);
  const s = f64x2.splat(scale);
  for (; n >= 4; n -= 4) {
    v128.store(out, shiftAndScale(v128.load(x), m, s));
    out += 16;
    x += 16;
  }
  if (n > 0) storePartial(out, shiftAndScale(loadPartial(x, n), m, s), n);
}

/** `1 / √(variance + eps)` of a row, with the population's variance. */
function inverseDeviation(x: usize, n: i32, mean: f64, eps: f64): f64 {
  return 1 / sqrt<f64>(squaredDeviations(x, n, mean) / <f64>n + eps);
}

/**
 * `out = (x - mean) / √(variance + eps) weight + bias`; `weight` and `bias`, of n values, are left out where 0. `out` may
 * be `x`.
 */
export function layerNorm(out: usize, x: usize, weight: usize, bias: usize, rows: i32, n: i32, eps: f64): void {
  for (; rows > 0; rows--) {
    const mean = total(x, n) / <f64>n;
    standardize(out, x, n, mean, inverseDeviation(x, n, mean, eps));
    if (weight) mul(out, out, weight, n, 1, 1);
    if (bias) add(out, out, bias, n, 1, 1);
    out += n << 2;
    x += n << 2;
  }
}

/**
 * In place of `g`, the gradient of layerNorm's output without weight and bias, that of its input: `(g - mean(g) - y mean(g
 * y)) / √(variance + eps)` with y = (x - mean) / √(variance + eps), which takes the place of `x`.
 */
export function layerNormGrad(g: usize, x: usize, rows: i32, n: i32, eps: f64): void {
  for (; rows > 0; rows--) {
    const mean = total(x, n) / <f64>n;
    const scale = inverseDeviation(x, n, mean, eps);
    standardize(x, x, n, mean, scale);
    removeComponents(g, x, n, total(g, n) / <f64>n, dot(g, x, n) / <f64>n, scale);
    g += n << 2;
    x += n << 2;
  }
}

/** `g = (g - mean - along normal) scale`: what is left of a gradient without its parts along 1 and along `normal`. */
function removeComponents(g: usize, normal: usize, n: i32, mean: f64, along: f64, scale: f64): void {
  const m = f64x2.splat(mean);
  const a = f64x2.splat(along);
  const s = f64x2.splat(scale);
  while (n > 0) {
    const v = n >= 4 ? v128.load(g) : loadPartial(g, n);
    const w = n >= 4 ? v128.load(normal) : loadPartial(normal, n);
    const y = rounded(
      f64x2.mul(f64x2.sub(f64x2.sub(low(v), m), f64x2.mul(a, low(w))), s),
      f64x2.mul(f64x2.sub(f64x2.sub(high(v), m), f64x2.mul(a, high(w))), s),
    );
    n -= 4;
    if (n < 0) storePartial(g, y, n + 4);
    else v128.store(g, y);
    g += 16;
    normal += 16;
  }
}
