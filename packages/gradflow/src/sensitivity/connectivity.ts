import { checkFunction, checkOptions, checkWhole, OptionError, type Tensor } from "@unroll/tensor";
import type { Subject } from "../record.ts";
import { type FlowSeries, seriesOf } from "../series.ts";
import { follow, type SequenceOptions, sequenceOptions } from "../trajectory.ts";
import { backToInputs, type Readout, squaredNorms } from "./back-to-inputs.ts";

/** Options of {@link connectivity}. */
export interface ConnectivityOptions extends SequenceOptions {
  /** The step whose output is looked at, counted in the order in which steps run (default: the last). */
  at?: number | undefined;
  /** From the output `[R, H]` to `[R, P]`, such as the logit of the right class (default: the output itself). */
  readout?: Readout | undefined;
  /** How many lags beyond 0 (default: all). */
  lags?: number | undefined;
}

/** What {@link connectivity} found. */
export interface Connectivity {
  /** By lag n, `log10 ‖∂y_at / ∂x_{at-n}‖_F²`: the squared norm over all readouts and inputs. */
  readonly series: FlowSeries;
  /** `[B]`: `Σ n c_n / Σ c_n`, how far back the inputs lie that count. */
  readonly meanLag: Float64Array;
}

/**
 * How strongly an output depends on each earlier input: `c_n = ‖∂y_t / ∂x_{t-n}‖²`, summed over outputs and inputs (Madsen, 2019).
 * Absolute, so that models can be compared. For a linear net it is `‖C U^n B‖_F²` exactly.
 *
 * @param subject a recurrent layer, or any cell
 * @param x `[T, B, …]` of floats, every sample T steps long
 * @example
 * ```ts
 * const layer = new LSTM(2, 8, { forgetBias: 3, dtype: "float64", generator: new Generator(1) });
 * const x = randn([30, 1, 2], { dtype: "float64", generator: new Generator(2) });
 * const { series, meanLag } = connectivity(layer, x);
 * series.mean.length; // 30
 * meanLag[0] > 1; // true
 * ```
 * @throws {ShapeError} when x, a state or the readout does not fit
 * @throws {OptionError} when an option has a wrong name or value, or x holds integers
 */
export function connectivity(subject: Subject, x: Tensor, options: ConnectivityOptions = {}): Connectivity {
  const fn = "connectivity";
  checkOptions(fn, options, [...sequenceOptions, "at", "readout", "lags"]);
  if (options.readout !== undefined) checkFunction(fn, "readout", options.readout);
  const trajectory = follow(fn, subject, x, options);
  const { batch, steps } = trajectory;
  const at = checkWithin(fn, "at", options.at ?? steps.length - 1, steps.length - 1);
  const lags = checkWithin(fn, "lags", options.lags ?? at, at);
  const { gradients, inputs } = backToInputs(fn, trajectory, at, lags, options.readout);
  const logs = gradients.map((gradient) => squaredNorms(gradient, batch, inputs));
  const meanLag = Float64Array.from({ length: batch }, (_, b) => {
    const top = logs.reduce((most, log) => Math.max(most, log[b]), Number.NEGATIVE_INFINITY);
    const weights = logs.map((log) => Math.exp(Math.LN10 * (log[b] - top)));
    return weights.reduce((sum, c, n) => sum + n * c, 0) / weights.reduce((sum, c) => sum + c, 0);
  });
  return { series: seriesOf(logs), meanLag };
}

/** A whole number from 0 to `most`. */
export function checkWithin(fn: string, name: string, value: number, most: number): number {
  if (checkWhole(fn, name, value) < 0 || value > most)
    throw new OptionError(`${fn}: expected ${name} from 0 to ${most}, got ${value}`);
  return value;
}
