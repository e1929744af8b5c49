import { checkOptions, checkWhole, OptionError, ShapeError, type Tensor } from "@unroll/tensor";
import { Matrix, pseudoInverse, QrDecomposition } from "ml-matrix";
import type { Subject } from "../record.ts";
import { follow, type SequenceOptions, sequenceOptions } from "../trajectory.ts";

/** Options of {@link memoryCapacity}. */
export interface MemoryCapacityOptions extends SequenceOptions {
  /** The longest delay (default: twice the numbers in the state). */
  delays?: number | undefined;
  /** Steps at the start that are left out, beside the delays (default: as many as `delays`). */
  washout?: number | undefined;
}

/** What {@link memoryCapacity} found. */
export interface MemoryCapacity {
  /** `[delays + 1]`: the squared correlation, 0 to 1, between the input k steps ago and what a linear readout tells of it. */
  readonly perDelay: Float64Array;
  /** `Σ_k MC_k` over delays from 0 on: at most N in expectation. */
  readonly total: number;
  /** The numbers in the state, N: the bound. */
  readonly width: number;
}

/**
 * How many past inputs a state holds (Jaeger, 2001): `MC_k` is the squared correlation between the input k steps ago and the best
 * linear readout of the whole state, and their sum is at most the number of state variables for independent, identically distributed
 * inputs. Readouts are fitted on the first half of the steps and judged on the second, so that chance adds only `1 / steps` to
 * each delay.
 *
 * @param subject a recurrent layer, or any cell, of one input
 * @param x `[T, B, 1]`: independent draws, T far beyond the delays
 * @example
 * ```ts
 * const cell = new RNNCell(1, 4, { dtype: "float64", recurrentInit: "orthogonal", generator: new Generator(1) });
 * const x = mul(randn([1000, 1, 1], { dtype: "float64", generator: new Generator(2) }), 0.01);
 * const { total, width } = memoryCapacity(cell, x);
 * total > 1 && total < width; // true
 * ```
 * @throws {ShapeError} when x or a state does not fit, or x has more than one input or too few steps
 * @throws {OptionError} when an option has a wrong name or value
 */
export function memoryCapacity(subject: Subject, x: Tensor, options: MemoryCapacityOptions = {}): MemoryCapacity {
  const fn = "memoryCapacity";
  checkOptions(fn, options, [...sequenceOptions, "delays", "washout"]);
  const { batch, steps, parts, width } = follow(fn, subject, x, options);
  if (steps[0].x.size !== batch) throw new ShapeError(`${fn}: expected one input, x of shape [T, B, 1]`);
  const delays = checkWhole(fn, "delays", options.delays ?? 2 * width);
  if (delays < 1) throw new OptionError(`${fn}: delays must be at least 1, got ${delays}`);
  const washout = checkWhole(fn, "washout", options.washout ?? delays);
  if (washout < 0) throw new OptionError(`${fn}: washout must be at least 0, got ${washout}`);
  const from = Math.max(washout, delays);
  const usable = Math.floor((steps.length - from) / 2);
  if (usable * batch < 2 * (width + 1))
    throw new ShapeError(
      `${fn}: expected at least ${from + Math.ceil((4 * (width + 1)) / batch)} steps for ${width} states and ${delays} delays, got ${steps.length}`,
    );
  const half = (start: number) => {
    const states = new Matrix(usable * batch, width + 1);
    const targets = new Matrix(usable * batch, delays + 1);
    for (let k = 0; k < usable; k++)
      for (let b = 0; b < batch; b++) {
        const row = k * batch + b;
        let column = 0;
        for (const { name, size } of parts) {
          const { data } = steps[start + k].after[name];
          for (let i = 0; i < size; i++) states.set(row, column++, data[b * size + i]);
        }
        states.set(row, width, 1);
        for (let d = 0; d <= delays; d++) targets.set(row, d, steps[start + k - d].x.data[b]);
      }
    return { states, targets };
  };
  const fitted = half(from);
  const judged = half(from + usable);
  const predicted = judged.states.mmul(leastSquares(fitted.states, fitted.targets));
  const perDelay = Float64Array.from({ length: delays + 1 }, (_, d) =>
    squaredCorrelation(predicted.getColumn(d), judged.targets.getColumn(d)),
  );
  return { perDelay, total: perDelay.reduce((sum, value) => sum + value, 0), width };
}

/** The coefficients of least squares; of the smallest norm where states depend on each other. */
function leastSquares(states: Matrix, targets: Matrix): Matrix {
  // Columns scaled to length 1: states may be small without being unimportant.
  const scales = Array.from({ length: states.columns }, (_, c) => Math.hypot(...states.getColumn(c)) || 1);
  const scaled = states.clone();
  scales.forEach((scale, c) => {
    scaled.mulColumn(c, 1 / scale);
  });
  const qr = new QrDecomposition(scaled);
  const coefficients = pseudoInverse(qr.upperTriangularMatrix, 1e-13).mmul(
    qr.orthogonalMatrix.transpose().mmul(targets),
  );
  scales.forEach((scale, c) => {
    coefficients.mulRow(c, 1 / scale);
  });
  return coefficients;
}

function squaredCorrelation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    const [da, db] = [a[k] - meanA, b[k] - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa === 0 || bb === 0 ? 0 : (ab / aa) * (ab / bb);
}
