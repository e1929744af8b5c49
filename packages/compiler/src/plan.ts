import type { Block, RowFunction } from "./nodes.ts";
import type { FunctionBody } from "./wasm/assembler.ts";

// What runs: buffers in the kernels' memory, and calls that read and write them.

/** A part of the kernels' memory with rows of `width` values. */
export interface BufferPlan {
  /**
   * `sequence`: the rows of all steps. `block`: those of a block of steps, written anew by each. `state`: those before the
   * first and after every step; of a block of steps where nothing is kept. `step`: one step's rows, written anew by each;
   * what is in a row stays there until the row is active again.
   */
  readonly kind: "sequence" | "block" | "state" | "step";
  readonly width: number;
  /** Whether the backward pass reads what the forward pass has written. */
  readonly kept: boolean;
  /** Whether the backward pass writes it. */
  readonly backward: boolean;
}

/**
 * Where the rows that a call sees begin: with this step's among those of all steps, or among those of its block; with those
 * of the states before or after it; `fixed` for a buffer of one step.
 */
export type Rows = "current" | "within" | "before" | "after" | "fixed";

/** Rows of a buffer as one call sees them. */
export interface Access {
  readonly buffer: number;
  /** The first column. */
  readonly column: number;
  readonly rows: Rows;
}

/** What a pass reads or writes, by its place among the pass's addresses. */
export type PassOperand =
  | { readonly kind: "rows"; readonly access: Access }
  | { readonly kind: "vector"; readonly outside: number }
  | { readonly kind: "scalar"; readonly outside: number };

/** Elementwise functions over rows of one width, compiled to one function. */
export interface PassCall {
  readonly kind: "pass";
  readonly width: number;
  readonly operands: readonly PassOperand[];
  readonly body: FunctionBody;
  /** For people: what is computed. */
  readonly functions: readonly string[];
}

/** `c = start + a W`. */
export interface ProductCall {
  readonly kind: "product";
  readonly a: Access;
  readonly c: Access;
  readonly start:
    | { readonly kind: "rows"; readonly access: Access }
    | { readonly kind: "vector"; readonly outside: number }
    | undefined;
  readonly weight: Block;
  readonly k: number;
  readonly n: number;
}

/** A kernel on whole rows. */
export interface RowCall {
  readonly kind: "row";
  readonly fn: RowFunction;
  readonly x: Access;
  readonly out: Access;
  readonly width: number;
}

export type Call = PassCall | ProductCall | RowCall;

/** A sum over all rows of all steps. */
export type TermCall =
  | {
      readonly kind: "outer";
      readonly left: Access;
      readonly right: Access;
      readonly m: number;
      readonly n: number;
      /** Where the block begins among all values of the matrix, and how many lie between its rows. */
      readonly offset: number;
      readonly stride: number;
    }
  | { readonly kind: "columns" | "all"; readonly of: Access; readonly n: number };

/** A step, ready to run over sequences of any length and batch. */
export interface Plan {
  readonly buffers: readonly BufferPlan[];
  readonly x: number;
  readonly states: readonly number[];
  readonly rows: readonly number[];
  readonly output: Access;
  readonly outputWidth: number;
  /** On the rows of a block of steps at once. */
  readonly before: readonly Call[];
  readonly loop: readonly Call[];
  readonly gradient: GradientPlan | undefined;
}

export interface GradientPlan {
  readonly outputAdjoint: number;
  readonly stateAdjoints: readonly number[];
  readonly loop: readonly Call[];
  readonly after: readonly Call[];
  readonly x: Access | undefined;
  /** Sums of the gradients of per-sample tensors. */
  readonly rows: readonly (number | undefined)[];
  readonly outside: readonly (readonly TermCall[] | undefined)[];
  /** Where the adjoints of each state that are looked at are written, `state` and `total`; empty where none are. */
  readonly taps: readonly Access[];
}
