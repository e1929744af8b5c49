// `out = f(a, b)` over `n` values; `out` may be `a` or `b`. An operand with step 0 is the one number at its address.

import { loadPartial, storePartial } from "./vector";

@inline
function zip<F>(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  const f = changetype<F>(0);
  if (da == 0) {
    const x = v128.load32_splat(a);
    for (; n >= 4; n -= 4) {
      v128.store(out, f.of(x, v128.load(b)));
      out += 16;
      b += 16;
    }
    if (n > 0) storePartial(out, f.of(x, loadPartial(b, n)), n);
  } else if (db == 0) {
    const y = v128.load32_splat(b);
    for (; n >= 4; n -= 4) {
      v128.store(out, f.of(v128.load(a), y));
      out += 16;
      a += 16;
    }
    if (n > 0) storePartial(out, f.of(loadPartial(a, n), y), n);
  } else {
    for (; n >= 4; n -= 4) {
      v128.store(out, f.of(v128.load(a), v128.load(b)));
      out += 16;
      a += 16;
      b += 16;
    }
    if (n > 0) storePartial(out, f.of(loadPartial(a, n), loadPartial(b, n)), n);
  }
}

class Add {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}
class Sub {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}
class Mul {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}
class Div {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}
// WebAssembly's max and min give NaN beside NaN, and order -0 below 0.
class Maximum {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}
class Minimum {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

export function add(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  zip<Add>(out, a, b, n, da, db);
}

export function sub(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  zip<Sub>(out, a, b, n, da, db);
}

export function mul(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  zip<Mul>(out, a, b, n, da, db);
}

export function div(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  zip<Div>(out, a, b, n, da, db);
}

export function maximum(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  zip<Maximum>(out, a, b, n, da, db);
}

export function minimum(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  zip<Minimum>(out, a, b, n, da, db);
}
