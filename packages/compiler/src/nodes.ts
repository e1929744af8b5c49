import type { Source } from "./graph.ts";

// A step as the compiler computes it: every value has a row for each sample and `width` columns, except numbers and vectors
// from outside, which are the same for all samples.

interface Common {
  readonly id: number;
  readonly width: number;
  /** Whether it belongs to the gradient. */
  readonly backward: boolean;
  readonly args: readonly number[];
}

/** What is there before the step runs. */
export interface LeafNode extends Common {
  readonly kind: "leaf";
  readonly source: Source;
}

/** A vector from outside, which stretches over all rows. */
export interface VectorNode extends Common {
  readonly kind: "vector";
  readonly outside: number;
}

/** A single number from outside. */
export interface ScalarNode extends Common {
  readonly kind: "scalar";
  readonly outside: number;
}

export interface ConstantNode extends Common {
  readonly kind: "constant";
  readonly value: number;
}

/** A function of the values in one place; arguments of width 1 stretch over the columns. */
export interface ElementwiseNode extends Common {
  readonly kind: "elementwise";
  readonly fn: string;
  readonly attrs: readonly number[];
}

/** Columns of another value. */
export interface SliceNode extends Common {
  readonly kind: "slice";
  readonly start: number;
}

/** Values side by side: argument k begins at column `starts[k]`. */
export interface JoinNode extends Common {
  readonly kind: "join";
  readonly starts: readonly number[];
}

/** A block of a matrix from outside, as it is multiplied: after it was transposed, where it is. */
export interface Block {
  readonly outside: number;
  readonly transposed: boolean;
  /** The first row and the first column. */
  readonly row: number;
  readonly column: number;
}

/** `start + a W` with a block of a matrix from outside; the arguments are a and, if there is one, start. */
export interface ProductNode extends Common {
  readonly kind: "product";
  readonly weight: Block;
}

/** A function of whole rows. */
export interface RowNode extends Common {
  readonly kind: "row";
  readonly fn: RowFunction;
}

/** Functions of the kernels that work on rows. */
export type RowFunction = "sum" | "max" | "min" | "logSumExp" | "softmax" | "logSoftmax";

export type Node =
  | LeafNode
  | VectorNode
  | ScalarNode
  | ConstantNode
  | ElementwiseNode
  | SliceNode
  | JoinNode
  | ProductNode
  | RowNode;

/** A sum over all rows of all steps. */
export type Term =
  /** `leftᵀ right`, the gradient of a block of a matrix with `columns` columns. */
  | {
      readonly kind: "outer";
      readonly left: number;
      readonly right: number;
      readonly row: number;
      readonly column: number;
      readonly columns: number;
    }
  /** Of each column, the gradient of a vector. */
  | { readonly kind: "columns"; readonly of: number }
  /** Of everything, the gradient of a number. */
  | { readonly kind: "all"; readonly of: number };

/** A step and its gradient, lowered. */
export interface LoweredStep {
  readonly nodes: readonly Node[];
  readonly output: number;
  readonly states: readonly number[];
  readonly gradient: LoweredGradient | undefined;
}

export interface LoweredGradient {
  readonly x: number | undefined;
  /** The gradient of each state before the step; undefined where the step has none. */
  readonly states: readonly (number | undefined)[];
  readonly rows: readonly (number | undefined)[];
  /** Sums over all steps; undefined where no gradient is wanted. */
  readonly outside: readonly (readonly Term[] | undefined)[];
  /** What is looked at on the way: of each state its two adjoints, `state` and `total`. Empty unless that is asked for. */
  readonly taps: readonly number[];
}
