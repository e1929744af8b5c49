// What every kernel shares: four float32 lanes at a time, tails by a partly filled vector, one multiply-add.

/** `a * b + c`: fused in the relaxed build, rounded after the product in the deterministic one. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

/** `n` < 4 values from `p` on, the other lanes 0: nothing beyond them is read. */
export function loadPartial(p: usize, n: i32): v128 {
  let v = f32x4.splat(0);
  if (n & 2) {
    v = v128.load64_lane(p, v, 0);
    if (n & 1) v = v128.load32_lane(p + 8, v, 2);
  } else if (n & 1) v = v128.load32_lane(p, v, 0);
  return v;
}

/** The first `n` < 4 lanes to `p`: nothing beyond them is written. */
export function storePartial(p: usize, v: v128, n: i32): void {
  if (n & 2) {
    v128.store64_lane(p, v, 0);
    if (n & 1) v128.store32_lane(p + 8, v, 2);
  } else if (n & 1) v128.store32_lane(p, v, 0);
}
