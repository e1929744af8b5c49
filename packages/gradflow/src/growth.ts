import { enableGrad } from "@unroll/autograd";
import {
  add,
  checkOptions,
  describe,
  Generator,
  mul,
  OptionError,
  randn,
  type Tensor,
  zerosLike,
} from "@unroll/tensor";
import { jointNorms } from "./norms.ts";
import type { AnyState, Subject } from "./record.ts";
import { type FlowSeries, seriesOf } from "./series.ts";
import { align, localGradients, logNorms, outputState, type Rows, rescale } from "./sweep.ts";
import { follow, pullBack, type SequenceOptions, sequenceOptions } from "./trajectory.ts";

/** Options of {@link growthRatios}. */
export interface GrowthOptions extends SequenceOptions {
  /** A loss of the measured cell's outputs `[T, B, …]`; without one, a random unit vector at the last step. */
  loss?: ((output: Tensor) => Tensor) | undefined;
  /** Where the random vector is drawn from (default: a generator of its own with seed 0). */
  generator?: Generator | undefined;
}

/** What {@link growthRatios} found. */
export interface GrowthRatios {
  /** By lag n, `log10 ‖J_tᵀ δ_t‖ / ‖δ_t‖` with t = T - n: what the step from lag n to n + 1 does to the gradient. */
  readonly ratio: Omit<FlowSeries, "fit" | "horizon">;
  /** `[B]`: Pascanu's `Ω = Σ_t (‖J_tᵀ δ_t‖ / ‖δ_t‖ - 1)²`; steps at which δ is 0 or not finite count for nothing. */
  readonly pascanu: Float64Array;
  /** The mean over samples of the natural logarithm of the ratio, per step: the slope of the decay curve. */
  readonly rate: number;
}

/**
 * By what factor each step back stretches a gradient, `r_t = ‖J_tᵀ δ_t‖ / ‖δ_t‖`. The local part that a loss adds at a
 * step is in δ but not in what the ratio compares: `δ_{t-1} = J_tᵀ δ_t + ∂l_{t-1}/∂s_{t-1}`.
 *
 * The same ratio makes Pascanu's regulariser (Pascanu, Mikolov, Bengio, 2013, section 3.3), which is 0 when every step keeps the
 * norm in the direction of δ.
 *
 * @param subject a recurrent layer, or any cell
 * @param x `[T, B, …]`, every sample T steps long
 * @example
 * ```ts
 * const cell = new RNNCell(2, 8, { recurrentInit: "orthogonal", bias: false, dtype: "float64" });
 * const { ratio, pascanu } = growthRatios(cell, zeros([20, 1, 2], { dtype: "float64" }));
 * Math.abs(ratio.mean[19]) < 1e-12; // true
 * pascanu[0] < 1e-24; // true
 * ```
 * @throws {ShapeError} when x or a state does not fit, or the loss is not a single number
 * @throws {OptionError} when an option has a wrong name or value
 */
export function growthRatios(subject: Subject, x: Tensor, options: GrowthOptions = {}): GrowthRatios {
  const fn = "growthRatios";
  checkOptions(fn, options, [...sequenceOptions, "loss", "generator"]);
  const { loss, generator = new Generator(0) } = options;
  if (typeof generator?.reserve !== "function")
    throw new OptionError(`${fn}: generator must be a Generator, got ${describe(generator)}`);
  return enableGrad(() => {
    const trajectory = follow(fn, subject, x, options);
    const { batch, steps } = trajectory;
    const local = loss && localGradients(fn, trajectory, options.reverse ?? false, loss);
    const samples = Array.from({ length: batch }, (_, b) => b);
    const last = steps[steps.length - 1];
    let rows: Rows = {
      state: local === undefined ? probe(last.after, generator) : zerosOf(last.after),
      exponents: new Float64Array(batch),
    };
    const logs: number[][] = [];
    const pascanu = new Float64Array(batch);
    for (let t = steps.length - 1; t >= 0; t--) {
      const step = steps[t];
      const seed = local?.[t];
      const shared = outputState(step);
      const joined = seed === undefined ? undefined : align(rows, seed);
      const { state, exponents } = joined?.rows ?? rows;
      const delta =
        joined === undefined || shared === undefined
          ? state
          : { ...state, [shared]: add(state[shared], joined.joining) };
      const carried = pullBack(trajectory, step, samples, { state: delta }).state;
      const before = logNorms(Object.values(delta), exponents);
      const after = logNorms(Object.values(carried), exponents);
      const ratio = Array.from(after, (value, b) =>
        before[b] === Number.NEGATIVE_INFINITY ? Number.NaN : value - before[b],
      );
      logs.push(ratio);
      ratio.forEach((value, b) => {
        const off = Math.exp(value * Math.LN10) - 1;
        if (!Number.isNaN(off)) pascanu[b] += off * off;
      });
      // An output that is no state sends its gradient back through the step too.
      const through = shared === undefined ? joined?.joining : undefined;
      const whole =
        through === undefined ? carried : pullBack(trajectory, step, samples, { output: through, state: delta }).state;
      rows = rescale({ state: whole, exponents });
    }
    const { fit: _, horizon: __, ...ratio } = seriesOf(logs);
    const finite = ratio.mean.filter((value) => Number.isFinite(value));
    const rate = (finite.reduce((sum, value) => sum + value, 0) / finite.length) * Math.LN10;
    return { ratio, pascanu, rate };
  });
}

/** A random unit vector over the whole state, the same for every sample. */
function probe(like: AnyState, generator: Generator): AnyState {
  const drawn = Object.entries(like).map(([name, { shape, dtype }]): [string, Tensor] => [
    name,
    randn([1, ...shape.slice(1)], { dtype: dtype === "float64" ? "float64" : "float32", generator }),
  ]);
  const norm = jointNorms(drawn.map(([, vector]) => vector))[0];
  return Object.fromEntries(drawn.map(([name, vector]) => [name, add(zerosLike(like[name]), mul(vector, 1 / norm))]));
}

function zerosOf(like: AnyState): AnyState {
  return Object.fromEntries(Object.entries(like).map(([name, value]) => [name, zerosLike(value)]));
}
