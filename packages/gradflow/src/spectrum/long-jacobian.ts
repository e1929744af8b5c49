import { checkOptions, checkWhole, describe, OptionError, type Tensor } from "@unroll/tensor";
import { Matrix } from "ml-matrix";
import { checkMethod, type JacobianMethod, jacobiansOf } from "../jacobian/jacobian.ts";
import type { Subject } from "../record.ts";
import { follow, type SequenceOptions, sequenceOptions } from "../trajectory.ts";
import { gradedIdentity, gradedSingularValues, multiplyTriangular } from "./graded.ts";
import { matrixOf, positiveQR } from "./matrix.ts";
import { conditionLog10, effectiveRank } from "./numbers.ts";

/** Options of {@link jacobianSpectrum}. */
export interface JacobianSpectrumOptions extends SequenceOptions {
  /** The lags at which to take singular values (default: all, 0 to T). Each costs some `10 N³` operations per sample. */
  lags?: readonly number[] | undefined;
  /** How one-step Jacobians are computed; see `stateJacobian`. */
  method?: JacobianMethod | undefined;
}

/** What {@link jacobianSpectrum} found; every number is a base-10 logarithm except `effectiveRank`. */
export interface JacobianSpectrum {
  readonly lags: readonly number[];
  /** The numbers in a sample's whole state. */
  readonly width: number;
  /** `[lags, B, N]`: `log10 σ_i`, largest first; -∞ for an exact zero, NaN where a Jacobian held one. */
  readonly perSample: Float64Array;
  /** `[lags, N]`: means over the samples that have a finite logarithm; -∞ where none has. */
  readonly mean: Float64Array;
  /** `[lags, N]`: how many samples have an exact zero. */
  readonly underflow: Int32Array;
  /** `[lags, N]`: how many samples have a NaN or an infinity. */
  readonly invalid: Int32Array;
  /** `[lags, B]`: `log10 (σ_1 / σ_N)`. */
  readonly condition: Float64Array;
  /** `[lags, B]`: in how many directions a gradient survives, 1 to N. */
  readonly effectiveRank: Float64Array;
}

/**
 * The singular values of the long-term Jacobian `∂s_T / ∂s_{T-n} = J_T J_{T-1} … J_{T-n+1}` by lag n: how much of a gradient
 * survives in each direction. A norm that stays level with a condition number of 1e10 is still dead in most directions.
 *
 * The product is never formed, since it loses all but its largest value to rounding within some 20 to 50 steps.
 * Going back, `J_tᵀ Q = Q' R` collects triangular factors, of which every row keeps a power of two of its own, and
 * one-sided Jacobi rotations take singular values from that. So 1e-300 is as exact as 1, and 1e-3000 exists.
 *
 * @param subject a recurrent layer, or any cell
 * @param x `[T, B, …]`, every sample T steps long
 * @example
 * ```ts
 * const cell = new RNNCell(2, 4, { recurrentInit: "orthogonal", bias: false, dtype: "float64" });
 * const { mean } = jacobianSpectrum(cell, zeros([50, 1, 2], { dtype: "float64" }), { lags: [50] });
 * Array.from(mean, (value) => Math.abs(value) < 1e-12); // [true, true, true, true]
 * ```
 * @throws {ShapeError} when x or a state does not fit
 * @throws {OptionError} when an option has a wrong name or value
 */
export function jacobianSpectrum(subject: Subject, x: Tensor, options: JacobianSpectrumOptions = {}): JacobianSpectrum {
  const fn = "jacobianSpectrum";
  checkOptions(fn, options, [...sequenceOptions, "lags", "method"]);
  checkMethod(fn, options.method);
  const trajectory = follow(fn, subject, x, options);
  const { batch, width, steps } = trajectory;
  const lags = checkLags(fn, options.lags, steps.length);
  const perSample = new Float64Array(lags.length * batch * width);
  let products = Array.from({ length: batch }, () => ({ q: Matrix.eye(width), r: gradedIdentity(width) }));
  for (let n = 0; n <= steps.length; n++) {
    if (n > 0) {
      const { matrices } = jacobiansOf(fn, trajectory, steps[steps.length - n], options.method);
      products = products.map(({ q, r }, b) => {
        const next = positiveQR(matrixOf(matrices[b], width, width).transpose().mmul(q));
        return { q: next.q, r: multiplyTriangular(next.r, r) };
      });
    }
    const at = lags.indexOf(n);
    if (at < 0) continue;
    products.forEach(({ r }, b) => {
      perSample.set(gradedSingularValues(r), (at * batch + b) * width);
    });
    if (n >= Math.max(...lags)) break;
  }
  const of = (k: number) => perSample.subarray(k * width, (k + 1) * width);
  const spectra = Array.from({ length: lags.length * batch }, (_, k) => of(k));
  return {
    lags,
    width,
    perSample,
    ...summarize(perSample, lags.length, batch, width),
    condition: Float64Array.from(spectra, conditionLog10),
    effectiveRank: Float64Array.from(spectra, effectiveRank),
  };
}

function checkLags(fn: string, lags: readonly number[] | undefined, steps: number): readonly number[] {
  if (lags === undefined) return Array.from({ length: steps + 1 }, (_, n) => n);
  if (!Array.isArray(lags) || lags.length === 0)
    throw new OptionError(`${fn}: lags must be an array of lags, got ${describe(lags)}`);
  for (const lag of lags)
    if (checkWhole(fn, "a lag", lag) < 0 || lag > steps)
      throw new OptionError(`${fn}: expected lags from 0 to ${steps}, got ${lag}`);
  if (new Set(lags).size !== lags.length) throw new OptionError(`${fn}: every lag once, got ${lags.join(", ")}`);
  return [...lags];
}

function summarize(
  perSample: Float64Array,
  lags: number,
  batch: number,
  width: number,
): { mean: Float64Array; underflow: Int32Array; invalid: Int32Array } {
  const mean = new Float64Array(lags * width);
  const underflow = new Int32Array(lags * width);
  const invalid = new Int32Array(lags * width);
  for (let n = 0; n < lags; n++)
    for (let i = 0; i < width; i++) {
      const at = n * width + i;
      let count = 0;
      for (let b = 0; b < batch; b++) {
        const value = perSample[(n * batch + b) * width + i];
        if (value === Number.NEGATIVE_INFINITY) underflow[at]++;
        else if (!Number.isFinite(value)) invalid[at]++;
        else {
          mean[at] += value;
          count++;
        }
      }
      mean[at] = count > 0 ? mean[at] / count : invalid[at] > 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
    }
  return { mean, underflow, invalid };
}
