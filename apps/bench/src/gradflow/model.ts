import { Embedding, Linear, Module } from "@unroll/nn";
import type { Generator, Tensor } from "@unroll/tensor";
import { type Entry, hiddenSizeOf, type Layer, type LayerState } from "./lineup.ts";

/** What goes in and comes out of a model beside its recurrent layer. */
export interface ModelShape {
  /** Symbols that are embedded, or undefined when x goes into the layer as it is. */
  readonly symbols: number | undefined;
  /** What the layer reads at each step: the embedding's size, or the number of channels. */
  readonly inputSize: number;
  readonly outputSize: number;
  /** The longest dependency of the task, in steps. */
  readonly horizon: number;
}

/** Embedding (for symbols), one recurrent layer, and a linear output. */
export class SequenceModel extends Module {
  readonly embedding: Embedding | undefined;
  readonly recurrent: Layer;
  readonly output: Linear;

  constructor(
    entry: Entry,
    { symbols, inputSize, outputSize, horizon }: ModelShape,
    hidden: number,
    generator: Generator,
  ) {
    super();
    const outside = (size: number) => (symbols ?? 0) * inputSize + (size + 1) * outputSize;
    const size = hiddenSizeOf(entry, inputSize, hidden, outside);
    this.embedding = symbols === undefined ? undefined : new Embedding(symbols, inputSize, { generator });
    this.recurrent = entry.make(inputSize, size, generator, horizon);
    this.output = new Linear(size, outputSize, { generator });
  }

  /** What the recurrent layer reads: `[T, B, inputSize]`. */
  embed(x: Tensor): Tensor {
    return this.embedding === undefined ? x : this.embedding.forward(x);
  }

  /** The hidden states `[T, B, H]` and the state after the last step. */
  run(x: Tensor, state: LayerState | undefined): { hidden: Tensor; state: LayerState } {
    const { output, state: after } = this.recurrent.forward(this.embed(x), state === undefined ? {} : { state });
    return { hidden: output, state: after };
  }
}
