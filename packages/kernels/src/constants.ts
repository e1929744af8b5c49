// Coefficients of the elementwise functions, in one place: the AssemblyScript sources import this file, and so can
// whatever else emits the same functions. Plain numbers only, since two compilers read it.

/** 1.5 · 2²³: added to a float32 below 2²², it leaves the nearest whole number in the low bits. */
export const ROUND = 12582912.0;

// exp and expm1: x = k ln 2 + r with |r| <= ln 2 / 2, e^r = 1 + r + r² P(r); build/remez.py gives P.
export const LOG2_E: number = Math.LOG2E;
/** ln 2 in two parts; the first has 9 bits, so that its product with k is exact. */
export const LN2_HIGH = 0.693359375;
export const LN2_LOW = -2.1219444005469058e-4;
export const EXP_0 = 0.5000000058345674;
export const EXP_1 = 0.16666545448739423;
export const EXP_2 = 0.04166629035873848;
export const EXP_3 = 0.008366347404616784;
export const EXP_4 = 0.0013946005278613063;
/** From here on e^x rounds to infinity, and below its negative neighbour to 0. */
export const EXP_MAX = 89.0;
export const EXP_MIN = -104.0;
/** Below this, e^x - 1 rounds to -1. */
export const EXPM1_MIN = -18.0;
/** From here on tanh rounds to 1. */
export const TANH_MAX = 9.02;

// log: x = 2^k m with √½ <= m < √2, f = m - 1, log m = f - f²/2 + f³ P(f). Cephes, logf.c.
/** √½ as float32, and as its bits. */
export const SQRT_HALF_BITS = 0x3f3504f3;
/** The smallest normal float32; what is smaller is first multiplied by 2²³. */
export const MIN_NORMAL = 1.1754943508222875e-38;
export const TWO_23 = 8388608.0;
export const LOG_0 = 3.3333331174e-1;
export const LOG_1 = -2.4999993993e-1;
export const LOG_2 = 2.0000714765e-1;
export const LOG_3 = -1.6668057665e-1;
export const LOG_4 = 1.4249322787e-1;
export const LOG_5 = -1.2420140846e-1;
export const LOG_6 = 1.167699874e-1;
export const LOG_7 = -1.151461031e-1;
export const LOG_8 = 7.0376836292e-2;

// erf: x + x P(x²) up to 475/512, else 1 - exp(-(x + x Q(x))). N. Juffa, stackoverflow.com/a/35148199 (2015), BSD 2-clause.
export const ERF_SWITCH = 0.927734375;
/** From here on erf rounds to 1. */
export const ERF_MAX = 4.0;
export const ERF_SMALL_0 = 1.28379166e-1;
export const ERF_SMALL_1 = -3.76125336e-1;
export const ERF_SMALL_2 = 1.12819925e-1;
export const ERF_SMALL_3 = -2.67681349e-2;
export const ERF_SMALL_4 = 4.99119423e-3;
export const ERF_SMALL_5 = -5.96761703e-4;
export const ERF_LARGE_0 = -1.28717512e-1;
export const ERF_LARGE_1 = -6.34846687e-1;
export const ERF_LARGE_2 = -1.06777877e-1;
export const ERF_LARGE_3 = 2.42546219e-2;
export const ERF_LARGE_4 = -3.88396438e-3;
export const ERF_LARGE_5 = 3.83197126e-4;
export const ERF_LARGE_6 = -1.7285347e-5;
