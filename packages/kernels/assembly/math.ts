// The elementwise functions on four lanes, to be composed. Every one is free of branches, and its relative error stays
// below 4 units in the last place over all finite float32, subnormal results included (build/ulp.mjs measures it).
// pmin and pmax keep a NaN in their first operand, and take one instruction where min and max take many.

import * as C from "../src/constants";
import { madd } from "./vector";

@inline
export function splat(value: f64): v128 {
  return f32x4.splat(<f32>value);
}

@inline
function signOf(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x80000000));
}

/** `x` where it is below `limit` or NaN, else `limit`. */
@inline
export function atMost(x: v128, limit: f64): v128 {
  return f32x4.pmin(x, splat(limit));
}

/**
 * The whole number k nearest to `x / ln 2`, plus ROUND + `offset`: what is in the low bits, k + offset, is an exponent
 * when shifted by 23. An even offset changes no k, since sums halfway between two go to the even one.
 */
@inline
function roundedLog2(x: v128, offset: i32): v128 {
  return madd(x, splat(C.LOG2_E), splat(C.ROUND + <f64>offset));
}

/** `e^r - 1` of the rest `r = x - k ln 2`. */
@inline
function expm1OfRest(x: v128, rounded: v128, offset: i32): v128 {
  const k = f32x4.sub(rounded, splat(C.ROUND + <f64>offset));
  const r = madd(k, splat(-C.LN2_LOW), madd(k, splat(-C.LN2_HIGH), x));
  let p = madd(splat(C.EXP_4), r, splat(C.EXP_3));
  p = madd(p, r, splat(C.EXP_2));
  p = madd(p, r, splat(C.EXP_1));
  p = madd(p, r, splat(C.EXP_0));
  return madd(p, f32x4.mul(r, r), r);
}

@inline
export function exp(x: v128): v128 {
  const limited = f32x4.pmax(atMost(x, C.EXP_MAX), splat(C.EXP_MIN));
  const rounded = roundedLog2(limited, 254);
  const y = f32x4.add(expm1OfRest(limited, rounded, 254), splat(1));
  // By two powers of two with half of k each: 2^k itself may be too large, or subnormal where the product is not yet
  // rounded.
  const half = i32x4.shr_u(rounded, 1);
  const other = i32x4.sub(rounded, half);
  return f32x4.mul(f32x4.mul(y, i32x4.shl(half, 23)), i32x4.shl(other, 23));
}

/** `e^x` for `x <= 0`. */
@inline
export function expOfNegative(x: v128): v128 {
  const limited = f32x4.pmax(x, splat(C.EXP_MIN));
  const rounded = roundedLog2(limited, 152);
  const y = f32x4.add(expm1OfRest(limited, rounded, 152), splat(1));
  // By 2^(k + 25), which is normal, and then 2^-25: subnormal results are rounded once.
  return f32x4.mul(f32x4.mul(y, i32x4.shl(rounded, 23)), splat(2.98023223876953125e-8));
}

@inline
export function expm1(x: v128): v128 {
  const limited = f32x4.pmax(atMost(x, C.EXP_MAX), splat(C.EXPM1_MIN));
  const rounded = roundedLog2(limited, 126);
  // 2 (2^(k-1) e + (2^(k-1) - 1/2)), since 2^k may be too large.
  const scale = i32x4.shl(rounded, 23);
  const half = madd(expm1OfRest(limited, rounded, 126), scale, f32x4.sub(scale, splat(0.5)));
  return v128.or(f32x4.add(half, half), signOf(x));
}

/** `e / (e + 2)` with `e = e^2|x| - 1`: near 0 nothing cancels. Both doubled, since k + 1 + 127 is k and an even number. */
@inline
export function tanh(x: v128): v128 {
  const size = atMost(f32x4.abs(x), C.TANH_MAX);
  const twice = f32x4.add(size, size);
  const rounded = roundedLog2(twice, 128);
  const scale = i32x4.shl(rounded, 23);
  const e = madd(expm1OfRest(twice, rounded, 128), scale, f32x4.sub(scale, splat(2)));
  return v128.or(f32x4.div(e, f32x4.add(e, splat(4))), signOf(x));
}

/** exp only ever sees a negative number: it cannot overflow, and small results keep all their digits. */
@inline
export function sigmoid(x: v128): v128 {
  const e = expOfNegative(v128.or(x, i32x4.splat(0x80000000)));
  const one = splat(1);
  // 1 from 0 on, below e, which is at most 1.
  return f32x4.div(f32x4.pmax(e, v128.and(one, f32x4.ge(x, splat(0)))), f32x4.add(one, e));
}

/** The logarithm of a positive, normal, finite `x`; `bias` is added to the exponent. */
@inline
function logOfNormal(x: v128, bias: v128): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(x, i32x4.splat(C.SQRT_HALF_BITS)), 23);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), splat(1));
  const k = f32x4.add(f32x4.convert_i32x4_s(exponent), bias);
  let p = madd(splat(C.LOG_8), f, splat(C.LOG_7));
  p = madd(p, f, splat(C.LOG_6));
  p = madd(p, f, splat(C.LOG_5));
  p = madd(p, f, splat(C.LOG_4));
  p = madd(p, f, splat(C.LOG_3));
  p = madd(p, f, splat(C.LOG_2));
  p = madd(p, f, splat(C.LOG_1));
  p = madd(p, f, splat(C.LOG_0));
  const square = f32x4.mul(f, f);
  let y = madd(k, splat(C.LN2_LOW), f32x4.mul(f32x4.mul(p, f), square));
  y = madd(square, splat(-0.5), y);
  return madd(k, splat(C.LN2_HIGH), f32x4.add(f, y));
}

@inline
export function log(x: v128): v128 {
  const small = f32x4.lt(x, splat(C.MIN_NORMAL));
  const scaled = v128.bitselect(f32x4.mul(x, splat(C.TWO_23)), x, small);
  const y = logOfNormal(scaled, v128.and(small, splat(-23)));
  // What is left has the square root's answer (NaN below 0, infinity, NaN), except 0.
  const zero = splat(0);
  const regular = v128.and(f32x4.gt(x, zero), f32x4.lt(x, splat(Infinity)));
  return v128.bitselect(splat(-Infinity), v128.bitselect(y, f32x4.sqrt(x), regular), f32x4.eq(x, zero));
}

/** `log u + c / u`, with `u = 1 + x` rounded and `c` what the rounding took away. */
@inline
export function log1p(x: v128): v128 {
  const one = splat(1);
  const u = f32x4.add(one, x);
  const added = f32x4.sub(u, one);
  const c = f32x4.add(f32x4.sub(one, f32x4.sub(u, added)), f32x4.sub(x, added));
  // At u = 0 and infinity there is nothing to correct, and the quotient is NaN.
  const regular = v128.and(f32x4.gt(u, splat(0)), f32x4.lt(u, splat(Infinity)));
  return v128.or(f32x4.add(log(u), v128.and(f32x4.div(c, u), regular)), signOf(x));
}

/** `max(x, 0) + log1p(e)` with `e = e^-|x| <= 1`. */
@inline
export function softplus(x: v128): v128 {
  const one = splat(1);
  const e = expOfNegative(v128.or(x, i32x4.splat(0x80000000)));
  const u = f32x4.add(one, e);
  const c = f32x4.sub(e, f32x4.sub(u, one));
  const log1p = f32x4.add(logOfNormal(u, splat(0)), f32x4.div(c, u));
  return f32x4.add(f32x4.pmax(x, splat(0)), log1p);
}

@inline
export function erf(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let p = madd(splat(C.ERF_SMALL_5), square, splat(C.ERF_SMALL_4));
  p = madd(p, square, splat(C.ERF_SMALL_3));
  p = madd(p, square, splat(C.ERF_SMALL_2));
  p = madd(p, square, splat(C.ERF_SMALL_1));
  p = madd(p, square, splat(C.ERF_SMALL_0));
  const small = madd(p, x, x);

  const size = atMost(f32x4.abs(x), C.ERF_MAX);
  let q = madd(splat(C.ERF_LARGE_6), size, splat(C.ERF_LARGE_5));
  q = madd(q, size, splat(C.ERF_LARGE_4));
  q = madd(q, size, splat(C.ERF_LARGE_3));
  q = madd(q, size, splat(C.ERF_LARGE_2));
  q = madd(q, size, splat(C.ERF_LARGE_1));
  q = madd(q, size, splat(C.ERF_LARGE_0));
  const large = f32x4.sub(splat(1), expOfNegative(f32x4.sub(f32x4.mul(q, size), size)));

  return v128.bitselect(v128.or(large, signOf(x)), small, f32x4.gt(size, splat(C.ERF_SWITCH)));
}

@inline
export function relu(x: v128): v128 {
  return f32x4.pmax(x, splat(0));
}

/** -1, 0 or 1; zeros keep their sign, NaN stays NaN. */
@inline
export function sign(x: v128): v128 {
  const one = v128.or(splat(1), signOf(x));
  return v128.bitselect(one, x, f32x4.gt(f32x4.abs(x), splat(0)));
}

/** `min(max(x + 3, 0), 6) / 6`: not x / 6 + 1/2, which loses digits where the two nearly cancel. */
@inline
export function hardSigmoid(x: v128): v128 {
  return f32x4.div(atMost(f32x4.pmax(f32x4.add(x, splat(3)), splat(0)), 6), splat(6));
}
