// What every kernel shares: four float32 lanes at a time, tails by a partly filled vector, one multiply-add.

/** `a * b + c`: fused in the relaxed build, rounded after the product in the deterministic one. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

// The next two call themselves, at most three times, because a function with calls is not copied into each of the many
// kernels that use it; 0 <= n < 4.

/** `n` values from `p` on, the other lanes 0: nothing beyond them is read. */
export function loadPartial(p: usize, n: i32): v128 {
  if (n <= 0) return f32x4.splat(0);
  const rest = loadPartial(p + 4, n - 1);
  return v128.load32_lane(p, i8x16.shuffle(rest, rest, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 0);
}

/** The first `n` lanes to `p`: nothing beyond them is written. */
export function storePartial(p: usize, v: v128, n: i32): void {
  if (n <= 0) return;
  v128.store32_lane(p, v, 0);
  storePartial(p + 4, i8x16.shuffle(v, v, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15), n - 1);
}
