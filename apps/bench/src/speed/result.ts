import type { Build } from "@unroll/kernels";
import type { Environment } from "../environment.ts";
import type { PeerInfo } from "./peers/peers.ts";
import type { Spread } from "./spread.ts";

/** Rises when a field changes its meaning, so that an old file is never misread. */
export const speedVersion = 1;

/** What compares Unroll's parts with the machine and with plain JavaScript. */
export const ownSuites = ["gemm", "elementwise", "eager", "training"] as const;

/** What runs in processes of its own, against other libraries where they are installed. */
export const peerSuites = ["train", "infer", "model", "cells", "calls", "scaling", "start"] as const;

export const suiteNames = [...ownSuites, ...peerSuites] as const;

export type SuiteName = (typeof suiteNames)[number];

/** What `bench speed` measured. Times are in seconds. */
export interface SpeedResult {
  readonly version: typeof speedVersion;
  readonly kind: "speed";
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Whether all suites ended; false after Ctrl-C, with what there was until then. */
  readonly complete: boolean;
  readonly environment: SpeedEnvironment;
  readonly config: SpeedConfig;
  readonly suites: readonly SuiteResult[];
}

export interface SpeedEnvironment extends Environment {
  readonly v8: string;
  readonly build: Build;
  /** The load average of the last minute before the first measurement and after the last one; 0 where there is none. */
  readonly load: { readonly before: number; readonly after: number };
  /** The other libraries that took part; absent where none was asked. */
  readonly peers?: readonly PeerInfo[];
}

/** The settings of a run. */
export interface SpeedConfig {
  readonly suites: readonly SuiteName[];
  /** How long to measure, in seconds. */
  readonly seconds: number;
  readonly seed: number;
}

export interface SuiteResult {
  readonly suite: SuiteName;
  readonly title: string;
  /** What was measured, and how. */
  readonly about: string;
  /** What `ratio` is; absent where only times are measured. */
  readonly ratio?: RatioMeaning;
  readonly rows: readonly Row[];
  /** What was not measured, in the order of the rows; never a win. */
  readonly absent?: readonly Absent[];
}

/** A number that is not there. */
export interface Absent {
  readonly what: string;
  readonly way: string;
  readonly why: string;
  /** What differs from case to case, such as how long a call took. */
  readonly detail?: string;
}

/** `share`: of what is the most possible, from 0 to 1; `times`: how often faster. */
export interface RatioMeaning {
  readonly kind: "share" | "times";
  readonly against: string;
  /** The head of its column where `against` alone would mislead. */
  readonly head?: string;
}

/** One candidate. */
export interface Row {
  /** What is computed: `tanh`, `256 × 256 × 256`. */
  readonly what: string;
  /** By what it is computed: `kernel`, `op`, `loop`. */
  readonly way: string;
  /** Per call. */
  readonly seconds: Spread;
  /** 10⁹ operations per second, a multiplication and an addition counted as two; for products only. */
  readonly gigaflops?: Spread;
  /** Absent for what the others are compared with. */
  readonly ratio?: Spread;
  readonly aim?: Aim;
  /** The most memory that a process ever held, in bytes, where that was measured. */
  readonly bytes?: number;
  /** Seconds per call by round, and the number of calls that each is the mean of. */
  readonly samples: readonly number[];
  readonly calls: number;
}

/** What a number was meant to reach. */
export interface Aim {
  readonly of: "ratio" | "seconds";
  readonly bound: "least" | "most";
  readonly value: number;
  /** Whether the median reaches it. */
  readonly met: boolean;
}
