import type { Adjoint, StateAdjoints, TapKind, Taps } from "@unroll/compiler";
import { reshape, type Shape, type Tensor } from "@unroll/tensor";
import { reorder, type Schedule } from "./lengths.ts";

/** What `tap` may be. */
export const tapKinds: readonly TapKind[] = ["norms", "values"];

/**
 * The adjoints `∂L/∂s_t` of a sequence's states, at every step: each backward pass through the sequence leaves them here
 * on its way.
 *
 * @example
 * ```ts
 * const { output, adjoints } = unroll(new LSTMCell(3, 4), ones([5, 2, 3]), { tap: "norms" });
 * backward(mean(output));
 * adjoints?.states?.c.total.log10.length; // 10
 * ```
 */
export class Adjoints<S extends { [K in keyof S]: Tensor }> {
  /** The state after each sample's last step; of one layer and direction, where several ran. */
  readonly final: S;
  readonly #taps: Taps;
  readonly #schedule: Schedule;
  #seen: readonly StateAdjoints[] | undefined = undefined;
  #states: { readonly [K in keyof S]: StateAdjoints } | undefined = undefined;

  constructor(final: S, taps: Taps, schedule: Schedule) {
    this.final = final;
    this.#taps = taps;
    this.#schedule = schedule;
  }

  /**
   * A number that everything the sequence gives depends on with gradient 0. `grad(loss, [handle])` leaves the gradients of
   * weights and inputs out; and where the loss is one of final states alone, norms stay exact far beyond float32's range.
   */
  get handle(): Tensor {
    return this.#taps.handle;
  }

  /** The state that is the output, as h of an LSTM is; undefined where none is. */
  get outputName(): string | undefined {
    return Object.keys(this.final)[this.#taps.output];
  }

  /** By state, those of the last backward pass; undefined until there was one. */
  get states(): { readonly [K in keyof S]: StateAdjoints } | undefined {
    const { adjoints } = this.#taps;
    if (adjoints !== this.#seen && adjoints !== undefined) {
      const inOrder = ({ state, total }: StateAdjoints, { shape }: Tensor): StateAdjoints => {
        const own = bySample(state, this.#schedule, shape);
        return { state: own, total: total === state ? own : bySample(total, this.#schedule, shape) };
      };
      const entries = Object.entries<Tensor>(this.final);
      this.#states = Object.fromEntries(entries.map(([name, final], k) => [name, inOrder(adjoints[k], final)])) as {
        readonly [K in keyof S]: StateAdjoints;
      };
      this.#seen = adjoints;
    }
    return this.#states;
  }
}

/** The same for each sample in place of each sorted row, values in the shape of the state. */
function bySample(adjoint: Adjoint, { samples, inverse }: Schedule, shape: Shape): Adjoint {
  const { values } = adjoint;
  // Compiled loops know rows of one axis.
  const shaped =
    values && (values.shape.length === 1 + shape.length ? values : reshape(values, [values.shape[0], ...shape]));
  if (inverse === undefined && shaped === values) return adjoint;
  const batch = samples.length;
  let own: Float64Array | undefined;
  const inOrder = (sorted: Float64Array): Float64Array => {
    const log10 = new Float64Array(sorted.length);
    for (let i = 0; i < sorted.length; i++) log10[i - (i % batch) + samples[i % batch]] = sorted[i];
    return log10;
  };
  return {
    get log10() {
      own ??= inverse === undefined ? adjoint.log10 : inOrder(adjoint.log10);
      return own;
    },
    values: shaped && reorder(shaped, 1, inverse),
  };
}
