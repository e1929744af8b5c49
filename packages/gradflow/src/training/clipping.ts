import { checkOptions, describe, OptionError } from "@unroll/tensor";
import { quantile } from "simple-statistics";

/** Options of {@link ClippingStatistics}. */
export interface ClippingOptions {
  /** The largest norm that is left alone. */
  max: number;
  /** How the loss combines steps and samples, such as "mean": a threshold means nothing without it. */
  reduction: string;
}

/** What {@link ClippingStatistics} has seen. */
export interface ClippingSummary {
  readonly max: number;
  readonly reduction: string;
  /** How many norms were added. */
  readonly count: number;
  /** The share of finite norms above the threshold. */
  readonly clipped: number;
  /** How many norms were NaN or infinite: steps to skip. */
  readonly invalid: number;
  /** The mean of `min(1, max / norm)` over finite norms: what of a gradient is left on average. */
  readonly meanFactor: number;
  /** `log10` of the median and of the 90th percentile of finite norms before clipping; -∞ for 0, NaN without any. */
  readonly median: number;
  readonly p90: number;
}

/**
 * Counts how gradient clipping acts over a run, from norms before clipping such as `clipGradNorm` returns: after it every large
 * one is the threshold.
 *
 * @throws {OptionError} unless `max > 0` and the reduction is named
 * @example
 * ```ts
 * const clipping = new ClippingStatistics({ max: 1, reduction: "mean" });
 * for (const norm of [0.5, 5, 2, Number.NaN]) clipping.add(norm);
 * const { clipped, invalid, meanFactor } = clipping.summary();
 * [clipped.toFixed(3), invalid, meanFactor.toFixed(3)]; // ["0.667", 1, "0.567"]
 * ```
 */
export class ClippingStatistics {
  readonly max: number;
  readonly reduction: string;
  readonly #norms: number[] = [];
  #invalid = 0;

  constructor(options: ClippingOptions) {
    checkOptions("ClippingStatistics", options, ["max", "reduction"]);
    const { max, reduction } = options ?? {};
    if (!(typeof max === "number" && max > 0))
      throw new OptionError(`ClippingStatistics: max must be > 0, got ${describe(max)}`);
    if (typeof reduction !== "string" || reduction === "")
      throw new OptionError(`ClippingStatistics: reduction must be named, got ${describe(reduction)}`);
    this.max = max;
    this.reduction = reduction;
  }

  /** Adds a step's norm of all gradients together, as it was before clipping. */
  add(norm: number): void {
    if (typeof norm !== "number" || norm < 0)
      throw new OptionError(`ClippingStatistics.add: expected a norm, got ${describe(norm)}`);
    if (Number.isFinite(norm)) this.#norms.push(norm);
    else this.#invalid++;
  }

  /** What was seen so far. */
  summary(): ClippingSummary {
    const norms = this.#norms;
    const mean = (of: (norm: number) => number) => norms.reduce((sum, norm) => sum + of(norm), 0) / norms.length;
    const at = (p: number) => (norms.length === 0 ? Number.NaN : Math.log10(quantile(norms, p)));
    return {
      max: this.max,
      reduction: this.reduction,
      count: norms.length + this.#invalid,
      clipped: mean((norm) => Number(norm > this.max)),
      invalid: this.#invalid,
      meanFactor: mean((norm) => Math.min(1, this.max / norm)),
      median: at(0.5),
      p90: at(0.9),
    };
  }
}
