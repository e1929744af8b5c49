import type { RunSpec } from "./spec.ts";

/** Items by key, in the order in which each key comes first. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The same for runs that differ by their seed only. */
export function variantKey(spec: RunSpec): string {
  return JSON.stringify({ ...spec, seed: undefined });
}
