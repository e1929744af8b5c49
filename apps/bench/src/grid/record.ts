import type { Environment } from "../environment.ts";
import type { RunSpec } from "./spec.ts";

/** Rises when a field changes its meaning, so that an old file is never misread. */
export const recordVersion = 1;

/** One finished run, as a line of the log: what was run, what came of it, and where. */
export interface RunRecord {
  readonly version: typeof recordVersion;
  /** The hash of the spec. */
  readonly id: string;
  readonly spec: RunSpec;
  readonly outcome: Outcome;
  readonly environment: Environment;
  /** ISO 8601. */
  readonly finishedAt: string;
}

/** What came of a run. A run that reached its cap is not solved; it is never missing. */
export interface Outcome {
  readonly status: "solved" | "capped" | "diverged";
  /** Sequences until the first look at which the task was solved; null when that did not happen. */
  readonly solvedAt: number | null;
  /** Sequences that the run was trained on. */
  readonly sequences: number;
  readonly parameters: number;
  readonly hidden: number;
  /** The layer as it describes itself. */
  readonly describe: string;
  /** Floating point operations of the training, in theory: two for each weight and use, three times (forward, and twice backward). */
  readonly flop: number;
  /** Wall time of the training, without looks and probes; it alone differs when a run is repeated. */
  readonly seconds: number;
  /** What the loss is, in which unit. */
  readonly metric: string;
  /** The loss of the best answer that remembers nothing, and of the best of all; undefined where neither is known. */
  readonly chance: number | undefined;
  readonly floor: number | undefined;
  /** When the task counts as solved, in words. */
  readonly success: string;
  readonly looks: readonly Look[];
  /** On sequences that were only read once training had ended, where there are such. */
  readonly tested?: { readonly sequences: number; readonly loss: number; readonly accuracy: number };
  /** Gradient flow before training, at doublings of the sequences, and at the end. */
  readonly flows: readonly Flow[];
  /** Of the gradient norms of all steps before clipping, and how many steps were clipped. */
  readonly gradNorm: { readonly median: number; readonly max: number; readonly clipped: number };
}

/** How good a net was after so many sequences: on held-out data, or, for 1997, over the most recent ones. */
export interface Look {
  readonly sequences: number;
  readonly loss: number;
  /** The share of answers that are right. */
  readonly accuracy: number;
  /** The training loss, averaged since the look before; null before the first. */
  readonly trainingLoss: number | null;
}

/** How `‖∂L/∂s‖` of a probe at the last step falls with the lag, all states together. */
export interface Flow {
  readonly sequences: number;
  /** What one step back leaves of the norm. */
  readonly decayPerStep: number | null;
  /** Steps until half is left; null when nothing is lost or nothing could be fitted. */
  readonly halfLife: number | null;
  readonly r2: number | null;
  /** log10 of the norm at each lag, to a thousandth; null where it is no finite number. */
  readonly log10: readonly (number | null)[];
}

/** What happens in a worker thread. */
export type GridEvent =
  | { readonly kind: "progress"; readonly sequences: number; readonly note: string }
  | { readonly kind: "outcome"; readonly outcome: Outcome };
