import { describe, expect, it } from "vitest";
import * as constants from "./constants.ts";
import type { KernelFunctions } from "./generated/functions.ts";
import { builds, difference, noise, withPlaced } from "./placed.ts";
import type { Build } from "./state.ts";

type Call = (run: KernelFunctions, out: number, x: number, n: number) => void;

const { fround } = Math;
const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

/** By its series of positive terms: nothing cancels. */
function erf(x: number): number {
  if (Math.abs(x) > 5 || Number.isNaN(x)) return Math.sign(x);
  let sum = 0;
  let term = x;
  for (let k = 1; Math.abs(term) > Math.abs(sum) * 1e-17; k++) {
    sum += term;
    term *= (2 * x * x) / (2 * k + 1);
  }
  return ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum;
}

function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The function, its truth in float64, and a bound on its error in units in the last place, somewhat above the measured. */
const approximate: [name: string, call: Call, truth: (x: number) => number, bound: number][] = [
  ["exp", (run, ...a) => run.exp(...a), Math.exp, 1.1],
  ["expm1", (run, ...a) => run.expm1(...a), Math.expm1, 1.9],
  ["log", (run, ...a) => run.log(...a), Math.log, 1],
  ["log1p", (run, ...a) => run.log1p(...a), Math.log1p, 1.7],
  ["tanh", (run, ...a) => run.tanh(...a), Math.tanh, 2.7],
  ["sigmoid", (run, ...a) => run.sigmoid(...a), sigmoid, 2.5],
  ["softplus", (run, ...a) => run.softplus(...a), softplus, 2.1],
  ["erf", (run, ...a) => run.erf(...a), erf, 1.4],
  ["hardSigmoid", (run, ...a) => run.hardSigmoid(...a), (x) => Math.min(Math.max(x + 3, 0), 6) / 6, 1.5],
  ["elu", (run, ...a) => run.elu(...a, 0.5), (x) => (x > 0 ? x : 0.5 * Math.expm1(x)), 1.9],
];

/** The functions whose float32 result is the float64 result, rounded. */
const exact: [name: string, call: Call, truth: (x: number) => number][] = [
  ["sqrt", (run, ...a) => run.sqrt(...a), Math.sqrt],
  ["neg", (run, ...a) => run.neg(...a), (x) => -x],
  ["abs", (run, ...a) => run.abs(...a), Math.abs],
  ["sign", (run, ...a) => run.sign(...a), Math.sign],
  ["floor", (run, ...a) => run.floor(...a), Math.floor],
  // Whole numbers from 2^23 on are their own nearest; below, adding 2^52 rounds halves to even.
  ["round", (run, ...a) => run.round(...a), (x) => Math.sign(x) * (Math.abs(x) + 4503599627370496 - 4503599627370496)],
  ["relu", (run, ...a) => run.relu(...a), (x) => (x < 0 ? 0 : x)],
  ["leakyRelu", (run, ...a) => run.leakyRelu(...a, 0.25), (x) => (x >= 0 ? x : 0.25 * x)],
  ["clamp", (run, ...a) => run.clamp(...a, -1.5, 2), (x) => Math.min(Math.max(x, -1.5), 2)],
];

const all: [name: string, call: Call][] = [...approximate, ...exact].map(([name, call]) => [name, call]);

/** The distance between neighbouring float32 at a value. */
function unit(value: number): number {
  const bits = new Int32Array(Float32Array.of(Math.min(Math.abs(value), 3.4028234663852886e38)).buffer)[0];
  return new Float32Array(Int32Array.of(Math.max(bits >>> 23, 24) << 23).buffer)[0] / 8388608 || 1.401298464324817e-45;
}

/** Both signs of all exponents with many fractions, and all neighbours of the points where formulas change. */
function samples(): Float32Array {
  const bits: number[] = [];
  const fractions = noise(64, 7).map((value) => Math.abs(value) * 8388607);
  for (let exponent = 0; exponent < 255; exponent++)
    for (const fraction of [0, 1, 4194304, 8388606, 8388607, ...fractions]) bits.push((exponent << 23) | fraction);
  const switches = [
    ...Object.values(constants),
    88.72284,
    87.33655,
    103.97208,
    17.32868,
    0.34657359,
    Math.SQRT2,
    1,
    3,
    5,
  ];
  for (const value of switches) {
    const at = new Int32Array(Float32Array.of(Math.abs(value)).buffer)[0];
    for (let step = -40; step <= 40; step++) bits.push(Math.max(at + step, 0));
  }
  const positive = new Float32Array(Int32Array.from(bits).buffer);
  // Where most formulas have their largest error.
  const dense = noise(40_000, 3).map((value) => 20 * value * value * value);
  return Float32Array.of(...positive, ...positive.map((value) => -value), ...dense);
}

function apply(build: Build, call: Call, x: Float32Array, shift = 0): Float32Array {
  return withPlaced(build, shift, (placed) => {
    const [out, at] = [placed.room(x.length), placed.put(x)];
    call(placed.run, out, at, x.length);
    expect(difference(placed.read(at), x)).toBe(-1);
    return placed.read(out);
  });
}

describe.each(builds)("elementwise functions of the %s build", (build) => {
  const x = samples();

  it.each(approximate)("%s is right to its bound everywhere", (_, call, truth, bound) => {
    const y = apply(build, call, x);
    let worst = 0;
    for (let i = 0; i < x.length; i++) {
      const expected = truth(x[i]);
      if (Object.is(y[i], fround(expected))) continue;
      const error = Math.abs(y[i] - expected) / unit(expected);
      // NaN and wrong infinities too.
      if (!(error <= bound)) throw new Error(`at ${x[i]}: ${y[i]} instead of ${expected}, ${error} units`);
      worst = Math.max(worst, error);
    }
    // The bound says something: it is near what happens.
    expect(worst).toBeGreaterThan(bound / 3);
  });

  it.each(exact)("%s gives the bits of the float64 loop", (_, call, truth) => {
    const values = Float32Array.of(...x, 0, -0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, nan, inf, -inf);
    const y = apply(build, call, values);
    const wrong = difference(
      y,
      values.map((value) => fround(truth(value))),
    );
    expect([values[wrong], y[wrong]]).toEqual([undefined, undefined]);
  });

  // As PyTorch 1.13 gives them.
  const special = Float32Array.of(0, -0, inf, -inf, nan);
  it.each<[string, Call, number[]]>([
    ["exp", (run, ...a) => run.exp(...a), [1, 1, inf, 0, nan]],
    ["expm1", (run, ...a) => run.expm1(...a), [0, -0, inf, -1, nan]],
    ["log", (run, ...a) => run.log(...a), [-inf, -inf, inf, nan, nan]],
    ["log1p", (run, ...a) => run.log1p(...a), [0, -0, inf, nan, nan]],
    ["tanh", (run, ...a) => run.tanh(...a), [0, -0, 1, -1, nan]],
    ["sigmoid", (run, ...a) => run.sigmoid(...a), [0.5, 0.5, 1, 0, nan]],
    ["softplus", (run, ...a) => run.softplus(...a), [fround(Math.LN2), fround(Math.LN2), inf, 0, nan]],
    ["erf", (run, ...a) => run.erf(...a), [0, -0, 1, -1, nan]],
    ["sqrt", (run, ...a) => run.sqrt(...a), [0, -0, inf, nan, nan]],
    ["relu", (run, ...a) => run.relu(...a), [0, -0, inf, 0, nan]],
    ["hardSigmoid", (run, ...a) => run.hardSigmoid(...a), [0.5, 0.5, 1, 0, nan]],
    ["elu", (run, ...a) => run.elu(...a, 0.5), [0, -0, inf, -0.5, nan]],
    ["leakyRelu", (run, ...a) => run.leakyRelu(...a, 0.5), [0, -0, inf, -inf, nan]],
  ])("%s keeps zeros, infinities and NaN", (_, call, expected) => {
    expect([...apply(build, call, special)]).toEqual(expected);
  });

  it("log and sqrt of a negative number are NaN", () => {
    const negative = Float32Array.of(-1e-45, -1, -3e38);
    expect([...apply(build, (run, ...a) => run.log(...a), negative)]).toEqual([nan, nan, nan]);
    expect([...apply(build, (run, ...a) => run.sqrt(...a), negative)]).toEqual([nan, nan, nan]);
    expect([...apply(build, (run, ...a) => run.log1p(...a), Float32Array.of(-1, -1.5))]).toEqual([-inf, nan]);
  });

  it.each(all)("%s does not depend on position, count or alignment", (_, call) => {
    const values = noise(17, 5).map((value) => 4 * value);
    const alone = values.map((value) => apply(build, call, Float32Array.of(value))[0]);
    for (let n = 0; n <= 17; n++)
      for (const shift of [0, 1, 2, 3])
        expect(difference(apply(build, call, values.slice(0, n), shift), alone.slice(0, n))).toBe(-1);
  });

  it.each(all)("%s works in place", (_, call) => {
    const values = noise(17, 5).map((value) => 4 * value);
    withPlaced(build, 1, (placed) => {
      const at = placed.put(values);
      call(placed.run, at, at, 17);
      expect(difference(placed.read(at), apply(build, call, values))).toBe(-1);
    });
  });
});
