import { quantileSorted } from "simple-statistics";
import { settingsOf, titleOf, variantOf } from "./describe.ts";
import { groupBy, variantKey } from "./group.ts";
import type { RunRecord } from "./record.ts";
import type { RunSpec } from "./spec.ts";

/** Runs that differ by their seed only, in numbers. */
export interface VariantSummary {
  readonly title: string;
  readonly settings: string;
  readonly variant: string;
  /** The settings of one of them, without the seed. */
  readonly spec: RunSpec;
  /** When the task counts as solved, in words, and the loss of the best answer that remembers nothing. */
  readonly success: string;
  readonly chance: number | undefined;
  readonly hidden: number;
  readonly parameters: number;
  readonly seeds: readonly number[];
  readonly solved: number;
  readonly diverged: number;
  /**
   * Sequences until the task is solved, over all seeds. A run that hit its cap lies above all that solved; where a quantile
   * falls among such runs it is null: more than the cap.
   */
  readonly sequences: Spread;
  /** Of the training up to success, or to the cap. */
  readonly seconds: Spread;
  readonly flop: Spread;
  /** Of the test, or of the last look where there is none. */
  readonly loss: Spread;
  readonly accuracy: Spread;
  /** Of the gradient before training, all states together; infinite where nothing is lost. */
  readonly halfLife: Spread;
}

/** A median and the middle half; null where it is unknown or beyond the cap. */
export interface Spread {
  readonly median: number | null;
  readonly p25: number | null;
  readonly p75: number | null;
}

/** One row for each variant, in the order of the records. */
export function summarizeRuns(records: readonly RunRecord[]): VariantSummary[] {
  return [...groupBy(records, ({ spec }) => variantKey(spec)).values()].map((group) => {
    const [{ spec, outcome }] = group;
    const outcomes = group.map((record) => record.outcome);
    const last = outcomes.flatMap(({ tested, looks }) => tested ?? looks.slice(-1));
    return {
      title: titleOf(spec),
      settings: settingsOf(spec),
      variant: variantOf(spec),
      spec,
      success: outcome.success,
      chance: outcome.chance,
      hidden: outcome.hidden,
      parameters: outcome.parameters,
      seeds: group.map((record) => record.spec.seed),
      solved: outcomes.filter(({ status }) => status === "solved").length,
      diverged: outcomes.filter(({ status }) => status === "diverged").length,
      sequences: spreadOf(outcomes.map(({ solvedAt }) => solvedAt ?? Number.POSITIVE_INFINITY)),
      seconds: spreadOf(outcomes.map(({ seconds }) => seconds)),
      flop: spreadOf(outcomes.map(({ flop }) => flop)),
      loss: spreadOf(last.map(({ loss }) => loss)),
      accuracy: spreadOf(last.map(({ accuracy }) => accuracy)),
      halfLife: spreadOf(group.flatMap((record) => halfLifeAtStart(record) ?? [])),
    };
  });
}

/** The half-life before training; infinite when nothing is lost, undefined when nothing could be fitted. */
export function halfLifeAtStart({ outcome }: RunRecord): number | undefined {
  const [flow] = outcome.flows;
  if (flow === undefined || flow.decayPerStep === null) return undefined;
  return flow.halfLife ?? Number.POSITIVE_INFINITY;
}

/** Quartiles of numbers of which some may be infinite. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number): number | null => {
    if (sorted.length === 0) return null;
    const value = quantileSorted(sorted, p);
    return Number.isFinite(value) ? value : null;
  };
  return { median: at(0.5), p25: at(0.25), p75: at(0.75) };
}
