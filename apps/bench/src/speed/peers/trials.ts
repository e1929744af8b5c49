/**
 * What peers took at the sizes of a cell so far, smaller ones first: who had no time for one has none for the larger ones that
 * follow, and finding that out again would take the time of others.
 */
export class Trials {
  readonly #late = new Set<string>();
  readonly #calls = new Map<string, { readonly seconds: number; readonly flops: number }>();

  /** Notes that a peer had no time. */
  late(peer: string): void {
    this.#late.add(peer);
  }

  /** Notes the seconds of one call. */
  called(peer: string, seconds: number, flops: number): void {
    this.#calls.set(peer, { seconds, flops });
  }

  /** Why a peer surely has no time for a job, of which it must compute `calls` in `seconds`; undefined where it may have. */
  hopeless(peer: string, flops: number, calls: number, seconds: number): string | undefined {
    if (this.#late.has(peer)) return "a smaller one did";
    const smaller = this.#calls.get(peer);
    if (smaller === undefined || smaller.flops > flops) return undefined;
    // Most take longer in proportion to the operations; none was seen to grow by less than their root.
    const least = smaller.seconds * Math.sqrt(flops / smaller.flops);
    return calls * least > seconds ? `one call takes at least ${least.toPrecision(2)} s` : undefined;
  }
}
