import { loadPartial, storePartial } from "./vector";

/** `out = √x` over `n` values. */
export function sqrt(out: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, f32x4.sqrt(v128.load(x)));
    out += 16;
    x += 16;
  }
  if (i < n) storePartial(out, f32x4.sqrt(loadPartial(x, n - i)), n - i);
}
