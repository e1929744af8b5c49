// Optimizer steps in place, over `n` values, in float32. Nothing is fused, so that both builds give the same bits. What
// is 1 minus a number near 1 is a parameter of its own, since float32 would not leave much of it.

import { add } from "./binary";
import { mapWith } from "./map";
import { loadPartial, storePartial } from "./vector";

@inline
function get(from: usize, n: i32): v128 {
  return n >= 4 ? v128.load(from) : loadPartial(from, n);
}

@inline
function put(to: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(to, v);
  else storePartial(to, v, n);
}

/** `a x + b y`. */
@inline
function mix(a: v128, x: v128, b: v128, y: v128): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.mul(b, y));
}

/** The gradient with weight decay: `g + decay p`. */
@inline
function decayed(g: v128, p: v128, decay: v128): v128 {
  return f32x4.add(g, f32x4.mul(decay, p));
}

/**
 * `g += weightDecay p`; `buffer = momentum buffer + share g`, with share 1 - dampening, and 1 at the first step, when the
 * buffer is 0; `p -= lr buffer`, or `p -= lr (g + momentum buffer)` if `nesterov`. Where `buffer` is 0, `p -= lr g`.
 */
export function sgd(
  p: usize,
  grad: usize,
  buffer: usize,
  n: i32,
  lr: f32,
  weightDecay: f32,
  momentum: f32,
  share: f32,
  nesterov: i32,
): void {
  const rate = f32x4.splat(lr);
  const decay = f32x4.splat(weightDecay);
  const kept = f32x4.splat(momentum);
  const taken = f32x4.splat(share);
  for (; n > 0; n -= 4) {
    const value = get(p, n);
    const g = decayed(get(grad, n), value, decay);
    let change = g;
    if (buffer) {
      const b = mix(kept, get(buffer, n), taken, g);
      put(buffer, b, n);
      change = nesterov ? f32x4.add(g, f32x4.mul(kept, b)) : b;
      buffer += 16;
    }
    put(p, f32x4.sub(value, f32x4.mul(rate, change)), n);
    p += 16;
    grad += 16;
  }
}

/**
 * `g += added p`; `m = beta1 m + rest1 g`; `v = beta2 v + rest2 g²`; `p -= shrink p + scale m / (√v + shift)`, with rest =
 * 1 - beta. `scale` and `shift` hold the learning rate and eps with both corrections of bias, `shrink` is AdamW's lr
 * weightDecay. With `largest`, unless it is 0, the divisor's v is the largest so far.
 */
export function adam(
  p: usize,
  grad: usize,
  mean: usize,
  square: usize,
  largest: usize,
  n: i32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  scale: f32,
  shift: f32,
  shrink: f32,
  added: f32,
): void {
  for (; n > 0; n -= 4) {
    const value = get(p, n);
    const g = decayed(get(grad, n), value, f32x4.splat(added));
    const m = mix(f32x4.splat(beta1), get(mean, n), f32x4.splat(rest1), g);
    put(mean, m, n);
    let v = mix(f32x4.splat(beta2), get(square, n), f32x4.mul(f32x4.splat(rest2), g), g);
    put(square, v, n);
    if (largest) {
      v = f32x4.max(v, get(largest, n));
      put(largest, v, n);
      largest += 16;
    }
    const step = f32x4.div(f32x4.mul(f32x4.splat(scale), m), f32x4.add(f32x4.sqrt(v), f32x4.splat(shift)));
    put(p, f32x4.sub(value, decayed(step, value, f32x4.splat(shrink))), n);
    p += 16;
    grad += 16;
    mean += 16;
    square += 16;
  }
}

/**
 * `g += weightDecay p`; `v = alpha v + rest g²`, with rest = 1 - alpha; `change = g / (√v + eps)`; `p -= lr change`. With
 * `mean`, unless it is 0, `mean = alpha mean + rest g` and the root is that of `max(v - mean², 0)`; with `buffer`, unless
 * it is 0, `buffer = momentum buffer + change` is the change.
 */
export function rmsprop(
  p: usize,
  grad: usize,
  square: usize,
  mean: usize,
  buffer: usize,
  n: i32,
  lr: f32,
  alpha: f32,
  rest: f32,
  eps: f32,
  weightDecay: f32,
  momentum: f32,
): void {
  const kept = f32x4.splat(alpha);
  const taken = f32x4.splat(rest);
  for (; n > 0; n -= 4) {
    const value = get(p, n);
    const g = decayed(get(grad, n), value, f32x4.splat(weightDecay));
    let v = mix(kept, get(square, n), f32x4.mul(taken, g), g);
    put(square, v, n);
    if (mean) {
      const m = mix(kept, get(mean, n), taken, g);
      put(mean, m, n);
      v = f32x4.max(f32x4.sub(v, f32x4.mul(m, m)), f32x4.splat(0));
      mean += 16;
    }
    let change = f32x4.div(g, f32x4.add(f32x4.sqrt(v), f32x4.splat(eps)));
    if (buffer) {
      change = decayed(change, get(buffer, n), f32x4.splat(momentum));
      put(buffer, change, n);
      buffer += 16;
    }
    put(p, f32x4.sub(value, f32x4.mul(f32x4.splat(lr), change)), n);
    p += 16;
    grad += 16;
    square += 16;
  }
}

/** `g += weightDecay p`; `sum += g²`; `p -= lr g / (√sum + eps)`. */
export function adagrad(p: usize, grad: usize, sum: usize, n: i32, lr: f32, eps: f32, weightDecay: f32): void {
  for (; n > 0; n -= 4) {
    const value = get(p, n);
    const g = decayed(get(grad, n), value, f32x4.splat(weightDecay));
    const s = decayed(get(sum, n), g, g);
    put(sum, s, n);
    const step = f32x4.div(f32x4.mul(f32x4.splat(lr), g), f32x4.add(f32x4.sqrt(s), f32x4.splat(eps)));
    put(p, f32x4.sub(value, step), n);
    p += 16;
    grad += 16;
    sum += 16;
  }
}

class Scale {
  @inline of(x: v128, factor: v128, _: v128): v128 {
    return f32x4.mul(x, factor);
  }
}

/** `x *= factor`. */
export function scale(x: usize, factor: f32, n: i32): void {
  mapWith<Scale>(x, x, n, f32x4.splat(factor), f32x4.splat(0));
}

/** `out += x`. */
export function addInto(out: usize, x: usize, n: i32): void {
  add(out, out, x, n, 1, 1);
}

/** `out += factor x`. */
export function axpy(out: usize, x: usize, factor: f32, n: i32): void {
  const f = f32x4.splat(factor);
  for (; n > 0; n -= 4) {
    put(out, decayed(get(out, n), get(x, n), f), n);
    out += 16;
    x += 16;
  }
}
