import { GRU, LSTM, RNN } from "@unroll/cells";
import { Embedding, Linear, Module } from "@unroll/nn";
import type { Generator, Tensor } from "@unroll/tensor";
import type { CharModel, ModelState } from "./char-model.ts";
import type { ModelSpec } from "./spec.ts";

const layers = { rnn: RNN, lstm: LSTM, gru: GRU } as const;

/** What of a recurrent layer is used: states have the names that its cell gives them. */
interface Layer extends Module {
  forward(x: Tensor, options: { state?: ModelState }): { output: Tensor; state: ModelState };
}

/** Embedding, one recurrent layer, linear output: the state carries what was read, however long ago. */
export class RecurrentModel extends Module implements CharModel {
  readonly embedding: Embedding;
  readonly recurrent: Layer;
  readonly output: Linear;

  constructor({ symbols, embedding, hidden }: ModelSpec, kind: keyof typeof layers, generator: Generator) {
    super();
    this.embedding = new Embedding(symbols, embedding, { generator });
    // An LSTM that starts by remembering learns sooner; nothing else differs from PyTorch's start.
    this.recurrent = (kind === "lstm"
      ? new LSTM(embedding, hidden, { generator, forgetBias: 1 })
      : new layers[kind](embedding, hidden, { generator })) as unknown as Layer;
    this.output = new Linear(hidden, symbols, { generator });
  }

  run(input: Tensor, state: ModelState | undefined): { features: Tensor; state: ModelState } {
    const { output, state: after } = this.recurrent.forward(
      this.embedding.forward(input),
      state === undefined ? {} : { state },
    );
    return { features: output, state: after };
  }
}
