import type { ProbeRecord } from "@unroll/bench/lab";

/** How many probes are kept: the columns of a heatmap. */
export const mostProbes = 512;

/**
 * A lane's probes over training, at most {@link mostProbes}, evenly spread from the first to the last: when they are full,
 * every other one goes, and from then on only every other new one comes in. What is kept is what was measured, never a mean.
 */
export class ProbeHistory {
  #records: ProbeRecord[] = [];
  /** One of so many probes is kept. */
  #stride = 1;
  #seen = 0;

  /** By training step, the first probe first. */
  get records(): readonly ProbeRecord[] {
    return this.#records;
  }

  get stride(): number {
    return this.#stride;
  }

  /** Takes a probe that is newer than all others; one that is not is known already, and left. */
  push(record: ProbeRecord): void {
    const last = this.#records.at(-1);
    if (last !== undefined && record.step <= last.step) return;
    if (this.#seen++ % this.#stride !== 0) return;
    this.#records.push(record);
    if (this.#records.length <= mostProbes) return;
    this.#records = this.#records.filter((_, k) => k % 2 === 0);
    this.#stride *= 2;
  }

  /** The kept probe whose step is nearest. */
  nearest(step: number): ProbeRecord | undefined {
    const records = this.#records;
    let [low, high] = [0, records.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (records[middle].step < step) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [records[low - 1], records[low]];
    if (before === undefined || after === undefined) return after;
    return step - before.step <= after.step - step ? before : after;
  }
}
