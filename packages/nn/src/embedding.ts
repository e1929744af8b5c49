import { type Parameter, parameter } from "@unroll/autograd";
import {
  checkOptions,
  checkTensor,
  DTypeError,
  detach,
  equal,
  type Generator,
  IndexError,
  indexSelect,
  mutate,
  randn,
  reshape,
  type Tensor,
  unsqueeze,
  where,
} from "@unroll/tensor";
import { checkFloatDType, checkGiven, checkSize } from "./check.ts";
import type { Layer } from "./layer.ts";
import { Module } from "./module.ts";

/** Options of {@link Embedding}. */
export interface EmbeddingOptions {
  /** The index of padding: its row starts as 0 and gets no gradient from look-ups; negative counts from the end. */
  paddingIdx?: number;
  /** A parameter `[numEmbeddings, embeddingDim]` to use instead of a new one; its values stay as they are. */
  weight?: Parameter;
  /** float32 unless given; that of `weight` when one is. */
  dtype?: "float32" | "float64";
  generator?: Generator;
}

/**
 * A table of vectors, looked up by index; standard normal at the start (PyTorch's `nn.Embedding`). To share it with
 * the output layer: `new Linear(embeddingDim, numEmbeddings, { weight: embedding.weight })`.
 *
 * @example
 * ```ts
 * const embedding = new Embedding(10, 4, { paddingIdx: 0 });
 * embedding.forward(tensor([[1, 2, 0]], { dtype: "int32" })).shape; // [1, 3, 4]
 * ```
 */
export class Embedding extends Module implements Layer<[index: Tensor], Tensor> {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  /** In [0, numEmbeddings). */
  readonly paddingIdx: number | undefined;
  readonly weight: Parameter;

  /** @throws {OptionError} for sizes below 1 or unknown options */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkOptions("Embedding", options, ["paddingIdx", "weight", "dtype", "generator"]);
    checkSize("Embedding", "numEmbeddings", numEmbeddings);
    checkSize("Embedding", "embeddingDim", embeddingDim);
    const { paddingIdx, weight, dtype = "float32", generator } = options;
    checkFloatDType("Embedding", dtype);
    if (weight !== undefined) checkGiven("Embedding", weight, [numEmbeddings, embeddingDim]);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx === undefined ? undefined : rowOf(paddingIdx, numEmbeddings);
    this.weight = weight ?? parameter(randn([numEmbeddings, embeddingDim], { dtype, generator }));
    const row = this.paddingIdx;
    if (weight === undefined && row !== undefined)
      mutate(this.weight, (data) => data.fill(0, row * embeddingDim, (row + 1) * embeddingDim));
  }

  /**
   * @param index int32 of any shape `[…]`
   * @returns `[…, embeddingDim]`
   * @throws {DTypeError} unless the index is int32
   * @throws {IndexError} when an index is outside [0, numEmbeddings)
   */
  forward(index: Tensor): Tensor {
    checkTensor("Embedding.forward", index);
    if (index.dtype !== "int32")
      throw new DTypeError(`Embedding: expected int32 indices, got ${index.dtype}; use cast`);
    const flat = reshape(index, [index.size]);
    const rows = this.#lookUp(flat);
    // Where padding was looked up, the gradient ends; other uses of the same weight still reach that row.
    const open =
      this.paddingIdx === undefined ? rows : where(unsqueeze(equal(flat, this.paddingIdx), 1), detach(rows), rows);
    return reshape(open, [...index.shape, this.embeddingDim]);
  }

  describe(): string {
    const padding = this.paddingIdx === undefined ? "" : `, paddingIdx: ${this.paddingIdx}`;
    return `Embedding(${this.numEmbeddings}, ${this.embeddingDim}${padding})`;
  }

  #lookUp(flat: Tensor): Tensor {
    try {
      return indexSelect(this.weight, 0, flat);
    } catch (error) {
      if (!IndexError.is(error)) throw error;
      const outside = flat.data.find((at) => at < 0 || at >= this.numEmbeddings);
      throw new IndexError(`Embedding: expected indices in [0, ${this.numEmbeddings}), got ${outside}`);
    }
  }
}

function rowOf(paddingIdx: number, rows: number): number {
  if (!Number.isInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows)
    throw new IndexError(`Embedding: paddingIdx must be a whole number in [${-rows}, ${rows}), got ${paddingIdx}`);
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}
