/** Lets those of a list that have something to do take turns: nobody waits for longer than one round. */
export class Turns<T> {
  #next = 0;

  /** The next one after the last that has something to do; undefined where nobody has. */
  next(all: readonly T[], active: (one: T) => boolean): T | undefined {
    for (let k = 0; k < all.length; k++) {
      const at = (this.#next + k) % all.length;
      if (!active(all[at])) continue;
      this.#next = at + 1;
      return all[at];
    }
    return undefined;
  }
}
