// Gradients of activations from their outputs y: `out = g f'(x)`; `out` may be `g` or `y`.

import { loadPartial, storePartial } from "./vector";

/** `g (1 - y²)`, as `(1 - y)(1 + y)`: near ±1 the first factor is exact where 1 - y² would have lost its digits. */
@inline
function tanhOf(g: v128, y: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.mul(g, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
}

/** `g y (1 - y)`. */
@inline
function sigmoidOf(g: v128, y: v128): v128 {
  return f32x4.mul(g, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
}

export function tanhGrad(out: usize, g: usize, y: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, tanhOf(v128.load(g), v128.load(y)));
    out += 16;
    g += 16;
    y += 16;
  }
  if (n > 0) storePartial(out, tanhOf(loadPartial(g, n), loadPartial(y, n)), n);
}

export function sigmoidGrad(out: usize, g: usize, y: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, sigmoidOf(v128.load(g), v128.load(y)));
    out += 16;
    g += 16;
    y += 16;
  }
  if (n > 0) storePartial(out, sigmoidOf(loadPartial(g, n), loadPartial(y, n)), n);
}
