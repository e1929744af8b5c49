import * as C from "@unroll/kernels/constants";
import { Simd } from "./assembler.ts";
import type { Lanes, VectorCode } from "./vector-code.ts";

// The elementwise functions of the kernels, instruction by instruction, for code that is emitted: the same bits in both
// builds, which a test compares. packages/kernels/assembly/math.ts says why each is as it is.

const signBit = 0x80000000;

function atMost(v: VectorCode, x: Lanes, limit: number): Lanes {
  return v.of(Simd.pmin, x, v.splat(limit));
}

function signOf(v: VectorCode, x: Lanes): Lanes {
  return v.of(Simd.and, x, v.bits(signBit));
}

function roundedLog2(v: VectorCode, x: Lanes, offset: number): Lanes {
  return v.madd(x, v.splat(C.LOG2_E), v.splat(C.ROUND + offset));
}

function polynomial(v: VectorCode, x: Lanes, [first, ...rest]: readonly number[]): Lanes {
  return rest.reduce((sum, coefficient) => v.madd(sum, x, v.splat(coefficient)), v.splat(first));
}

function expm1OfRest(v: VectorCode, x: Lanes, rounded: Lanes, offset: number): Lanes {
  const k = v.of(Simd.sub, rounded, v.splat(C.ROUND + offset));
  const r = v.madd(k, v.splat(-C.LN2_LOW), v.madd(k, v.splat(-C.LN2_HIGH), x));
  const p = polynomial(v, r, [C.EXP_4, C.EXP_3, C.EXP_2, C.EXP_1, C.EXP_0]);
  return v.madd(p, v.of(Simd.mul, r, r), r);
}

export function exp(v: VectorCode, x: Lanes): Lanes {
  const limited = v.of(Simd.pmax, atMost(v, x, C.EXP_MAX), v.splat(C.EXP_MIN));
  const rounded = roundedLog2(v, limited, 254);
  const y = v.of(Simd.add, expm1OfRest(v, limited, rounded, 254), v.splat(1));
  const half = v.shift(Simd.shrU, rounded, 1);
  const other = v.of(Simd.subInt, rounded, half);
  return v.of(Simd.mul, v.of(Simd.mul, y, v.shift(Simd.shl, half, 23)), v.shift(Simd.shl, other, 23));
}

function expOfNegative(v: VectorCode, x: Lanes): Lanes {
  const limited = v.of(Simd.pmax, x, v.splat(C.EXP_MIN));
  const rounded = roundedLog2(v, limited, 152);
  const y = v.of(Simd.add, expm1OfRest(v, limited, rounded, 152), v.splat(1));
  return v.of(Simd.mul, v.of(Simd.mul, y, v.shift(Simd.shl, rounded, 23)), v.splat(2.98023223876953125e-8));
}

export function expm1(v: VectorCode, x: Lanes): Lanes {
  const limited = v.of(Simd.pmax, atMost(v, x, C.EXP_MAX), v.splat(C.EXPM1_MIN));
  const rounded = roundedLog2(v, limited, 126);
  const scale = v.shift(Simd.shl, rounded, 23);
  const half = v.madd(expm1OfRest(v, limited, rounded, 126), scale, v.of(Simd.sub, scale, v.splat(0.5)));
  return v.of(Simd.or, v.of(Simd.add, half, half), signOf(v, x));
}

export function tanh(v: VectorCode, x: Lanes): Lanes {
  const size = atMost(v, v.of(Simd.abs, x), C.TANH_MAX);
  const twice = v.of(Simd.add, size, size);
  const rounded = roundedLog2(v, twice, 128);
  const scale = v.shift(Simd.shl, rounded, 23);
  const e = v.madd(expm1OfRest(v, twice, rounded, 128), scale, v.of(Simd.sub, scale, v.splat(2)));
  return v.of(Simd.or, v.of(Simd.div, e, v.of(Simd.add, e, v.splat(4))), signOf(v, x));
}

export function sigmoid(v: VectorCode, x: Lanes): Lanes {
  const e = expOfNegative(v, v.of(Simd.or, x, v.bits(signBit)));
  const one = v.splat(1);
  const above = v.of(Simd.ge, x, v.splat(0));
  return v.of(Simd.div, v.of(Simd.bitselect, one, e, above), v.of(Simd.add, one, e));
}

function logOfNormal(v: VectorCode, x: Lanes, bias: Lanes): Lanes {
  const exponent = v.shift(Simd.shrS, v.of(Simd.subInt, x, v.bits(C.SQRT_HALF_BITS)), 23);
  const f = v.of(Simd.sub, v.of(Simd.subInt, x, v.shift(Simd.shl, exponent, 23)), v.splat(1));
  const k = v.of(Simd.add, v.of(Simd.convert, exponent), bias);
  const p = polynomial(v, f, [C.LOG_8, C.LOG_7, C.LOG_6, C.LOG_5, C.LOG_4, C.LOG_3, C.LOG_2, C.LOG_1, C.LOG_0]);
  const square = v.of(Simd.mul, f, f);
  let y = v.madd(k, v.splat(C.LN2_LOW), v.of(Simd.mul, v.of(Simd.mul, p, f), square));
  y = v.madd(square, v.splat(-0.5), y);
  return v.madd(k, v.splat(C.LN2_HIGH), v.of(Simd.add, f, y));
}

export function log(v: VectorCode, x: Lanes): Lanes {
  const small = v.of(Simd.lt, x, v.splat(C.MIN_NORMAL));
  const scaled = v.of(Simd.bitselect, v.of(Simd.mul, x, v.splat(C.TWO_23)), x, small);
  const y = logOfNormal(v, scaled, v.of(Simd.and, small, v.splat(-23)));
  const zero = v.splat(0);
  const regular = v.of(Simd.and, v.of(Simd.gt, x, zero), v.of(Simd.lt, x, v.splat(Infinity)));
  const rest = v.of(Simd.bitselect, y, v.of(Simd.sqrt, x), regular);
  return v.of(Simd.bitselect, v.splat(-Infinity), rest, v.of(Simd.eq, x, zero));
}

export function log1p(v: VectorCode, x: Lanes): Lanes {
  const one = v.splat(1);
  const u = v.of(Simd.add, one, x);
  const added = v.of(Simd.sub, u, one);
  const c = v.of(Simd.add, v.of(Simd.sub, one, v.of(Simd.sub, u, added)), v.of(Simd.sub, x, added));
  const regular = v.of(Simd.and, v.of(Simd.gt, u, v.splat(0)), v.of(Simd.lt, u, v.splat(Infinity)));
  const corrected = v.of(Simd.add, log(v, u), v.of(Simd.and, v.of(Simd.div, c, u), regular));
  return v.of(Simd.or, corrected, signOf(v, x));
}

export function softplus(v: VectorCode, x: Lanes): Lanes {
  const one = v.splat(1);
  const e = expOfNegative(v, v.of(Simd.or, x, v.bits(signBit)));
  const u = v.of(Simd.add, one, e);
  const c = v.of(Simd.sub, e, v.of(Simd.sub, u, one));
  const grown = v.of(Simd.add, logOfNormal(v, u, v.splat(0)), v.of(Simd.div, c, u));
  return v.of(Simd.add, v.of(Simd.pmax, x, v.splat(0)), grown);
}

export function erf(v: VectorCode, x: Lanes): Lanes {
  const square = v.of(Simd.mul, x, x);
  const p = polynomial(v, square, [
    C.ERF_SMALL_5,
    C.ERF_SMALL_4,
    C.ERF_SMALL_3,
    C.ERF_SMALL_2,
    C.ERF_SMALL_1,
    C.ERF_SMALL_0,
  ]);
  const small = v.madd(p, x, x);
  const size = atMost(v, v.of(Simd.abs, x), C.ERF_MAX);
  const q = polynomial(v, size, [
    C.ERF_LARGE_6,
    C.ERF_LARGE_5,
    C.ERF_LARGE_4,
    C.ERF_LARGE_3,
    C.ERF_LARGE_2,
    C.ERF_LARGE_1,
    C.ERF_LARGE_0,
  ]);
  const large = v.of(Simd.sub, v.splat(1), expOfNegative(v, v.of(Simd.sub, v.of(Simd.mul, q, size), size)));
  const signed = v.of(Simd.or, large, signOf(v, x));
  return v.of(Simd.bitselect, signed, small, v.of(Simd.gt, size, v.splat(C.ERF_SWITCH)));
}

export function relu(v: VectorCode, x: Lanes): Lanes {
  return v.of(Simd.pmax, x, v.splat(0));
}

export function sign(v: VectorCode, x: Lanes): Lanes {
  const one = v.of(Simd.or, v.splat(1), signOf(v, x));
  return v.of(Simd.bitselect, one, x, v.of(Simd.gt, v.of(Simd.abs, x), v.splat(0)));
}

export function hardSigmoid(v: VectorCode, x: Lanes): Lanes {
  const shifted = v.of(Simd.pmax, v.of(Simd.add, x, v.splat(3)), v.splat(0));
  return v.of(Simd.div, atMost(v, shifted, 6), v.splat(6));
}

export function leakyRelu(v: VectorCode, x: Lanes, slope: number): Lanes {
  return v.of(Simd.bitselect, x, v.of(Simd.mul, v.splat(slope), x), v.of(Simd.ge, x, v.splat(0)));
}

export function elu(v: VectorCode, x: Lanes, alpha: number): Lanes {
  return v.of(Simd.bitselect, x, v.of(Simd.mul, v.splat(alpha), expm1(v, x)), v.of(Simd.gt, x, v.splat(0)));
}

export function clamp(v: VectorCode, x: Lanes, low: number, high: number): Lanes {
  return v.of(Simd.min, v.of(Simd.max, x, v.splat(low)), v.splat(high));
}

/** `g (1 - y²)`. */
export function tanhGrad(v: VectorCode, g: Lanes, y: Lanes): Lanes {
  const one = v.splat(1);
  return v.of(Simd.mul, g, v.of(Simd.mul, v.of(Simd.sub, one, y), v.of(Simd.add, one, y)));
}

/** `g y (1 - y)`. */
export function sigmoidGrad(v: VectorCode, g: Lanes, y: Lanes): Lanes {
  return v.of(Simd.mul, g, v.of(Simd.mul, y, v.of(Simd.sub, v.splat(1), y)));
}
