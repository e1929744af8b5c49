// The elementwise functions in float64, for every float32 x: within 1e-15 of the true value, relatively (check_truth.py
// compares them with 60 digits). A billion patterns are compared with them, so where a function has long become a
// constant, a line or the first terms of its series, that is what is computed.

// |x| < 2^-12: from the third term on, what a series leaves out is at most x^6, 2^-72 of the result.
const tiny = 2.44140625e-4;
const { abs, exp, expm1, log, log1p, sqrt, PI } = Math;

/** x -> e^x in float64 is 0 below -745, infinite above 709. @param {number} x */
function expTruth(x) {
  if (abs(x) < tiny) return 1 + x * (1 + (x / 2) * (1 + x / 3));
  // Halfway from the largest float32 to 2^128 on, and up to half the smallest, what matters is to be far beyond.
  if (x > 200) return Number.POSITIVE_INFINITY;
  return x < -200 ? 0 : exp(x);
}

/** @param {number} x */
function expm1Truth(x) {
  if (abs(x) < tiny) return x * (1 + (x / 2) * (1 + (x / 3) * (1 + (x / 4) * (1 + x / 5))));
  if (x > 200) return Number.POSITIVE_INFINITY;
  // e^-40 is less than the last digit of 1 in float64.
  return x < -40 ? -1 : expm1(x);
}

/** @param {number} x */
function log1pTruth(x) {
  return abs(x) < tiny ? x * (1 - x * (1 / 2 - x * (1 / 3 - x * (1 / 4 - x / 5)))) : log1p(x);
}

/** @param {number} x */
function tanhTruth(x) {
  const square = x * x;
  if (abs(x) < tiny) return x * (1 - (square / 3) * (1 - square * (2 / 5)));
  // 2 e^-40 is less than the last digit of 1 in float64.
  if (abs(x) > 20) return x > 0 ? 1 : -1;
  return Math.tanh(x);
}

/** @param {number} x */
function sigmoidTruth(x) {
  if (abs(x) < tiny) return 1 / 2 + (x / 4) * (1 - (x * x) / 12);
  if (x > 40) return 1;
  // Here 1 + e^x is 1 in float64.
  if (x < -40) return expTruth(x);
  const e = exp(-abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

/** @param {number} x */
function softplusTruth(x) {
  if (abs(x) < tiny) return Math.LN2 + (x / 2) * (1 + (x / 4) * (1 - (x * x) / 24));
  // log(1 + e) is e for such small e, and x + e is x.
  if (x > 40) return x;
  if (x < -40) return expTruth(x);
  return Math.max(x, 0) + log1p(exp(-abs(x)));
}

/** The error function by its series of positive terms: nothing cancels. @param {number} x */
function erfTruth(x) {
  const square = x * x;
  if (abs(x) < tiny) return (2 / sqrt(PI)) * x * (1 - (square / 3) * (1 - square * (3 / 10)));
  // 1 - erf(6) is 2e-17, less than the last digit of 1 in float64.
  if (abs(x) > 6) return x > 0 ? 1 : -1;
  let sum = 0;
  let term = x;
  for (let k = 1; abs(term) > abs(sum) * 1e-17; k++) {
    sum += term;
    term *= (2 * square) / (2 * k + 1);
  }
  return ((2 * exp(-square)) / sqrt(PI)) * sum;
}

/** @type {Record<string, (x: number) => number>} */
export const truth = {
  exp: expTruth,
  expm1: expm1Truth,
  log,
  log1p: log1pTruth,
  tanh: tanhTruth,
  sigmoid: sigmoidTruth,
  softplus: softplusTruth,
  erf: erfTruth,
};
