import { checkOptions, checkWhole, describe, OptionError, type Tensor } from "@unroll/tensor";
import type { Subject } from "../record.ts";
import { follow, type SequenceOptions, sequenceOptions } from "../trajectory.ts";
import { gateReader } from "./gates.ts";

/** Options of {@link gateStatistics}. */
export interface GateStatisticsOptions extends SequenceOptions {
  /** How many steps each sample has; what follows them is not counted. Not together with `reverse`. */
  lengths?: readonly number[] | undefined;
  /** How many equal bins from 0 to 1 the histogram has (default 20). */
  bins?: number | undefined;
}

/** One gate over all steps and samples. Arrays are `[H]`, one number per unit. */
export interface GateStatistics {
  readonly mean: Float64Array;
  /** The share of steps and samples at which the gate is below 0.1. */
  readonly left: Float64Array;
  /** The share of steps and samples at which the gate is above 0.9. */
  readonly right: Float64Array;
  /** The mean of the natural logarithm: what a product of gates goes by. */
  readonly meanLog: Float64Array;
  /** `[bins]`: the share of all values that lies in each bin. */
  readonly histogram: Float64Array;
}

/** What {@link gateStatistics} found. */
export interface GateReport {
  /** By name: i, f, o of an LSTM; r, z of a GRU; none of a simple recurrent cell. */
  readonly gates: Readonly<Record<string, GateStatistics>>;
  /** Of the gate that keeps the state: f or z. Undefined without one. */
  readonly keep:
    | {
        readonly gate: string;
        /** `[H]`: `τ_i = -1 / E[ln f_i]` steps. Not `1 / (1 - E f)`, which is longer (Jensen). */
        readonly timeScale: Float64Array;
        /** `[H]`: the share of steps and samples at which the gate is above 0.99. */
        readonly latched: Float64Array;
      }
    | undefined;
  /** `[H]`: the mean slope of the unit's nonlinearity, `1 - tanh²` or ReLU's 0 and 1. */
  readonly slope: Float64Array;
  /** The share of units whose slope was 0 at every step of every sample: they pass no gradient at all. */
  readonly dead: number;
  /** How many steps and samples were counted. */
  readonly count: number;
}

/**
 * What the gates of an RNN, LSTM or GRU do along a sequence: how often each unit's gates are closed, below 0.1, or open, above
 * 0.9 (Karpathy, Johnson, Li, 2015); how long its keep gate remembers, `-1 / E[ln f]`; and how many units are latched or dead.
 * All gates are computed in float64 from their sums, so that the logarithm of a closed gate is exact.
 *
 * @param subject a recurrent layer or cell of the package cells
 * @param x `[T, B, I]`
 * @example
 * ```ts
 * const layer = new LSTM(2, 4, { forgetBias: 2, generator: new Generator(1) });
 * const { gates, keep } = gateStatistics(layer, zeros([1, 1, 2]));
 * Object.keys(gates); // ["i", "f", "o"]
 * keep?.timeScale[0].toFixed(3); // "7.878"
 * ```
 * @throws {ShapeError} when x or a state does not fit
 * @throws {OptionError} for a cell whose gates are not known, or an option of a wrong name or value
 */
export function gateStatistics(subject: Subject, x: Tensor, options: GateStatisticsOptions = {}): GateReport {
  const fn = "gateStatistics";
  checkOptions(fn, options, [...sequenceOptions, "lengths", "bins"]);
  const bins = checkWhole(fn, "bins", options.bins ?? 20);
  if (bins < 1) throw new OptionError(`${fn}: bins must be at least 1, got ${bins}`);
  const { cell, batch, steps, parts } = follow(fn, subject, x, options);
  const reader = gateReader(cell);
  if (reader === undefined) throw new OptionError(`${fn}: the gates are known for RNN, LSTM and GRU cells only`);
  const lengths = checkLengths(fn, options, batch, steps.length);
  const H = parts[0].size;
  const make = () => new Float64Array(H);
  const gates = Object.fromEntries(
    reader.names.map((name) => [
      name,
      { mean: make(), left: make(), right: make(), meanLog: make(), histogram: new Float64Array(bins) },
    ]),
  );
  const [slope, alive, latched] = [make(), make(), make()];
  let count = 0;
  steps.forEach((step, t) => {
    for (let b = 0; b < batch; b++) {
      if (t >= lengths[b]) continue;
      count++;
      const row = (value: Tensor) => value.data.subarray((b * value.size) / batch, ((b + 1) * value.size) / batch);
      const state = Object.fromEntries(parts.map(({ name }) => [name, row(step.before[name])]));
      const point = reader.read({ x: row(step.x), state });
      for (const name of reader.names) {
        const into = gates[name];
        const { value, log } = point.gates[name];
        for (let k = 0; k < H; k++) {
          into.mean[k] += value[k];
          into.left[k] += Number(value[k] < 0.1);
          into.right[k] += Number(value[k] > 0.9);
          into.meanLog[k] += log[k];
          into.histogram[Math.min(bins - 1, Math.floor(value[k] * bins))]++;
          if (name === reader.keep) latched[k] += Number(value[k] > 0.99);
        }
      }
      for (let k = 0; k < H; k++) {
        slope[k] += point.slope[k];
        if (point.slope[k] !== 0) alive[k] = 1;
      }
    }
  });
  const share = (sums: Float64Array, of: number = count) => sums.map((sum) => sum / of);
  const keep = reader.keep;
  return {
    gates: Object.fromEntries(
      Object.entries(gates).map(([name, { mean, left, right, meanLog, histogram }]) => [
        name,
        {
          mean: share(mean),
          left: share(left),
          right: share(right),
          meanLog: share(meanLog),
          histogram: share(histogram, count * H),
        },
      ]),
    ),
    keep:
      keep === undefined
        ? undefined
        : { gate: keep, timeScale: gates[keep].meanLog.map((sum) => -count / sum), latched: share(latched) },
    slope: share(slope),
    dead: alive.reduce((dead, value) => dead + 1 - value, 0) / H,
    count,
  };
}

function checkLengths(fn: string, options: GateStatisticsOptions, batch: number, steps: number): readonly number[] {
  const { lengths, reverse } = options;
  if (lengths === undefined) return new Array<number>(batch).fill(steps);
  if (reverse === true) throw new OptionError(`${fn}: expected lengths or reverse, got both`);
  if (!Array.isArray(lengths) || lengths.length !== batch)
    throw new OptionError(`${fn}: expected ${batch} lengths, got ${describe(lengths)}`);
  for (const length of lengths)
    if (checkWhole(fn, "a length", length) < 0 || length > steps)
      throw new OptionError(`${fn}: expected lengths from 0 to ${steps}, got ${length}`);
  return lengths;
}
