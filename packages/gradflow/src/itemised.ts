import { enableGrad } from "@unroll/autograd";
import {
  checkFunction,
  checkOptions,
  checkWhole,
  concat,
  describe,
  OptionError,
  type Tensor,
  zerosLike,
} from "@unroll/tensor";
import type { AnyState, Subject } from "./record.ts";
import { localGradients, logNorms, outputState, type Rows, rescale } from "./sweep.ts";
import { follow, pullBack, type SequenceOptions, sequenceOptions } from "./trajectory.ts";

/** Options of {@link itemisedGradients}. */
export interface ItemisedOptions extends SequenceOptions {
  /** A loss of the measured cell's outputs `[T, B, …]`, a single number with a part at every step that matters. */
  loss: (output: Tensor) => Tensor;
}

/** What {@link itemisedGradients} found. Steps count from 0; all norms are base-10 logarithms, -∞ for an exact zero. */
export interface ItemisedGradients {
  readonly steps: number;
  readonly batch: number;
  /** `[T, T, B]`: `log10 ‖G[tau, s]‖` of each sample; NaN where tau > s. */
  readonly perSample: Float64Array;
  /** `[T, B]`: `log10 ‖Σ_s G[tau, s]‖`, the whole adjoint of the state after step tau. */
  readonly total: Float64Array;
}

/**
 * From which later step each part of a state's gradient comes (RNNbow; Cashman et al., 2018):
 *
 * ```
 * G[tau, s] = (∂s_s / ∂s_tau)ᵀ ∂l_s / ∂s_s,   tau <= s,   δ_tau = Σ_s G[tau, s]
 * ```
 *
 * where `∂l_s/∂s_s` is what the loss says about step s itself. An upper triangular picture: near the diagonal what a net
 * learns from the recent past, far from it what it learns from long ago.
 *
 * Goes back once with the gradients of all later steps side by side: `T² / 2` rows of every sample.
 *
 * @param subject a recurrent layer, or any cell
 * @param x `[T, B, …]`, every sample T steps long
 * @example
 * ```ts
 * const cell = new RNNCell(1, 2, { dtype: "float64", generator: new Generator(1) });
 * const x = randn([10, 1, 1], { dtype: "float64", generator: new Generator(2) });
 * const items = itemisedGradients(cell, x, { loss: (output) => sum(output) });
 * items.perSample.length; // 100
 * truncationKeeps(items, { window: 9 })[0]; // 1
 * ```
 * @throws {ShapeError} when x or a state does not fit, or the loss is not a single number
 * @throws {OptionError} when an option has a wrong name or value
 */
export function itemisedGradients(subject: Subject, x: Tensor, options: ItemisedOptions): ItemisedGradients {
  const fn = "itemisedGradients";
  checkOptions(fn, options, [...sequenceOptions, "loss"]);
  checkFunction(fn, "loss", options?.loss);
  return enableGrad(() => {
    const trajectory = follow(fn, subject, x, options);
    const { batch, steps } = trajectory;
    const local = localGradients(fn, trajectory, options.reverse ?? false, options.loss);
    const T = steps.length;
    const perSample = new Float64Array(T * T * batch).fill(Number.NaN);
    const total = new Float64Array(T * batch);
    // Rows `k B + b` belong to step `s = tau + k` and sample b: each step back puts the newest in front.
    let rows: Rows | undefined;
    for (let tau = T - 1; tau >= 0; tau--) {
      const step = steps[tau];
      const shared = outputState(step);
      const own: AnyState = Object.fromEntries(
        Object.entries(step.after).map(([name, value]) => [name, name === shared ? local[tau] : zerosLike(value)]),
      );
      rows = inFront({ state: own, exponents: new Float64Array(batch) }, rows);
      const norms = logNorms(Object.values(rows.state), rows.exponents);
      norms.forEach((value, r) => {
        perSample[(tau * T + tau + Math.floor(r / batch)) * batch + (r % batch)] = value;
      });
      total.set(sumNorms(rows, batch), tau * batch);
      if (tau === 0) break;
      const count = rows.exponents.length;
      const output = shared === undefined ? paddedBelow(local[tau], count) : undefined;
      const back = pullBack(
        trajectory,
        step,
        Array.from({ length: count }, (_, r) => r % batch),
        {
          output,
          state: rows.state,
        },
      );
      rows = rescale({ state: back.state, exponents: rows.exponents });
    }
    return { steps: T, batch, perSample, total };
  });
}

function inFront(first: Rows, rest: Rows | undefined): Rows {
  if (rest === undefined) return first;
  return {
    state: Object.fromEntries(
      Object.entries(first.state).map(([name, value]) => [name, concat([value, rest.state[name]], 0)]),
    ),
    exponents: Float64Array.of(...first.exponents, ...rest.exponents),
  };
}

/** The gradient of the newest step's output, zeros for the rows of later steps. */
function paddedBelow(value: Tensor, rows: number): Tensor {
  const copies = Array.from({ length: rows / value.shape[0] - 1 }, () => zerosLike(value));
  return concat([value, ...copies], 0);
}

/** `log10` of the norm of the sum over steps, per sample: each row brought to the largest exponent first. */
function sumNorms({ state, exponents }: Rows, batch: number): Float64Array {
  const norms = logNorms(Object.values(state), exponents);
  return Float64Array.from({ length: batch }, (_, b) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let r = b; r < exponents.length; r += batch)
      if (norms[r] > Number.NEGATIVE_INFINITY) top = Math.max(top, exponents[r]);
    if (top === Number.NEGATIVE_INFINITY) return norms.some((value) => Number.isNaN(value)) ? Number.NaN : top;
    let squares = 0;
    for (const value of Object.values(state)) {
      const width = value.size / exponents.length;
      for (let k = 0; k < width; k++) {
        let sum = 0;
        for (let r = b; r < exponents.length; r += batch)
          sum += value.data[r * width + k] * Math.exp(Math.LN2 * (exponents[r] - top));
        squares += sum * sum;
      }
    }
    return 0.5 * Math.log10(squares) + top * Math.log10(2);
  });
}

/** Which truncation {@link truncationKeeps} looks at: one of the two. */
export interface Truncation {
  /** Every gradient reaches back this many steps: `s - tau <= window`. */
  window?: number;
  /** Sequences are cut into pieces of this many steps, and no gradient crosses a cut. */
  chunk?: number;
}

/**
 * What truncated backpropagation would keep: for each tau the share of `Σ_s ‖G[tau, s]‖` that remains, the mean over samples. For
 * norms that fade like w^n, a window of k keeps `(1 - w^(k+1)) / (1 - w^T)` of the first of T steps. NaN where all is 0.
 *
 * @param items what `itemisedGradients` found
 * @returns `[T]`, between 0 and 1
 * @throws {OptionError} unless items come from `itemisedGradients` and exactly one whole number says how to truncate
 * @example
 * ```ts
 * const cell = new RNNCell(1, 2, { dtype: "float64", generator: new Generator(1) });
 * const x = randn([8, 1, 1], { dtype: "float64", generator: new Generator(2) });
 * const items = itemisedGradients(cell, x, { loss: (output) => sum(output) });
 * truncationKeeps(items, { chunk: 4 })[3] < truncationKeeps(items, { chunk: 4 })[0]; // true
 * ```
 */
export function truncationKeeps(items: ItemisedGradients, truncation: Truncation): Float64Array {
  const fn = "truncationKeeps";
  if (!(items?.perSample instanceof Float64Array))
    throw new OptionError(`${fn}: expected what itemisedGradients found, got ${describe(items)}`);
  checkOptions(fn, truncation, ["window", "chunk"]);
  const { window, chunk } = truncation ?? {};
  if ((window === undefined) === (chunk === undefined)) throw new OptionError(`${fn}: expected either window or chunk`);
  if (window !== undefined && checkWhole(fn, "window", window) < 0)
    throw new OptionError(`${fn}: window must be at least 0`);
  if (chunk !== undefined && checkWhole(fn, "chunk", chunk) < 1)
    throw new OptionError(`${fn}: chunk must be at least 1`);
  const { steps, batch, perSample } = items;
  const kept = (tau: number, s: number) =>
    chunk === undefined ? s - tau <= (window ?? 0) : Math.floor(tau / chunk) === Math.floor(s / chunk);
  return Float64Array.from({ length: steps }, (_, tau) => {
    let shares = 0;
    for (let b = 0; b < batch; b++) {
      const logs = Array.from({ length: steps - tau }, (_, n) => perSample[(tau * steps + tau + n) * batch + b]);
      const top = Math.max(...logs);
      const norms = logs.map((value) => Math.exp(Math.LN10 * (value - top)));
      const all = norms.reduce((sum, value) => sum + value, 0);
      shares += norms.reduce((sum, value, n) => sum + (kept(tau, tau + n) ? value : 0), 0) / all;
    }
    return shares / batch;
  });
}
