import {
  type FlowSeries,
  type GateStatistics,
  gateStatistics,
  gradientFlow,
  summarizeCurve,
  weightSpectrum,
} from "@unroll/gradflow";
import { slice, type Tensor, zerosLike } from "@unroll/tensor";
import type { SequenceModel } from "../gradflow/model.ts";
import type { ProbeInput } from "./config.ts";
import type { LabTask, Look } from "./task.ts";

/** Sequences that gates are read on: a second one changes shares by some hundredths. */
const gateSequences = 2;
/** A weight is taken apart in cubic time: with more units it would cost more than the rest of a probe. */
const mostGainUnits = 64;
/** Gates cost more than the rest of a probe, and change more slowly: they are read at every fourth. */
export const readEvery = 4;
/** Bins of a gate's histogram. */
export const gateBins = 32;

/** An exponential through a curve. */
export interface CurveFit {
  /** What one step back leaves of the norm. */
  readonly factor: number;
  /** Steps until half is left; Infinity when nothing is lost. */
  readonly halfLife: number;
  readonly r2: number;
  /** False when R² < 0.9: the half-life means little. */
  readonly exponential: boolean;
}

/** How the norm of a gradient falls with the lag n, the number of steps back from the loss. Arrays are by lag, from 0 on. */
export interface FlowCurve {
  /** log10 of the norm, mean over samples: -Infinity where all are exact zeros, NaN where none is finite. */
  readonly mean: Float32Array;
  /** Where 10 % and 90 % of the samples lie. */
  readonly p10: Float32Array;
  readonly p90: Float32Array;
  /** How many samples are an exact zero, and how many are no finite number; both are left out of the mean. */
  readonly zeros: Uint8Array;
  readonly invalid: Uint8Array;
  /** Null when too little is left to fit. */
  readonly fit: CurveFit | null;
  /** The largest lag at which more than a thousandth is left; null when nothing is. */
  readonly horizon: number | null;
}

/** What a gate does over all steps of the probe's first sequences. */
export interface GateRecord {
  /** The share of all values in each of {@link gateBins} equal bins from 0 to 1. */
  readonly histogram: Float32Array;
  /** By unit: the share of steps at which the gate is below 0.1, and above 0.9. */
  readonly left: Float32Array;
  readonly right: Float32Array;
  /** The mean natural logarithm over all units. */
  readonly meanLog: number;
}

/** What is read more seldom than gradients: it costs more, and changes more slowly. */
export interface CellReading {
  /** The training step at which the rest was read: at every {@link readEvery}-th probe; others repeat it. */
  readonly readAt: number;
  /** By name: i, f, o of an LSTM; r, z of a GRU; none of an RNN. */
  readonly gates: Readonly<Record<string, GateRecord>>;
  /** Of the gate that keeps, f or z; null without one. */
  readonly keep: {
    readonly gate: string;
    /** By unit: `-1 / E[ln f]` steps. */
    readonly timeScale: Float32Array;
  } | null;
  /**
   * The largest singular value of a simple recurrent cell's weight: no step multiplies a gradient by more. Null for cells with
   * gates, which have no such bound, and for more than 64 units.
   */
  readonly gain: number | null;
}

/** One look at a model: how gradients flow, what gates do, how good it is. */
export interface ProbeRecord extends CellReading {
  /** Training steps, and training sequences, before it. */
  readonly step: number;
  readonly sequences: number;
  /** Of all states together, `‖[dh; dc]‖`: the curve to compare cells by. */
  readonly joint: FlowCurve;
  /** By state: `h`, and `c` for an LSTM. */
  readonly states: Readonly<Record<string, FlowCurve>>;
  /** On held-out sequences. */
  readonly look: Look;
}

/** What a probe is told. */
export interface ProbeMoment {
  readonly step: number;
  readonly sequences: number;
  readonly input: ProbeInput;
  /** What was read before; undefined when it is due again. */
  readonly reading: CellReading | undefined;
}

/** A probe of a model: a random unit vector u at the last step of fixed held-out sequences, `L = <u, s_T>`, and its way back. */
export function probeModel(
  model: SequenceModel,
  task: LabTask,
  { step, sequences, input, reading }: ProbeMoment,
): ProbeRecord {
  const read = task.probeInput(model);
  const x = input === "silence" ? zerosLike(read) : read;
  const { probeLengths, lags } = task;
  const flow = gradientFlow(model.recurrent, x, { lengths: probeLengths });
  return {
    step,
    sequences,
    joint: curveOf(flow.joint, lags),
    states: Object.fromEntries(Object.entries(flow.states).map(([name, { state }]) => [name, curveOf(state, lags)])),
    look: task.look(model),
    // Arrays are handed over to another thread with each record.
    ...structuredClone(reading ?? readCell(model, task, x, step)),
  };
}

function readCell({ recurrent }: SequenceModel, { probeLengths }: LabTask, x: Tensor, step: number): CellReading {
  const lengths = probeLengths && Array.from(probeLengths.data.subarray(0, gateSequences), Number);
  const { gates, keep } = gateStatistics(recurrent, slice(x, 1, 0, gateSequences), { bins: gateBins, lengths });
  const bounded = keep === undefined && recurrent.hiddenSize <= mostGainUnits;
  return {
    readAt: step,
    gates: Object.fromEntries(Object.entries(gates).map(([name, statistics]) => [name, gateOf(statistics)])),
    keep: keep === undefined ? null : { gate: keep.gate, timeScale: Float32Array.from(keep.timeScale) },
    gain: bounded ? weightSpectrum(recurrent.weight_hh_l0).singularValues[0] : null,
  };
}

function curveOf(series: FlowSeries, lags: number): FlowCurve {
  const points = lags + 1;
  const { fit, horizon } = summarizeCurve(series, points);
  const cut = (values: Float64Array) => Float32Array.from(values.subarray(0, points));
  return {
    mean: cut(series.mean),
    p10: cut(series.p10),
    p90: cut(series.p90),
    zeros: Uint8Array.from(series.underflow.subarray(0, points)),
    invalid: Uint8Array.from(series.invalid.subarray(0, points)),
    fit:
      fit === undefined
        ? null
        : { factor: fit.factor, halfLife: fit.halfLife, r2: fit.r2, exponential: fit.exponential },
    horizon: horizon ?? null,
  };
}

function gateOf({ histogram, left, right, meanLog }: GateStatistics): GateRecord {
  return {
    histogram: Float32Array.from(histogram),
    left: Float32Array.from(left),
    right: Float32Array.from(right),
    meanLog: meanLog.reduce((sum, value) => sum + value, 0) / meanLog.length,
  };
}
