import type { Tensor } from "@unroll/tensor";
import type { SequenceModel } from "../gradflow/model.ts";
import type { Task } from "../gradflow/task.ts";
import type { LabTaskName } from "./config.ts";

/** How good a model is on sequences that training never sees, the same at every look. */
export interface Look {
  /** In the task's metric. */
  readonly loss: number;
  /** The share of right answers; null for text. */
  readonly accuracy: number | null;
  readonly solved: boolean;
  /** Null for text. */
  readonly example: Example | null;
}

/** One of these sequences, and what the model says to it. */
export interface Example {
  /** Rows of numbers by step, `[steps, width]`. */
  readonly input: Float32Array;
  readonly width: number;
  /** Values, or ids of classes; -100 where nothing is asked. */
  readonly target: Float32Array;
  /** Values, or the most likely class, beside each target. */
  readonly answer: Float32Array;
}

/** A task of the lab. */
export interface LabTask extends Task<LabTaskName> {
  /** The largest lag of a probe. */
  readonly lags: number;
  /** Steps of the longest training sequence. */
  readonly steps: number;
  /** How often a sequence is answered. */
  readonly answers: number;
  /** The loss that counts as solved, where one loss does; null where the share of right answers decides, or nothing. */
  readonly solvedBelow: number | null;
  /** When it counts as solved, in words; null for text. */
  readonly success: string | null;
  /** How many steps each sequence of the probe has; undefined for all of them. */
  readonly probeLengths: Tensor | undefined;
  look(model: SequenceModel): Look;
}

/** Steps before the largest lag, in which the state leaves its start behind. */
export const warmup = 16;
/** Sequences of a probe. */
export const probeBatch = 8;
