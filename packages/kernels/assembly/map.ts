// Loops over arrays, given what to do with four values. AssemblyScript passes no functions without a table of them, so
// they come as types with a method `of`, called on no object, which is compiled in place: once in each loop, which
// serves whole vectors and the last, partly filled one.

import { loadPartial, storePartial } from "./vector";

/** `out = F(x)` over `n` values. */
@inline
export function map<F>(out: usize, x: usize, n: i32): void {
  const f = changetype<F>(0);
  for (; n > 0; n -= 4) {
    const whole = n >= 4;
    const y = f.of(whole ? v128.load(x) : loadPartial(x, n));
    if (whole) v128.store(out, y);
    else storePartial(out, y, n);
    out += 16;
    x += 16;
  }
}

/** `out = F(x, p, q)` with two parameters that are the same for all values. */
@inline
export function mapWith<F>(out: usize, x: usize, n: i32, p: v128, q: v128): void {
  const f = changetype<F>(0);
  for (; n > 0; n -= 4) {
    const whole = n >= 4;
    const y = f.of(whole ? v128.load(x) : loadPartial(x, n), p, q);
    if (whole) v128.store(out, y);
    else storePartial(out, y, n);
    out += 16;
    x += 16;
  }
}
