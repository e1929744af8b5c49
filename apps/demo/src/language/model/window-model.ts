import { Embedding, Linear, Module } from "@unroll/nn";
import { concat, full, type Generator, reshape, slice, stack, type Tensor, tanh } from "@unroll/tensor";
import type { CharModel, ModelState } from "./char-model.ts";
import type { ModelSpec } from "./spec.ts";

/**
 * A neural probabilistic language model with a fixed window: `y = U tanh(d + H [e(x_t-n+1) … e(x_t)]) + b`, the embeddings e
 * of the last n characters side by side. What lies further back cannot reach the output.
 *
 * Source: Bengio, Ducharme, Vincent, Jauvin 2003, without the direct connections from the embeddings to the output.
 */
export class WindowModel extends Module implements CharModel {
  /** One row more than there are symbols: zeros, for places before the text begins. */
  readonly embedding: Embedding;
  readonly hidden: Linear;
  readonly output: Linear;
  readonly #context: number;

  constructor({ symbols, embedding, hidden, context }: ModelSpec, generator: Generator) {
    super();
    this.embedding = new Embedding(symbols + 1, embedding, { paddingIdx: symbols, generator });
    this.hidden = new Linear(context * embedding, hidden, { generator });
    this.output = new Linear(hidden, symbols, { generator });
    this.#context = context;
  }

  /** @returns the state `{ context: [n - 1, B] }`: the characters that the next window begins with */
  run(input: Tensor, state: ModelState | undefined): { features: Tensor; state: ModelState } {
    const [steps, batch] = input.shape;
    const before = this.#context - 1;
    const nothing = this.embedding.paddingIdx ?? 0;
    const earlier = state?.context ?? full([before, batch], nothing, { dtype: "int32" });
    const all = before === 0 ? input : concat([earlier, input], 0);
    // [T, B, n]: the window that ends at each character.
    const windows = stack(
      Array.from({ length: this.#context }, (_, k) => slice(all, 0, k, k + steps)),
      2,
    );
    const { embeddingDim } = this.embedding;
    const side = reshape(this.embedding.forward(windows), [steps, batch, this.#context * embeddingDim]);
    return { features: tanh(this.hidden.forward(side)), state: { context: slice(all, 0, steps) } };
  }
}
