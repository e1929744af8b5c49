import { OptionError, Tensor } from "@unroll/tensor";
import { checkGiven, flag, show, wholeNumber } from "../check.ts";
import { DataError } from "../errors.ts";
import { type IntegerSequence, integersOf } from "../integers.ts";

/** Options of {@link LanguageModelBatches}. */
export interface LanguageModelBatchesOptions {
  /** How many parallel streams the text is cut into. */
  batchSize: number;
  /** Steps in a batch: how far back truncated backpropagation through time reaches. */
  length: number;
  /** Leaves out a last batch with fewer steps; false unless given. */
  dropLast?: boolean;
}

/** A piece of text for every stream, and the same piece one token later. */
export interface LanguageModelBatch {
  /** int32 `[T, B]`. */
  input: Tensor;
  /** int32 `[T, B]`: what follows each token of `input`. */
  target: Tensor;
  /** Whether the streams begin here, so that the state must begin too; otherwise it carries over. */
  first: boolean;
}

/** Where the batches stand: plain values, safe to keep as JSON. */
export interface LanguageModelBatchesState {
  readonly version: 1;
  /** How many batches of the pass have been handed out. */
  readonly batch: number;
  readonly settings: {
    readonly tokens: number;
    readonly batchSize: number;
    readonly length: number;
    readonly dropLast: boolean;
  };
}

/**
 * A text for training a language model whose state carries from batch to batch.
 *
 * The text is cut into B streams of S = floor((N - 1) / B) tokens: `input[t, b]` of batch k is token b S + k T + t and
 * `target` the token after it. So batch k goes on where batch k - 1 stopped, and each of the first B S tokens is an
 * input exactly once, its successor a target exactly once. Each `for … of` is one pass over the text. As PyTorch's
 * word_language_model example, whose streams lose the tokens between them as targets.
 *
 * @example
 * ```ts
 * const text = "It was a dark and stormy night";
 * const vocabulary = CharVocabulary.fromText(text);
 * const batches = new LanguageModelBatches(vocabulary.encode(text), { batchSize: 1, length: 12 });
 * for (const { input, target, first } of batches)
 *   console.log(first, vocabulary.decode(input.data), "->", vocabulary.decode(target.data));
 * // true It was a dar -> t was a dark
 * // false k and stormy ->  and stormy
 * // false  nigh -> night
 * ```
 * @throws {DataError} when the text is too short for one step in every stream
 */
export class LanguageModelBatches implements Iterable<LanguageModelBatch> {
  /** Batches in a pass. */
  readonly length: number;
  /** Tokens in a stream. */
  readonly streamLength: number;
  readonly #tokens: Int32Array;
  readonly #settings: LanguageModelBatchesState["settings"];
  #batch = 0;
  /** Whether the position was restored and the next iteration begins there. */
  #waiting = false;

  constructor(tokens: IntegerSequence, options: LanguageModelBatchesOptions) {
    const fn = "LanguageModelBatches";
    checkGiven(fn, options, ["batchSize", "length", "dropLast"]);
    const batchSize = wholeNumber(fn, "batchSize", options.batchSize, 1);
    const length = wholeNumber(fn, "length", options.length, 1);
    const dropLast = flag(fn, "dropLast", options.dropLast ?? false);
    this.#tokens = integersOf(fn, tokens);
    this.#settings = { tokens: this.#tokens.length, batchSize, length, dropLast };
    this.streamLength = Math.max(0, Math.floor((this.#tokens.length - 1) / batchSize));
    this.length = dropLast ? Math.floor(this.streamLength / length) : Math.ceil(this.streamLength / length);
    if (this.length === 0) {
      const needed = batchSize * (dropLast ? length : 1) + 1;
      throw new DataError(
        `${fn}: expected at least ${needed} tokens for ${batchSize} streams, got ${this.#tokens.length}`,
      );
    }
  }

  *[Symbol.iterator](): IterableIterator<LanguageModelBatch> {
    if (!this.#waiting) this.#batch = 0;
    this.#waiting = false;
    for (let at = this.#batch; at < this.length; at++) {
      this.#batch = at + 1;
      yield this.#get(at);
    }
    this.#batch = 0;
  }

  #get(batch: number): LanguageModelBatch {
    const { batchSize, length } = this.#settings;
    const start = batch * length;
    const steps = Math.min(length, this.streamLength - start);
    const cut = (shift: number): Tensor => {
      const data = new Int32Array(steps * batchSize);
      for (let b = 0; b < batchSize; b++) {
        const from = b * this.streamLength + start + shift;
        for (let t = 0; t < steps; t++) data[t * batchSize + b] = this.#tokens[from + t];
      }
      return new Tensor([steps, batchSize], "int32", { data, version: 0 });
    };
    return { input: cut(0), target: cut(1), first: batch === 0 };
  }

  /** Where the batches stand: after the one that was handed out last. */
  state(): LanguageModelBatchesState {
    return { version: 1, batch: this.#batch, settings: this.#settings };
  }

  /**
   * Goes on where `state` was taken: the next iteration hands out the rest of that pass.
   *
   * @throws {OptionError} when `state` is damaged or was taken with another text length or other options
   */
  restore(state: LanguageModelBatchesState): void {
    const fn = "LanguageModelBatches.restore";
    checkGiven(fn, state, ["version", "batch", "settings"]);
    if (state.version !== 1) throw new OptionError(`${fn}: expected a state of version 1, got ${show(state.version)}`);
    for (const [key, own] of Object.entries(this.#settings)) {
      const saved = (state.settings as Record<string, unknown> | undefined)?.[key];
      if (saved !== own)
        throw new OptionError(`${fn}: the state was taken with ${key} ${show(saved)}, here it is ${own}`);
    }
    const batch = wholeNumber(fn, "batch", state.batch, 0);
    if (batch > this.length) throw new OptionError(`${fn}: expected at most ${this.length} batches, got ${batch}`);
    [this.#batch, this.#waiting] = [batch, true];
  }
}
