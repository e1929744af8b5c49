import { KernelMemoryError, type Kernels } from "@unroll/kernels";

/** Kernel memory that a forward pass keeps for its backward pass; it may be taken away at any time between the two. */
export interface Lease {
  /** 0 once it is gone. */
  at: number;
  readonly bytes: number;
}

/** How many bytes are leased at most. A backward pass whose lease was taken away runs the forward pass again. */
const budget = 256 << 20;

/** How many leases there are at most: a loop that forgets `noGrad` gets slower, never larger. */
const limit = 64;

/** What is leased in one memory, oldest first. */
interface Leases {
  readonly kept: Set<Lease>;
  bytes: number;
  readonly registry: FinalizationRegistry<Lease>;
}

const all = new WeakMap<Kernels, Leases>();

function leasesOf(kernels: Kernels): Leases {
  let leases = all.get(kernels);
  if (leases === undefined) {
    leases = {
      kept: new Set(),
      bytes: 0,
      registry: new FinalizationRegistry((lease) => endLease(kernels, lease)),
    };
    all.set(kernels, leases);
  }
  return leases;
}

/** Takes memory until {@link endLease}, or until `owner` is collected: older leases make room for newer ones. */
export function lease(kernels: Kernels, bytes: number, owner: object): Lease {
  const leases = leasesOf(kernels);
  while ((leases.bytes + bytes > budget || leases.kept.size >= limit) && dropOldest(kernels, leases));
  const taken: Lease = { at: allocate(kernels, bytes, "what a sequence keeps for its gradient"), bytes };
  leases.kept.add(taken);
  leases.bytes += bytes;
  leases.registry.register(owner, taken, taken);
  return taken;
}

/** Gives a lease back; nothing happens where that was done before. */
export function endLease(kernels: Kernels, given: Lease): void {
  if (given.at === 0) return;
  const leases = leasesOf(kernels);
  leases.kept.delete(given);
  leases.registry.unregister(given);
  leases.bytes -= given.bytes;
  kernels.memory.free(given.at);
  given.at = 0;
}

/**
 * Takes memory for one call, dropping leases where there is none left.
 *
 * @throws {KernelMemoryError} when it does not suffice even without any lease
 */
export function allocate(kernels: Kernels, bytes: number, label: string, spared?: Lease): number {
  for (;;) {
    try {
      return kernels.memory.allocate(bytes, label);
    } catch (error) {
      if (!KernelMemoryError.is(error) || !dropOldest(kernels, leasesOf(kernels), spared)) throw error;
    }
  }
}

function dropOldest(kernels: Kernels, leases: Leases, spared?: Lease): boolean {
  for (const oldest of leases.kept) {
    if (oldest === spared) continue;
    endLease(kernels, oldest);
    return true;
  }
  return false;
}
