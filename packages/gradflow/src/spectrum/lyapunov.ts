import { checkOptions, checkWhole, describe, Generator, OptionError, randn, type Tensor } from "@unroll/tensor";
import { Matrix } from "ml-matrix";
import { checkMethod, type JacobianMethod, jacobiansOf } from "../jacobian/jacobian.ts";
import type { Subject } from "../record.ts";
import { follow, type SequenceOptions, sequenceOptions } from "../trajectory.ts";
import { matrixOf, positiveQR } from "./matrix.ts";

/** Options of {@link lyapunovSpectrum}. */
export interface LyapunovOptions extends SequenceOptions {
  /** How many exponents, largest first (default: all N). */
  count?: number | undefined;
  /** Steps that only let states and directions settle and are not counted (default: T/10, at most T - 1). */
  warmup?: number | undefined;
  /** The directions to start from: `random` orthonormal ones (default), or those of the `identity`. */
  start?: "random" | "identity" | undefined;
  /** Where random directions are drawn from (default: a generator of its own with seed 0). */
  generator?: Generator | undefined;
  /** How one-step Jacobians are computed; see `stateJacobian`. */
  method?: JacobianMethod | undefined;
}

/** What {@link lyapunovSpectrum} found: natural logarithms per step. */
export interface LyapunovSpectrum {
  /** The mean over samples, largest first; -∞ where any sample lost the direction. */
  readonly exponents: Float64Array;
  /** The standard deviation over samples; NaN for one sample, and where a direction was lost. */
  readonly std: Float64Array;
  /** `[B, count]`. */
  readonly perSample: Float64Array;
  /** How many exponents are -∞: directions that a singular Jacobian maps to nothing that float64 can tell from 0. */
  readonly lost: number;
  /** The steps that were counted. */
  readonly steps: number;
  /** `-1 / λ_1` steps: how far any gradient reaches; infinite when `λ_1 >= 0`. */
  readonly horizon: number;
}

/**
 * The Lyapunov spectrum of a recurrent net along a sequence (Benettin et al., 1980; Vogt et al., 2020; Engelken et al., 2023):
 *
 * ```
 * J_t Q_{t-1} = Q_t R_t,   λ_i = (1/n) Σ_t ln (R_t)_ii
 * ```
 *
 * over the whole state, for an LSTM `[h; c]`. `λ_1 > 0` means chaos forwards and exploding gradients backwards; `λ_1 < 0` that
 * every gradient vanishes like `e^(λ_1 n)`. The sum of all N exponents is the mean of `ln |det J_t|`, exactly and
 * at any length.
 *
 * @param subject a recurrent layer, or any cell
 * @param x `[T, B, …]`, every sample T steps long
 * @example
 * ```ts
 * const layer = new GRU(3, 8, { dtype: "float64", generator: new Generator(1) });
 * const x = randn([200, 4, 3], { dtype: "float64", generator: new Generator(2) });
 * const { exponents, horizon } = lyapunovSpectrum(layer, x);
 * exponents.length; // 8
 * exponents[0] < 0; // true
 * horizon === -1 / exponents[0]; // true
 * ```
 * @throws {ShapeError} when x or a state does not fit
 * @throws {OptionError} when an option has a wrong name or value
 */
export function lyapunovSpectrum(subject: Subject, x: Tensor, options: LyapunovOptions = {}): LyapunovSpectrum {
  const fn = "lyapunovSpectrum";
  checkOptions(fn, options, [...sequenceOptions, "count", "warmup", "start", "generator", "method"]);
  const { start = "random", generator, method } = options;
  checkMethod(fn, method);
  if (start !== "random" && start !== "identity")
    throw new OptionError(`${fn}: start must be "random" or "identity", got ${describe(start)}`);
  if (generator !== undefined && typeof generator?.reserve !== "function")
    throw new OptionError(`${fn}: generator must be a Generator, got ${describe(generator)}`);
  const trajectory = follow(fn, subject, x, options);
  const { batch, width, steps } = trajectory;
  const count = checkWhole(fn, "count", options.count ?? width);
  if (count < 1 || count > width) throw new OptionError(`${fn}: expected count from 1 to ${width}, got ${count}`);
  const warmup = checkWhole(fn, "warmup", options.warmup ?? Math.min(Math.floor(steps.length / 10), steps.length - 1));
  if (warmup < 0 || warmup >= steps.length)
    throw new OptionError(`${fn}: expected warmup from 0 to ${steps.length - 1}, got ${warmup}`);
  const draws = generator ?? new Generator(0);
  let directions = Array.from({ length: batch }, () => startingDirections(start, width, count, draws));
  const sums = Array.from({ length: batch }, () => new Float64Array(count));
  steps.forEach((step, t) => {
    const { matrices } = jacobiansOf(fn, trajectory, step, method);
    directions = directions.map((q, b) => {
      const z = matrixOf(matrices[b], width, width).mmul(q);
      const next = positiveQR(z);
      if (t >= warmup) for (let i = 0; i < count; i++) sums[b][i] += Math.log(isLost(next.r, i) ? 0 : next.r.get(i, i));
      return next.q;
    });
  });
  const counted = steps.length - warmup;
  // Largest first within each sample: a short run may leave neighbours in the other order.
  const spectra = sums.map((sum) =>
    sum
      .map((value) => value / counted)
      .sort()
      .reverse(),
  );
  const perSample = new Float64Array(batch * count);
  spectra.forEach((spectrum, b) => {
    perSample.set(spectrum, b * count);
  });
  const exponents = new Float64Array(count);
  const std = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const values = spectra.map((spectrum) => spectrum[i]);
    const mean = values.reduce((a, b) => a + b, 0) / batch;
    exponents[i] = mean;
    std[i] = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (batch - 1));
  }
  return {
    exponents,
    std,
    perSample,
    lost: exponents.reduce((lost, value) => lost + Number(value === Number.NEGATIVE_INFINITY), 0),
    steps: counted,
    horizon: exponents[0] < 0 ? -1 / exponents[0] : exponents[0] >= 0 ? Number.POSITIVE_INFINITY : Number.NaN,
  };
}

/**
 * Whether what is left of a direction, beside the directions before it, is no more than the rounding of the whole column:
 * a singular Jacobian leaves 1e-17 there and not 0.
 */
function isLost(r: Matrix, column: number): boolean {
  let length = 0;
  for (let i = 0; i <= column; i++) length = Math.hypot(length, r.get(i, column));
  return r.get(column, column) <= Math.max(1e-300, 4 * Number.EPSILON * r.rows * length);
}

function startingDirections(start: "random" | "identity", width: number, count: number, generator: Generator): Matrix {
  if (start === "identity") return Matrix.eye(width, count);
  return positiveQR(matrixOf(randn([width, count], { dtype: "float64", generator }).data, width, count)).q;
}
