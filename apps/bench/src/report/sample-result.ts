import {
  type BenchResult,
  type Curve,
  type GateResult,
  type ProbeResult,
  type RunResult,
  resultVersion,
  type SpectrumResult,
  type TaskName,
  type TaskResult,
} from "../gradflow/result.ts";

/** Options of {@link sampleResult}. */
export interface SampleOptions {
  readonly tasks?: readonly TaskName[];
  readonly cells?: readonly string[];
  readonly seeds?: readonly number[];
  readonly lags?: number;
  readonly steps?: number;
  readonly probes?: number;
}

/** What made-up cells look like: label, parameters, the factor per step before and after training, the drop at lag 1. */
const cells: Readonly<Record<string, readonly [string, number, number, number, number, number, number]>> = {
  rnn: ["RNN", 64, 9_000, 0.5, 0.62, 0, 2.55],
  lstm: ["LSTM", 64, 36_000, 0.55, 0.8, 0.9, 2.1],
  "lstm-fb1": ["LSTM, forget bias 1", 64, 36_000, 0.72, 0.86, 0.9, 2.05],
  gru: ["GRU", 64, 27_000, 0.56, 0.79, 0.2, 2.12],
  "rnn-eq": ["RNN, parameters of the LSTM", 150, 36_000, 0.51, 0.6, 0, 2.4],
  "gru-eq": ["GRU, parameters of the LSTM", 77, 36_000, 0.57, 0.8, 0.2, 2.08],
};

const spectrumLags = [0, 1, 2, 5, 10, 20, 50, 100];

/** A result that looks like a real one, the same at every call: what tests and pictures of the report are made of. */
export function sampleResult(options: SampleOptions = {}): BenchResult {
  const { tasks = ["text", "adding"], seeds = [1], lags = 100, steps = 200, probes = 21 } = options;
  const names = options.cells ?? Object.keys(cells);
  const probeEvery = probes > 1 ? Math.floor(steps / (probes - 1)) : steps + 1;
  return {
    version: resultVersion,
    startedAt: "2024-05-01T12:00:00.000Z",
    seconds: 151.4,
    complete: true,
    environment: {
      node: "20.20.0",
      platform: "linux",
      arch: "x64",
      cpu: "Made-up CPU @ 2.50GHz",
      cores: 2,
      unroll: "0.0.0",
    },
    config: {
      tasks,
      cells: names,
      seeds,
      length: 50,
      hidden: { text: 64, adding: 64 },
      embedding: 32,
      batch: { text: 32, adding: 32 },
      steps: { text: steps, adding: steps },
      probeEvery,
      probeBatch: 8,
      lags,
      warmup: 20,
      learningRate: 2e-3,
      clip: 1,
      data: undefined,
      spectra: { tasks, lags: spectrumLags.filter((lag) => lag <= lags) },
      races: null,
    },
    races: [],
    tasks: tasks.map((task) => sampleTask(task, names, seeds, lags, steps, probes, probeEvery)),
  };
}

function sampleTask(
  task: TaskName,
  names: readonly string[],
  seeds: readonly number[],
  lags: number,
  steps: number,
  probes: number,
  probeEvery: number,
): TaskResult {
  const text = task === "text";
  const top = text ? Math.log2(83) : 1 / 6;
  const runs = names.flatMap((cell) =>
    seeds.map((seed): RunResult => {
      const [label, hidden, parameters, before, after, drop, floor] = cells[cell] ?? [
        cell,
        64,
        9_000,
        0.7,
        0.7,
        0,
        2.3,
      ];
      const end = text ? floor : top * (floor > 2.2 ? 1 : (floor - 2) * 2);
      const lossAt = (step: number): number => end + (top - end) * Math.exp((-6 * step) / steps);
      const wobble = noise(seed * 7919 + label.length);
      return {
        cell,
        label,
        describe: `${label} (made up)`,
        seed,
        hidden,
        parameters,
        status: "done",
        error: undefined,
        divergedAt: undefined,
        seconds: 11.5,
        loss: Array.from({ length: steps }, (_, step) => lossAt(step) * (1 + 0.06 * (wobble() - 0.5))),
        gradNorm: Array.from({ length: steps }, () => 0.2 + wobble()),
        validation: Array.from({ length: probes }, (_, k) => ({
          step: k * probeEvery,
          value: lossAt(k * probeEvery) * 1.01,
        })),
        probes: Array.from({ length: probes }, (_, k): ProbeResult => {
          const done = probes > 1 ? k / (probes - 1) : 0;
          const slope = Math.log10(before + (after - before) * Math.sqrt(done)) + 0.004 * (wobble() - 0.5);
          const main = sampleCurve(slope, drop, lags, wobble);
          const step = k * probeEvery;
          const spectrum =
            (k === 0 || k === probes - 1) && !cell.endsWith("-eq") ? { spectrum: sampleSpectrum(slope, lags) } : {};
          if (cell.startsWith("rnn")) return { step, curves: { h: main }, joint: main, gain: 1.1, ...spectrum };
          const names = cell.startsWith("lstm") ? ["i", "f", "o"] : ["r", "z"];
          const gates =
            k % Math.max(1, Math.ceil((probes - 1) / 4)) === 0 ? { gates: sampleGates(names, 10 ** slope) } : {};
          if (!cell.startsWith("lstm")) return { step, curves: { h: main }, joint: main, ...gates, ...spectrum };
          const c = sampleCurve(slope, 0.15, lags, wobble);
          return { step, curves: { h: main, c }, joint: c, ...gates, ...spectrum };
        }),
      };
    }),
  );
  return {
    task,
    description: text ? "Moby Dick, 1,204,997 characters, 83 symbols" : "the adding problem over 50 steps",
    metric: text ? "bits per character" : "mean squared error",
    baseline: { value: top, formula: text ? "log2 83, every symbol alike" : "always answering 1" },
    runs,
  };
}

/** Gates that lie around a mean, those that keep the state among them. */
function sampleGates(names: readonly string[], mean: number): GateResult {
  const histogram = Array.from({ length: 20 }, (_, bin) => Math.exp(-(((bin + 0.5) / 20 - mean) ** 2) / 0.02));
  const sum = histogram.reduce((a, b) => a + b, 0);
  const shares = {
    histogram: histogram.map((part) => part / sum),
    closed: (histogram[0] + histogram[1]) / sum,
    open: (histogram[18] + histogram[19]) / sum,
    meanLog: Math.log(mean),
  };
  return {
    shares: Object.fromEntries(names.map((name) => [name, shares])),
    keep: names[1],
    timeScales: Array.from({ length: 64 }, (_, unit) => (-1 / Math.log(mean)) * 2 ** (unit / 32 - 1)),
  };
}

/** Singular values that fan out from 1: the largest falls like the curve, the smallest three times as fast. */
function sampleSpectrum(slope: number, all: number): SpectrumResult {
  const lags = spectrumLags.filter((lag) => lag <= all);
  return {
    width: 64,
    lags,
    log10: lags.map((lag) => Array.from({ length: 17 }, (_, line) => slope * lag * (1 + line / 8))),
    condition: lags.map((lag) => -2 * slope * lag),
    effectiveRank: lags.map((lag) => 1 + 63 / (1 + lag)),
  };
}

/** A curve that drops at lag 1 and then decays by a factor per step. */
export function sampleCurve(slope: number, drop: number, lags: number, wobble: () => number = () => 0.5): Curve {
  const mean = Array.from(
    { length: lags + 1 },
    (_, lag) => (lag > 0 ? -drop : -0.1) + slope * lag + 0.15 * (wobble() - 0.5),
  );
  const factor = 10 ** slope;
  return {
    mean,
    p10: mean.map((value, lag) => value - 0.2 - 0.012 * lag),
    p90: mean.map((value, lag) => value + 0.15 + 0.01 * lag),
    decayPerStep: factor,
    halfLife: factor < 1 ? Math.LN2 / -Math.log(factor) : null,
    r2: 0.995,
    horizon: Math.min(lags, Math.floor(-3 / slope)),
    underflowLag: null,
  };
}

/** Numbers in [0, 1) that only look random, the same for the same seed. */
export function noise(seed: number): () => number {
  let state = seed % 233280;
  return () => {
    state = (state * 9301 + 49297) % 233280;
    return state / 233280;
  };
}
