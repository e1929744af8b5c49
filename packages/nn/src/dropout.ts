import {
  cast,
  checkOptions,
  checkTensor,
  type Generator,
  greaterEqual,
  mul,
  OptionError,
  type Tensor,
  uniformLike,
} from "@unroll/tensor";
import type { Layer } from "./layer.ts";
import { Module } from "./module.ts";

/** Options of {@link Dropout}. */
export interface DropoutOptions {
  /** Where the masks come from; the default generator unless given. */
  generator?: Generator;
}

/**
 * In training, makes each value 0 with probability `p` and multiplies the others by `1 / (1 - p)`; in evaluation, passes
 * on its input (Srivastava et al., 2014; PyTorch's `nn.Dropout`). One draw per value, whatever `p`.
 *
 * @example
 * ```ts
 * const dropout = new Dropout(0.5, { generator: new Generator(1) });
 * dropout.eval().forward(tensor([1, 2])).toArray(); // [1, 2]
 * ```
 */
export class Dropout extends Module implements Layer<[x: Tensor], Tensor> {
  readonly p: number;
  readonly #generator: Generator | undefined;

  /** @throws {OptionError} unless `p` is in [0, 1] */
  constructor(p: number = 0.5, options: DropoutOptions = {}) {
    super();
    checkOptions("Dropout", options, ["generator"]);
    if (!(p >= 0 && p <= 1)) throw new OptionError(`Dropout: p must be a probability in [0, 1], got ${String(p)}`);
    this.p = p;
    this.#generator = options.generator;
  }

  /** @returns the shape of `x` */
  forward(x: Tensor): Tensor {
    checkTensor("Dropout.forward", x);
    if (!this.training || this.p === 0) return x;
    const kept = greaterEqual(uniformLike(x, { generator: this.#generator }), this.p);
    return mul(x, mul(cast(kept, x.dtype), this.p === 1 ? 0 : 1 / (1 - this.p)));
  }

  describe(): string {
    return `Dropout(${this.p})`;
  }
}
