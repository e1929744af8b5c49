// Loops over arrays, given what to do with four values. AssemblyScript passes no functions without a table of them, so
// they come as types with a method `of`, called on no object, which is compiled in place: once in each loop, which
// serves whole vectors and the last, partly filled one.
//
// The computation stands at the loop's head and its operand is loaded at the end of the turn before: V8 moves constants
// out of a loop only from blocks that every way out passes, and building one anew takes three instructions.

import { loadPartial, storePartial } from "./vector";

/** `out = F(x)` over `n` values. */
@inline
export function map<F>(out: usize, x: usize, n: i32): void {
  const f = changetype<F>(0);
  if (n <= 0) return;
  while (true) {
    const v = n >= 4 ? v128.load(x) : loadPartial(x, n);
    const y = f.of(v);
    n -= 4;
    if (n < 0) {
      storePartial(out, y, n + 4);
      return;
    }
    v128.store(out, y);
    if (n == 0) return;
    out += 16;
    x += 16;
  }
}

/** `out = F(x, p, q)` with two parameters that are the same for all values. */
@inline
export function mapWith<F>(out: usize, x: usize, n: i32, p: v128, q: v128): void {
  const f = changetype<F>(0);
  if (n <= 0) return;
  while (true) {
    const v = n >= 4 ? v128.load(x) : loadPartial(x, n);
    const y = f.of(v, p, q);
    n -= 4;
    if (n < 0) {
      storePartial(out, y, n + 4);
      return;
    }
    v128.store(out, y);
    if (n == 0) return;
    out += 16;
    x += 16;
  }
}
