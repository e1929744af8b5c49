import { Generator, permutation } from "@unroll/tensor";

/** What decides which samples go into which batch. */
export interface Plan {
  /** Samples in the dataset. */
  readonly count: number;
  readonly batchSize: number;
  readonly dropLast: boolean;
  /** For each sample the bucket that it may share a batch with; absent when any two may. */
  readonly buckets: Uint32Array | undefined;
}

/** How many batches an epoch has, whatever the order. */
export function batchCount({ count, batchSize, dropLast, buckets }: Plan): number {
  const round = dropLast ? Math.floor : Math.ceil;
  if (buckets === undefined) return round(count / batchSize);
  const sizes = new Map<number, number>();
  for (const bucket of buckets) sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1);
  let batches = 0;
  for (const size of sizes.values()) batches += round(size / batchSize);
  return batches;
}

/**
 * The samples of each batch of an epoch, a pure function of its arguments, so that any epoch can be entered anywhere.
 *
 * @param seed where the orders of all epochs come from; undefined keeps the order of the dataset
 */
export function planEpoch(plan: Plan, seed: number | undefined, epoch: number): number[][] {
  const { count } = plan;
  // A permutation takes one counter per entry: this leaves room for one of the samples and one of the batches.
  const from = (start: number): { generator: Generator } => ({
    generator: Generator.from({ seed: seed ?? 0, counter: start }),
  });
  const order = seed === undefined ? undefined : permutation(count, from(2 * count * epoch)).data;
  const batches = fill(plan, order);
  // Buckets leave their unfilled batches for the end, where training would always see them last.
  if (seed === undefined || plan.buckets === undefined) return batches;
  return Array.from(permutation(batches.length, from(2 * count * epoch + count)).data, (at) => batches[at]);
}

function fill({ count, batchSize, dropLast, buckets }: Plan, order: ArrayLike<number> | undefined): number[][] {
  const batches: number[][] = [];
  const open = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const index = order === undefined ? i : order[i];
    const bucket = buckets === undefined ? 0 : buckets[index];
    const batch = open.get(bucket) ?? [];
    batch.push(index);
    if (batch.length < batchSize) open.set(bucket, batch);
    else {
      batches.push(batch);
      open.delete(bucket);
    }
  }
  if (!dropLast) for (const [, batch] of [...open].sort(([a], [b]) => a - b)) batches.push(batch);
  return batches;
}
