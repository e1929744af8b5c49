import { sampleRankCorrelation } from "simple-statistics";
import type { RunRecord } from "./record.ts";
import { halfLifeAtStart } from "./summary.ts";

/** One run of the headline picture. */
export interface Dot {
  readonly record: RunRecord;
  /** Of the gradient before training; infinite where nothing is lost. */
  readonly halfLife: number;
  /** Sequences to success, or the cap. */
  readonly sequences: number;
  readonly solved: boolean;
}

/** How a run's gradients before training go with how soon it learns. */
export interface HalfLifeAgainstSuccess {
  readonly dots: readonly Dot[];
  /**
   * Spearman's rank correlation; runs that hit their cap share the last rank, runs that lose nothing the first. Undefined
   * below four runs, or where all are alike.
   */
  readonly rankCorrelation: number | undefined;
}

/** Relates half-life at initialisation and sequences to success over the runs of one race. */
export function halfLifeAgainstSuccess(records: readonly RunRecord[]): HalfLifeAgainstSuccess {
  const dots = records.flatMap((record): Dot[] => {
    const halfLife = halfLifeAtStart(record);
    if (halfLife === undefined) return [];
    const { solvedAt } = record.outcome;
    return [{ record, halfLife, sequences: solvedAt ?? record.spec.cap, solved: solvedAt !== null }];
  });
  if (dots.length < 4) return { dots, rankCorrelation: undefined };
  const value = sampleRankCorrelation(
    dots.map(({ halfLife }) => halfLife),
    // Whatever the cap, not to have solved the task is worse than to have solved it late.
    dots.map(({ sequences, solved }) => (solved ? sequences : Number.MAX_VALUE)),
  );
  return { dots, rankCorrelation: Number.isFinite(value) ? value : undefined };
}
