import type { DType, Op, Shape } from "@unroll/tensor";

/** Where a value comes from that no operation of the step computes. */
export type Source =
  /** The step's input. */
  | { readonly kind: "x" }
  /** A state before the step, by its place among the names. */
  | { readonly kind: "state"; readonly index: number }
  /** A per-sample tensor that stays the same for the whole sequence. */
  | { readonly kind: "row"; readonly index: number }
  /** A tensor that the step took from elsewhere: a parameter, a number, what was computed from such alone. */
  | { readonly kind: "outside"; readonly index: number }
  /** The gradient of the step's output. */
  | { readonly kind: "outputAdjoint" }
  /** The gradient of a state after the step. */
  | { readonly kind: "stateAdjoint"; readonly index: number };

/** A value of a traced step; each is computed once. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Absent for the result of an operation. */
  readonly source: Source | undefined;
  /** Absent for a source. */
  readonly op: Op | undefined;
  readonly inputs: readonly number[];
  readonly attrs: unknown;
  /** Whether gradients may flow through it: false for what was computed within `noGrad`. */
  readonly recorded: boolean;
}

/** The operations of one step in the order in which they ran. */
export interface StepGraph {
  /** How many rows the step had when it was traced; nothing of the graph depends on it but shapes. */
  readonly batch: number;
  readonly values: readonly Value[];
  readonly output: number;
  /** The states after the step, in the order of the names. */
  readonly states: readonly number[];
}

/** Why a step cannot be compiled, in words that follow "because"; only the compiler sees it. */
export class Uncompilable extends Error {
  /** The value of the step's graph that cannot be; undefined where none is to blame, or the trace ended before there was one. */
  readonly value: number | undefined;
  /** The field that the step changes; undefined where that is not the reason. */
  readonly field: string | symbol | undefined;
  /** Whether plain ops are what the caller asked for, or there is nothing to gain. */
  readonly expected: boolean;

  constructor(reason: string, { value, field, expected = false, cause }: UncompilableOptions = {}) {
    super(reason, { cause });
    this.value = value;
    this.field = field;
    this.expected = expected;
  }
}

interface UncompilableOptions {
  readonly value?: number | undefined;
  readonly field?: string | symbol;
  readonly expected?: boolean;
  /** The error that ended the trace. */
  readonly cause?: unknown;
}
