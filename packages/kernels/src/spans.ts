/** A run of free bytes. */
interface Span {
  at: number;
  size: number;
}

/**
 * The free parts of a memory, ordered by address; neighbours are joined, so that what was cut apart can be handed out
 * whole again. First fit: there are tens of spans, not thousands.
 */
export class Spans {
  readonly #spans: Span[] = [];

  /** Takes `size` bytes from the first span that has them, or returns `undefined`. */
  take(size: number): number | undefined {
    for (let i = 0; i < this.#spans.length; i++) {
      const span = this.#spans[i];
      if (span.size < size) continue;
      const { at } = span;
      if (span.size === size) this.#spans.splice(i, 1);
      else {
        span.at += size;
        span.size -= size;
      }
      return at;
    }
    return undefined;
  }

  /** Gives `size` bytes from `at` on back. */
  give(at: number, size: number): void {
    let i = 0;
    while (i < this.#spans.length && this.#spans[i].at < at) i++;
    const before = this.#spans[i - 1];
    const after = this.#spans[i];
    const joinsBefore = before !== undefined && before.at + before.size === at;
    const joinsAfter = after !== undefined && at + size === after.at;
    if (joinsBefore && joinsAfter) {
      before.size += size + after.size;
      this.#spans.splice(i, 1);
    } else if (joinsBefore) before.size += size;
    else if (joinsAfter) {
      after.at = at;
      after.size += size;
    } else this.#spans.splice(i, 0, { at, size });
  }

  /** How many bytes are free at the end of a memory of `end` bytes: growth continues them. */
  tail(end: number): number {
    const last = this.#spans.at(-1);
    return last !== undefined && last.at + last.size === end ? last.size : 0;
  }

  /** All free bytes together. */
  get total(): number {
    let total = 0;
    for (const { size } of this.#spans) total += size;
    return total;
  }
}
