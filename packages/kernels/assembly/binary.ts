// `out = f(a, b)`; `out` may be `a` or `b`. An operand with step 1 has a number for each result, one with step 0 the same
// number, at its address, for all.

import { loadPartial, storePartial } from "./vector";

@inline
function zip<F>(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
  const f = changetype<F>(0);
  if (n <= 0) return;
  // For an operand with step 0. (With step 1, the first value is there to be read all the same.)
  const x = v128.load32_splat(a);
  const y = v128.load32_splat(b);
  if (da & db)
    for (; n >= 4; n -= 4) {
      v128.store(out, f.of(v128.load(a), v128.load(b)));
      out += 16;
      a += 16;
      b += 16;
    }
  else if (da)
    for (; n >= 4; n -= 4) {
      v128.store(out, f.of(v128.load(a), y));
      out += 16;
      a += 16;
    }
  else if (db)
    for (; n >= 4; n -= 4) {
      v128.store(out, f.of(x, v128.load(b)));
      out += 16;
      b += 16;
    }
  else {
    const z = f.of(x, y);
    for (; n >= 4; n -= 4) {
      v128.store(out, z);
      out += 16;
    }
  }
  if (n > 0) storePartial(out, f.of(da ? loadPartial(a, n) : x, db ? loadPartial(b, n) : y), n);
}

class Add {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
  @inline row(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
    add(out, a, b, n, da, db);
  }
}
class Sub {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
  @inline row(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
    sub(out, a, b, n, da, db);
  }
}
class Mul {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
  @inline row(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
    mul(out, a, b, n, da, db);
  }
}
class Div {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
  @inline row(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
    div(out, a, b, n, da, db);
  }
}
// WebAssembly's max and min give NaN beside NaN, and order -0 below 0.
class Maximum {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
  @inline row(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
    maximum(out, a, b, n, da, db);
  }
}
class Minimum {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
  @inline row(out: usize, a: usize, b: usize, n: i32, da: i32, db: i32): void {
    minimum(out, a, b, n, da, db);
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

/**
 * The same for `rows` rows of `n` results; an operand's rows lie `aRow` or `bRow` values apart: 0 for a row that serves all
 * of them, 1 (with step 0) for a column. Calls the function for one row, which V8 compiles well between calls.
 */
@inline
function zipRows<F>(
  out: usize, a: usize, b: usize, rows: i32, n: i32, aRow: i32, bRow: i32, da: i32, db: i32,
): void {
  const f = changetype<F>(0);
  for (; rows > 0; rows--) {
    f.row(out, a, b, n, da, db);
    out += n << 2;
    a += aRow << 2;
    b += bRow << 2;
  }
}

export function addRows(out: usize, a: usize, b: usize, rows: i32, n: i32, aRow: i32, bRow: i32, da: i32, db: i32): void {
  zipRows<Add>(out, a, b, rows, n, aRow, bRow, da, db);
}
export function subRows(out: usize, a: usize, b: usize, rows: i32, n: i32, aRow: i32, bRow: i32, da: i32, db: i32): void {
  zipRows<Sub>(out, a, b, rows, n, aRow, bRow, da, db);
}
export function mulRows(out: usize, a: usize, b: usize, rows: i32, n: i32, aRow: i32, bRow: i32, da: i32, db: i32): void {
  zipRows<Mul>(out, a, b, rows, n, aRow, bRow, da, db);
}
export function divRows(out: usize, a: usize, b: usize, rows: i32, n: i32, aRow: i32, bRow: i32, da: i32, db: i32): void {
  zipRows<Div>(out, a, b, rows, n, aRow, bRow, da, db);
}
export function maximumRows(out: usize, a: usize, b: usize, rows: i32, n: i32, aRow: i32, bRow: i32, da: i32, db: i32): void {
  zipRows<Maximum>(out, a, b, rows, n, aRow, bRow, da, db);
}
export function minimumRows(out: usize, a: usize, b: usize, rows: i32, n: i32, aRow: i32, bRow: i32, da: i32, db: i32): void {
  zipRows<Minimum>(out, a, b, rows, n, aRow, bRow, da, db);
}
