// `out = f(x)` over `n` values; `out` may be `x`.

import { map, mapPairs, mapWith } from "./map";
import * as math from "./math";

class Neg {
  @inline of(x: v128): v128 {
    return f32x4.neg(x);
  }
}
class Abs {
  @inline of(x: v128): v128 {
    return f32x4.abs(x);
  }
}
class Sqrt {
  @inline of(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}
class Floor {
  @inline of(x: v128): v128 {
    return f32x4.floor(x);
  }
}
class Round {
  @inline of(x: v128): v128 {
    return f32x4.nearest(x);
  }
}
class Exp {
  @inline of(x: v128): v128 {
    return math.exp(x);
  }
}
class Expm1 {
  @inline of(x: v128): v128 {
    return math.expm1(x);
  }
}
class Log {
  @inline of(x: v128): v128 {
    return math.log(x);
  }
}
class Log1p {
  @inline of(x: v128): v128 {
    return math.log1p(x);
  }
}
class Tanh {
  @inline of(x: v128): v128 {
    return math.tanh(x);
  }
}
class Sigmoid {
  @inline of(x: v128): v128 {
    return math.sigmoid(x);
  }
}
class Softplus {
  @inline of(x: v128): v128 {
    return math.softplus(x);
  }
}
class Erf {
  @inline of(x: v128): v128 {
    return math.erf(x);
  }
}
class Relu {
  @inline of(x: v128): v128 {
    return math.relu(x);
  }
}
class Sign {
  @inline of(x: v128): v128 {
    return math.sign(x);
  }
}
class HardSigmoid {
  @inline of(x: v128): v128 {
    return math.hardSigmoid(x);
  }
}
class LeakyRelu {
  @inline of(x: v128, slope: v128, _: v128): v128 {
    return v128.bitselect(x, f32x4.mul(slope, x), f32x4.ge(x, f32x4.splat(0)));
  }
}
class Elu {
  @inline of(x: v128, alpha: v128, _: v128): v128 {
    return v128.bitselect(x, f32x4.mul(alpha, math.expm1(x)), f32x4.gt(x, f32x4.splat(0)));
  }
}
class Clamp {
  @inline of(x: v128, low: v128, high: v128): v128 {
    return f32x4.min(f32x4.max(x, low), high);
  }
}

export function neg(out: usize, x: usize, n: i32): void {
  map<Neg>(out, x, n);
}
export function abs(out: usize, x: usize, n: i32): void {
  map<Abs>(out, x, n);
}
export function sqrt(out: usize, x: usize, n: i32): void {
  map<Sqrt>(out, x, n);
}
export function floor(out: usize, x: usize, n: i32): void {
  map<Floor>(out, x, n);
}
/** Halves go to the even neighbour. */
export function round(out: usize, x: usize, n: i32): void {
  map<Round>(out, x, n);
}
export function exp(out: usize, x: usize, n: i32): void {
  mapPairs<Exp>(out, x, n);
}
export function expm1(out: usize, x: usize, n: i32): void {
  map<Expm1>(out, x, n);
}
export function log(out: usize, x: usize, n: i32): void {
  map<Log>(out, x, n);
}
export function log1p(out: usize, x: usize, n: i32): void {
  map<Log1p>(out, x, n);
}
export function tanh(out: usize, x: usize, n: i32): void {
  mapPairs<Tanh>(out, x, n);
}
export function sigmoid(out: usize, x: usize, n: i32): void {
  mapPairs<Sigmoid>(out, x, n);
}
export function softplus(out: usize, x: usize, n: i32): void {
  map<Softplus>(out, x, n);
}
export function erf(out: usize, x: usize, n: i32): void {
  map<Erf>(out, x, n);
}
/** The relu of -0 is -0, as in PyTorch. */
export function relu(out: usize, x: usize, n: i32): void {
  map<Relu>(out, x, n);
}
/** -1, 0 or 1; zeros keep their sign, NaN stays NaN. */
export function sign(out: usize, x: usize, n: i32): void {
  map<Sign>(out, x, n);
}
/** `clamp(x + 3, 0, 6) / 6`. */
export function hardSigmoid(out: usize, x: usize, n: i32): void {
  map<HardSigmoid>(out, x, n);
}
/** `x` where it is >= 0, else `slope x`. */
export function leakyRelu(out: usize, x: usize, n: i32, slope: f32): void {
  mapWith<LeakyRelu>(out, x, n, f32x4.splat(slope), f32x4.splat(0));
}
/** `x` where it is > 0, else `alpha (e^x - 1)`. */
export function elu(out: usize, x: usize, n: i32, alpha: f32): void {
  mapWith<Elu>(out, x, n, f32x4.splat(alpha), f32x4.splat(0));
}
/** `min(max(x, low), high)`. */
export function clamp(out: usize, x: usize, n: i32, low: f32, high: f32): void {
  mapWith<Clamp>(out, x, n, f32x4.splat(low), f32x4.splat(high));
}
