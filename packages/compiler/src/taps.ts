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
  /** `[T, B, …]`, 0 where rows were not active; undefined unless values are wanted. */
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

/** The norms of one adjoint, as a backward pass leaves them. */
export class AdjointNorms implements Adjoint {
  readonly values: Tensor | undefined;
  readonly #squares: Float64Array;
  readonly #powers: Int32Array | undefined;
  readonly #geometry: Geometry;
  readonly #steps: number;
  #log10: Float64Array | undefined = undefined;

  /**
   * @param squares of the norm of each row, step after step in the order of processing; overwritten when logarithms are asked for
   * @param powers the powers of two that rows were divided by, in the same order
   * @param steps T, those without active rows included
   */
  constructor(
    squares: Float64Array,
    powers: Int32Array | undefined,
    geometry: Geometry,
    steps: number,
    values: Tensor | undefined,
  ) {
    this.values = values;
    this.#squares = squares;
    this.#powers = powers;
    this.#geometry = geometry;
    this.#steps = steps;
  }

  /** Made when it is asked for: logarithms cost more than the sums. */
  get log10(): Float64Array {
    this.#log10 ??= this.#byTime();
    return this.#log10;
  }

  #byTime(): Float64Array {
    const { batch, times, active, rows, totalRows } = this.#geometry;
    const [squares, powers] = [this.#squares, this.#powers];
    const count = this.#steps * batch;
    // Sums that lie as their logarithms will, and are not needed again, make room for them.
    const log10 = totalRows === count && times[0] === 0 ? squares : new Float64Array(count);
    if (totalRows < count) log10.fill(Number.NaN);
    for (let s = 0; s < times.length; s++) {
      const from = rows[s];
      const to = times[s] * batch;
      for (let row = 0; row < active[s]; row++) {
        const log = Math.log(squares[from + row]) * halfPerLog;
        log10[to + row] = powers === undefined ? log : log + powers[from + row] * powerOfTwo;
      }
    }
    return log10;
  }
}

/** log10 √x by ln x, which V8 computes in two thirds of the time of its log10. */
const halfPerLog: number = Math.LOG10E / 2;
/** log10 2 */
const powerOfTwo: number = Math.log10(2);

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
