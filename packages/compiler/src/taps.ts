import { requireGrad } from "@unroll/autograd";
import { type Kernels, webAssembly } from "@unroll/kernels";
import { type Tensor, zeros } from "@unroll/tensor";
import type { Geometry } from "./geometry.ts";
import { Uncompilable } from "./graph.ts";
import { assemble } from "./wasm/assembler.ts";
import { type RowSquares, rowSquares } from "./wasm/row-squares.ts";

/** What is wanted of the adjoints of states: their norms, or also their values. */
export type TapKind = "norms" | "values";

/** One adjoint of a state, for every step and row of a sequence. */
export interface Adjoint {
  /**
   * `[T, B]`, row-major: log10 of the Euclidean norm of each row, summed in float64; -∞ for zeros, NaN where a row was not
   * active.
   */
  readonly log10: Float64Array;
  /** `[T, B, n]`, 0 where rows were not active; undefined unless values are wanted. */
  readonly values: Tensor | undefined;
}

/** The two adjoints `∂L/∂s_t` of a state. */
export interface StateAdjoints {
  /** Of the state as handed to the next step and, where it is the output, to the loss, with the other states held fixed. */
  readonly state: Adjoint;
  /** Of the value itself, with its uses inside the step. */
  readonly total: Adjoint;
}

/** The adjoints of a sequence's states: each backward pass through the sequence leaves them here. */
export class Taps {
  readonly kind: TapKind;
  /**
   * A number that everything the sequence gives depends on with gradient 0. `grad` of it alone leaves out the gradients
   * of weights and inputs; and where nothing comes back through the output, norms stay exact far beyond float32's range.
   */
  readonly handle: Tensor = requireGrad(zeros([]));
  /** The place of the state that is the output, -1 where none is; known once the sequence has run. */
  output = -1;
  /** By state; undefined until a backward pass has run. */
  adjoints: readonly StateAdjoints[] | undefined = undefined;

  constructor(kind: TapKind) {
    this.kind = kind;
  }
}

/** Squares of norms while a backward pass runs, and the powers of two that were taken out of the rows. */
export class Norms implements Adjoint {
  readonly squares: Float64Array;
  readonly #exponents: Int32Array;
  values: Tensor | undefined = undefined;
  #log10: Float64Array | undefined = undefined;

  /** @param exponents for each row of each step, the power of two that the row was divided by */
  constructor(exponents: Int32Array) {
    this.squares = new Float64Array(exponents.length).fill(Number.NaN);
    this.#exponents = exponents;
  }

  /** Made when it is asked for: logarithms cost more than the sums. */
  get log10(): Float64Array {
    this.#log10 ??= this.squares.map((square, i) => Math.log10(square) / 2 + this.#exponents[i] * Math.log10(2));
    return this.#log10;
  }

  /** Takes the rows of steps `[first, end)` from the kernels' memory, where their sums lie side by side. */
  take(sums: Float64Array, { rows, active, times, batch }: Geometry, first: number, end: number): void {
    for (let s = first; s < end; s++) {
      const from = rows[s] - rows[first];
      const to = times[s] * batch;
      for (let row = 0; row < active[s]; row++) this.squares[to + row] = sums[from + row];
    }
  }
}

const functions = new WeakMap<Kernels, RowSquares>();

/**
 * The function that sums the squares of rows.
 *
 * @throws {Uncompilable} where modules are refused
 */
export function squaresOf(kernels: Kernels): RowSquares {
  let run = functions.get(kernels);
  if (run === undefined) {
    const api = webAssembly();
    if (api === undefined) throw new Uncompilable("there is no WebAssembly");
    const module = new api.Module(assemble({ imports: [], functions: [rowSquares()], exports: { f0: 0 } }));
    const { f0 } = new api.Instance(module, { env: { memory: kernels.memory.memory } }).exports as { f0: RowSquares };
    run = f0;
    functions.set(kernels, run);
  }
  return run;
}
