import type { Environment } from "../environment.ts";
import type { RunRecord } from "../grid/record.ts";

/** Rises when a field changes its meaning, so that an old file is never misread. */
export const resultVersion = 3;

/** Everything that one `bench gradflow` run measured: what the report shows, and what the JSON file holds. */
export interface BenchResult {
  readonly version: typeof resultVersion;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Whether all runs ended; false after Ctrl-C, with what there was until then. */
  readonly complete: boolean;
  readonly environment: Environment;
  readonly config: GradflowConfig;
  readonly tasks: readonly TaskResult[];
  /** The races that have ended. */
  readonly races: readonly RunRecord[];
}

/** The settings of a run, enough to repeat it. */
export interface GradflowConfig {
  readonly tasks: readonly TaskName[];
  /** Which cells, by key: `rnn`, `lstm`, `lstm-fb1`, `gru`, and `rnn-eq`, `gru-eq` with as many parameters as the LSTM. */
  readonly cells: readonly string[];
  readonly seeds: readonly number[];
  /** Training windows: steps of truncated backpropagation for text, the sequence length for the adding problem. */
  readonly length: number;
  readonly hidden: { readonly text: number; readonly adding: number };
  readonly embedding: number;
  readonly batch: { readonly text: number; readonly adding: number };
  readonly steps: { readonly text: number; readonly adding: number };
  /** Measure gradient flow at step 0 and after every so many training steps. */
  readonly probeEvery: number;
  readonly probeBatch: number;
  /** Largest lag that is measured, and the steps before it that let the state settle. */
  readonly lags: number;
  readonly warmup: number;
  readonly learningRate: number;
  readonly clip: number;
  /** The text's file, or undefined for the bundled book. */
  readonly data: string | undefined;
  /** Of which tasks, and at which lags, the singular values of the long-term Jacobian are taken, before and after training. */
  readonly spectra: { readonly tasks: readonly TaskName[]; readonly lags: readonly number[] };
  /** Short races on the adding problem, for half-life before training against sequences to success; null for none. */
  readonly races: RaceSettings | null;
}

/** Races on the adding problem: every cell with every seed. */
export interface RaceSettings {
  readonly cells: readonly string[];
  readonly seeds: readonly number[];
  readonly length: number;
  readonly hidden: number;
  readonly learningRate: number;
  readonly cap: number;
  readonly evaluateEvery: number;
}

export type TaskName = "text" | "adding";

/** One task with all its runs. */
export interface TaskResult {
  readonly task: TaskName;
  /** `Moby Dick, 1,204,997 characters, 83 symbols`. */
  readonly description: string;
  /** What the validation number is: `bits per character`, `mean squared error`. */
  readonly metric: string;
  /** What guessing reaches on the validation data, and how it guesses: every symbol alike, or always 1. */
  readonly baseline: { readonly value: number; readonly formula: string };
  readonly runs: readonly RunResult[];
}

/** One cell trained with one seed. */
export interface RunResult {
  readonly cell: string;
  /** `LSTM, forget bias 1`. */
  readonly label: string;
  /** The layer as it describes itself. */
  readonly describe: string;
  readonly seed: number;
  readonly hidden: number;
  readonly parameters: number;
  readonly status: "done" | "stopped" | "diverged" | "failed";
  /** For a diverged run: the first step that left a loss, a gradient, a weight or a validation that is not finite. */
  readonly divergedAt: number | undefined;
  /** For a failed run: what went wrong in the program. */
  readonly error: string | undefined;
  readonly seconds: number;
  /** The training loss of each step, in the metric's unit. */
  readonly loss: readonly number[];
  /** The gradient norm of each step before clipping. */
  readonly gradNorm: readonly number[];
  readonly validation: readonly { readonly step: number; readonly value: number }[];
  readonly probes: readonly ProbeResult[];
}

/** Gradient flow at one moment of training. All curves are by lag, log10 of norms; null stands for -∞ or NaN in JSON. */
export interface ProbeResult {
  readonly step: number;
  /** By state: `h`, and `c` for an LSTM; and all states together. */
  readonly curves: Readonly<Record<string, Curve>>;
  readonly joint: Curve;
  /** Of cells with gates, at a few probes. */
  readonly gates?: GateResult;
  /** Before and after training, of the tasks that the settings name. */
  readonly spectrum?: SpectrumResult;
  /** The largest singular value of a simple recurrent cell's weight: no step multiplies a gradient by more. */
  readonly gain?: number;
}

/** What gates did over all steps of the probe's first sequence. */
export interface GateResult {
  /** By name: i, f, o of an LSTM; r, z of a GRU. Over all units. */
  readonly shares: Readonly<Record<string, GateShares>>;
  /** Which of them keeps the state. */
  readonly keep: string;
  /** By unit, in steps: `-1 / E[ln f]` of the gate that keeps; null where it is never less than 1. */
  readonly timeScales: readonly (number | null)[];
}

export interface GateShares {
  /** The share of values in each of equal bins from 0 to 1. */
  readonly histogram: readonly number[];
  /** The shares of values below 0.1 and above 0.9. */
  readonly closed: number;
  readonly open: number;
  /** The mean natural logarithm. */
  readonly meanLog: number;
}

/** The singular values of `∂s_T / ∂s_(T-n)` on the probe's first sequence. */
export interface SpectrumResult {
  /** How many there are: the numbers in the whole state. */
  readonly width: number;
  readonly lags: readonly number[];
  /** By lag: log10 of up to 17 of them at equal distances in rank, the largest first and the smallest last; null for an exact zero. */
  readonly log10: readonly (readonly (number | null)[])[];
  /** By lag: log10 of the largest over the smallest; null where the smallest is an exact zero. */
  readonly condition: readonly (number | null)[];
  /** By lag: in how many directions a gradient survives. */
  readonly effectiveRank: readonly (number | null)[];
}

export interface Curve {
  readonly mean: readonly (number | null)[];
  readonly p10: readonly (number | null)[];
  readonly p90: readonly (number | null)[];
  readonly decayPerStep: number | null;
  readonly halfLife: number | null;
  readonly r2: number | null;
  readonly horizon: number | null;
  /** The first lag at which a sample's gradient is an exact zero. */
  readonly underflowLag: number | null;
}
