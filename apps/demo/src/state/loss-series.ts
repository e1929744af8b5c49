/** How many points are kept. */
export const mostPoints = 2048;

/**
 * Training losses by step. Every point is the mean over `stride` steps; when they are full, neighbours are joined and the
 * stride doubles, so that a run of any length takes the same memory.
 */
export class LossSeries {
  /** The last step of each point, and the mean loss over its steps. */
  readonly steps: Float64Array = new Float64Array(mostPoints);
  readonly losses: Float64Array = new Float64Array(mostPoints);
  /** How long it had computed by then, in milliseconds. */
  readonly times: Float64Array = new Float64Array(mostPoints);
  #length = 0;
  #stride = 1;
  #sum = 0;
  #count = 0;
  #last = 0;

  get length(): number {
    return this.#length;
  }

  get stride(): number {
    return this.#stride;
  }

  /** The last step that was taken in. */
  get last(): number {
    return this.#last;
  }

  /** Takes the loss of the next step; one of a step that is known already is left. */
  push(step: number, loss: number, time = 0): void {
    if (step <= this.#last) return;
    this.#last = step;
    this.#sum += loss;
    this.#count++;
    if (this.#count < this.#stride) return;
    this.steps[this.#length] = step;
    this.times[this.#length] = time;
    this.losses[this.#length] = this.#sum / this.#count;
    this.#length++;
    this.#sum = 0;
    this.#count = 0;
    if (this.#length === mostPoints) this.#halve();
  }

  #halve(): void {
    for (let k = 0; k < mostPoints / 2; k++) {
      this.steps[k] = this.steps[2 * k + 1];
      this.times[k] = this.times[2 * k + 1];
      this.losses[k] = (this.losses[2 * k] + this.losses[2 * k + 1]) / 2;
    }
    this.#length = mostPoints / 2;
    this.#stride *= 2;
  }
}
