import type { SequenceScore } from "@unroll/data";

/** The score of the most recent sequences of a training, one by one: what the paper's stopping criteria look at. */
export class Window {
  readonly #losses: Float64Array;
  readonly #right: Uint8Array;
  #count = 0;
  #loss = 0;
  #rights = 0;

  constructor(size: number) {
    this.#losses = new Float64Array(size);
    this.#right = new Uint8Array(size);
  }

  add(loss: number, right: boolean): void {
    const at = this.#count % this.#losses.length;
    this.#loss += loss - this.#losses[at];
    this.#rights += Number(right) - this.#right[at];
    this.#losses[at] = loss;
    this.#right[at] = Number(right);
    this.#count++;
  }

  /** Whether there have been as many sequences as the window is long. */
  get full(): boolean {
    return this.#count >= this.#losses.length;
  }

  /** The mean over what is in the window. */
  get loss(): number {
    return this.#loss / this.#size;
  }

  /** The share of what is in the window that is right. */
  get accuracy(): number {
    return this.#rights / this.#size;
  }

  get score(): SequenceScore {
    const correct = Array.from(this.#right.subarray(0, this.#size), (right) => right === 1);
    return { loss: this.loss, accuracy: this.accuracy, correct, absoluteError: undefined };
  }

  get #size(): number {
    return Math.min(this.#count, this.#losses.length);
  }
}
