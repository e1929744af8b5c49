// Loops over arrays, given what to do with four values. AssemblyScript passes no functions without a table of them, so
// they come as types with a method `of`, called on no object, which is compiled in place: once in each loop, which
// serves whole vectors and the last, partly filled one.
//
// Two things about V8 shape them. It moves constants out of a loop only from blocks that every way out passes, and
// building one anew takes three instructions: so the computation stands at a loop's head. And a call within a loop, even
// one that is made once, keeps values out of registers: so the inner loop has none, and the outer one takes a second
// turn for what is left.

import { loadPartial, storePartial } from "./vector";

/** `out = F(x, p, q)` with two parameters that are the same for all values. */
@inline
export function mapWith<F>(out: usize, x: usize, n: i32, p: v128, q: v128): void {
  const f = changetype<F>(0);
  if (n <= 0) return;
  let v = n >= 4 ? v128.load(x) : loadPartial(x, n);
  while (true) {
    while (true) {
      const y = f.of(v, p, q);
      if (n < 4) {
        storePartial(out, y, n);
        return;
      }
      v128.store(out, y);
      out += 16;
      x += 16;
      n -= 4;
      if (n < 4) break;
      v = v128.load(x);
    }
    if (n == 0) return;
    v = loadPartial(x, n);
  }
}

class WithoutParameters<F> {
  @inline of(x: v128, _p: v128, _q: v128): v128 {
    return changetype<F>(0).of(x);
  }
}

/** `out = F(x)` over `n` values. */
@inline
export function map<F>(out: usize, x: usize, n: i32): void {
  mapWith<WithoutParameters<F>>(out, x, n, f32x4.splat(0), f32x4.splat(0));
}

/**
 * {@link map}, two vectors at a time while there are two: for functions so long that a turn of the loop waits for its
 * own last instruction. Node 20 gains a tenth of tanh and sigmoid by it, Node 24 nothing.
 */
@inline
export function mapPairs<F>(out: usize, x: usize, n: i32): void {
  const f = changetype<F>(0);
  for (; n >= 8; n -= 8) {
    const y = f.of(v128.load(x));
    const z = f.of(v128.load(x, 16));
    v128.store(out, y);
    v128.store(out, z, 16);
    out += 32;
    x += 32;
  }
  map<F>(out, x, n);
}
