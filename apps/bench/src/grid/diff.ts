import { isDeepStrictEqual } from "node:util";
import { labelOf } from "./describe.ts";
import { variantKey } from "./group.ts";
import type { Outcome, RunRecord } from "./record.ts";
import { type Spread, summarizeRuns, type VariantSummary } from "./summary.ts";

/** What two result files have in common, and what not. */
export interface Difference {
  /** Runs of equal settings whose outcomes are the same to the last bit, wall time apart. */
  readonly same: number;
  /** Runs of equal settings that came out differently. */
  readonly changed: readonly { readonly label: string; readonly a: Outcome; readonly b: Outcome }[];
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** Variants that both have, whatever their seeds. */
  readonly variants: readonly { readonly a: VariantSummary; readonly b: VariantSummary }[];
}

/** Compares two sets of runs, run by run and variant by variant. */
export function diffRuns(a: readonly RunRecord[], b: readonly RunRecord[]): Difference {
  const other = new Map(b.map((record) => [record.id, record]));
  const shared = a.flatMap((record) => {
    const match = other.get(record.id);
    return match === undefined ? [] : [{ label: labelOf(record.spec), a: record.outcome, b: match.outcome }];
  });
  const changed = shared.filter((pair) => !isDeepStrictEqual(timeless(pair.a), timeless(pair.b)));
  const inA = new Set(a.map(({ id }) => id));
  const keyOf = ({ spec }: VariantSummary) => variantKey(spec);
  const summaries = new Map(summarizeRuns(b).map((summary) => [keyOf(summary), summary]));
  return {
    same: shared.length - changed.length,
    changed,
    onlyA: a.filter(({ id }) => !other.has(id)).map(({ spec }) => labelOf(spec)),
    onlyB: b.filter(({ id }) => !inA.has(id)).map(({ spec }) => labelOf(spec)),
    variants: summarizeRuns(a).flatMap((summary) => {
      const match = summaries.get(keyOf(summary));
      return match === undefined ? [] : [{ a: summary, b: match }];
    }),
  };
}

function timeless({ seconds: _, ...outcome }: Outcome): unknown {
  return outcome;
}

/** Whether the middle halves of two spreads lie apart: a difference that seeds do not explain. */
export function apart(a: Spread, b: Spread): boolean {
  const top = (spread: Spread) => spread.p75 ?? Number.POSITIVE_INFINITY;
  const bottom = (spread: Spread) => spread.p25 ?? Number.POSITIVE_INFINITY;
  return top(a) < bottom(b) || top(b) < bottom(a);
}
