import { checkWhole, describe, OptionError, ShapeError, Tensor } from "@unroll/tensor";
import { EigenvalueDecomposition, SingularValueDecomposition } from "ml-matrix";
import { matrixOf } from "./matrix.ts";

/**
 * `log10 κ = log10 (σ_1 / σ_N)`: how many decades lie between the direction in which a gradient survives best and the one in
 * which it fades most. `+∞` when a singular value is 0, NaN when all are.
 *
 * @param log10 the logarithms of singular values, in any order
 * @throws {OptionError} when log10 is not a Float64Array with values
 * @example
 * ```ts
 * conditionLog10(new Float64Array([0, -3, -10])); // 10
 * ```
 */
export function conditionLog10(log10: Float64Array): number {
  checkSpectrum("conditionLog10", log10);
  const largest = log10.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const smallest = log10.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return largest - smallest;
}

/**
 * `exp(-Σ p_i ln p_i)` with `p_i = σ_i² / Σ σ²` (Roy and Vetterli, 2007): in how many directions a gradient survives, from 1 to
 * N. NaN when all singular values are 0.
 *
 * @param log10 the logarithms of singular values, in any order
 * @throws {OptionError} when log10 is not a Float64Array with values
 * @example
 * ```ts
 * effectiveRank(new Float64Array([0, 0, 0, Number.NEGATIVE_INFINITY])).toFixed(9); // "3.000000000"
 * ```
 */
export function effectiveRank(log10: Float64Array): number {
  checkSpectrum("effectiveRank", log10);
  const largest = log10.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  // Relative to the largest, so that a spectrum at 1e-900 has a rank too.
  const powers = log10.map((value) => Math.exp(2 * Math.LN10 * (value - largest)));
  const total = powers.reduce((a, b) => a + b, 0);
  let entropy = 0;
  for (const power of powers) {
    const p = power / total;
    if (p > 0 || Number.isNaN(p)) entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}

/** What {@link weightSpectrum} found. */
export interface WeightSpectrum {
  /** Eigenvalues, largest modulus first. */
  readonly eigenvalues: readonly { readonly re: number; readonly im: number }[];
  /** `ρ(U) = max |λ|`: how a linear recurrence behaves in the long run. */
  readonly spectralRadius: number;
  /** Singular values, largest first. The first bounds what one step can do to a gradient. */
  readonly singularValues: Float64Array;
  readonly conditionLog10: number;
  readonly effectiveRank: number;
  /** `‖U Uᵀ - Uᵀ U‖_F / ‖U‖_F²`: 0 for a normal matrix, whose powers its eigenvalues describe; the larger, the less they do. */
  readonly nonNormality: number;
}

/**
 * Eigenvalues, singular values and non-normality of one recurrent weight. `ρ(U) < 1` says that gradients of a linear
 * recurrence vanish in the end, not that they shrink at once: `[[.9, 1], [0, .9]]` lets one grow to 3.9 first.
 *
 * @param weight `[N, N]`
 * @param block which block of H rows of a gated cell's `[G H, H]` weight (default 0)
 * @throws {ShapeError} unless weight has whole blocks of `N x N`
 * @throws {OptionError} when there is no such block, or a value is not finite
 * @example
 * ```ts
 * const { spectralRadius, singularValues, nonNormality } = weightSpectrum(tensor([[0.9, 1], [0, 0.9]]));
 * spectralRadius.toFixed(6); // "0.900000"
 * singularValues[0].toFixed(4); // "1.5296"
 * nonNormality.toFixed(4); // "0.5398"
 * ```
 */
export function weightSpectrum(weight: Tensor, block: number = 0): WeightSpectrum {
  const fn = "weightSpectrum";
  if (!Tensor.is(weight) || weight.shape.length !== 2 || weight.size === 0 || weight.shape[0] % weight.shape[1] !== 0)
    throw new ShapeError(`${fn}: expected a weight [N, N], or blocks of it below each other, got ${describe(weight)}`);
  const n = weight.shape[1];
  if (checkWhole(fn, "block", block) < 0 || (block + 1) * n > weight.shape[0])
    throw new OptionError(`${fn}: expected a block from 0 to ${weight.shape[0] / n - 1}, got ${block}`);
  const values = weight.data.subarray(block * n * n, (block + 1) * n * n);
  if (!values.every((value) => Number.isFinite(value)))
    throw new OptionError(`${fn}: the weight has a value that is not finite`);
  const u = matrixOf(values, n, n);
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(u);
  const eigenvalues = realEigenvalues
    .map((re, i) => ({ re, im: imaginaryEigenvalues[i] }))
    .sort((a, b) => Math.hypot(b.re, b.im) - Math.hypot(a.re, a.im));
  const singularValues = Float64Array.from(new SingularValueDecomposition(u).diagonal).sort().reverse();
  const log10 = singularValues.map((value) => Math.log10(value));
  const ut = u.transpose();
  const size = u.norm("frobenius");
  return {
    eigenvalues,
    spectralRadius: Math.hypot(eigenvalues[0].re, eigenvalues[0].im),
    singularValues,
    conditionLog10: conditionLog10(log10),
    effectiveRank: effectiveRank(log10),
    nonNormality: size === 0 ? 0 : u.mmul(ut).sub(ut.mmul(u)).norm("frobenius") / size / size,
  };
}

function checkSpectrum(fn: string, log10: unknown): void {
  if (!(log10 instanceof Float64Array) || log10.length === 0)
    throw new OptionError(`${fn}: log10 must be a Float64Array with values, got ${describe(log10)}`);
}
