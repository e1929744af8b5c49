import { checkFunction, checkOptions, describe, OptionError } from "@unroll/tensor";
import { checkNotNegative, checkPositive, checkWhole } from "./check.ts";
import { wholePower } from "./whole-power.ts";

/** A factor on the learning rate for each step, from step 0 on. A plain function: write your own. */
export type Schedule = (step: number) => number;

/** The same factor at every step (default 1). */
export function constant(factor: number = 1): Schedule {
  checkNotNegative("constant", "factor", factor);
  return from("constant", () => factor);
}

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** How many steps pass between two decays. */
  every: number;
  /** The factor of each decay (default 0.1). */
  gamma?: number;
}

/** `gamma^⌊step / every⌋` (PyTorch's `StepLR`). */
export function stepDecay(options: StepDecayOptions): Schedule {
  checkOptions("stepDecay", options, ["every", "gamma"]);
  const { every, gamma = 0.1 } = options ?? {};
  checkWhole("stepDecay", "every", every, 1);
  checkNotNegative("stepDecay", "gamma", gamma);
  return from("stepDecay", (step) => wholePower(gamma, Math.floor(step / every)));
}

/** `gamma^step` (PyTorch's `ExponentialLR`). */
export function exponential(gamma: number): Schedule {
  checkNotNegative("exponential", "gamma", gamma);
  return from("exponential", (step) => wholePower(gamma, step));
}

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** How many steps the way down takes. */
  steps: number;
  /** The factor at its end and ever after (default 0). */
  min?: number;
}

/**
 * Half a cosine wave from 1 down to `min`: `min + (1 - min) (1 + cos(π step / steps)) / 2` (Loshchilov and Hutter, 2017).
 * PyTorch's `CosineAnnealingLR` goes up again after `steps`; this stays.
 *
 * @example
 * ```ts
 * [0, 50, 100, 150].map(cosine({ steps: 100, min: 0.1 })); // [1, 0.55, 0.1, 0.1]
 * ```
 */
export function cosine(options: CosineOptions): Schedule {
  checkOptions("cosine", options, ["steps", "min"]);
  const { steps, min = 0 } = options ?? {};
  checkWhole("cosine", "steps", steps, 1);
  checkNotNegative("cosine", "min", min);
  return from("cosine", (step) => cosineBetween(1, min, Math.min(step / steps, 1)));
}

/** Options of {@link linearWarmup}. */
export interface LinearWarmupOptions {
  /** How many steps the way up takes. */
  steps: number;
  /** The factor at step 0 (default 1/3). */
  start?: number;
}

/** A straight line from `start` up to 1, and 1 ever after (PyTorch's `LinearLR`). */
export function linearWarmup(options: LinearWarmupOptions): Schedule {
  checkOptions("linearWarmup", options, ["steps", "start"]);
  const { steps, start = 1 / 3 } = options ?? {};
  checkWhole("linearWarmup", "steps", steps, 1);
  checkNotNegative("linearWarmup", "start", start);
  return from("linearWarmup", (step) => linearBetween(start, 1, Math.min(step / steps, 1)));
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** How many steps there are in all. */
  steps: number;
  /** The share of them that goes up (default 0.3). */
  pctStart?: number;
  /** The peak divided by the factor at step 0 (default 25). */
  divFactor?: number;
  /** The factor at step 0 divided by that at the last step (default 1e4). */
  finalDivFactor?: number;
  /** The shape of both ways: half a cosine wave (default) or a straight line. */
  anneal?: "cos" | "linear";
}

/**
 * Up from `1 / divFactor` to 1 and down to almost 0 (Smith and Topin, 2018; PyTorch's `OneCycleLR` with its two phases and
 * without its cycle of momentum). The optimizer's `lr` is the peak; after the last step the factor stays.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  checkOptions("oneCycle", options, ["steps", "pctStart", "divFactor", "finalDivFactor", "anneal"]);
  const { steps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, anneal = "cos" } = options ?? {};
  checkWhole("oneCycle", "steps", steps, 1);
  if (!(pctStart >= 0 && pctStart <= 1))
    throw new OptionError(`oneCycle: pctStart must be in [0, 1], got ${String(pctStart)}`);
  checkPositive("oneCycle", "divFactor", divFactor);
  checkPositive("oneCycle", "finalDivFactor", finalDivFactor);
  if (anneal !== "cos" && anneal !== "linear")
    throw new OptionError(`oneCycle: anneal must be "cos" or "linear", got ${String(anneal)}`);
  const between = anneal === "cos" ? cosineBetween : linearBetween;
  const [first, last, peak] = [1 / divFactor, 1 / divFactor / finalDivFactor, pctStart * steps - 1];
  return from("oneCycle", (step) => {
    const at = Math.min(step, steps - 1);
    if (at <= peak && peak > 0) return between(first, 1, at / peak);
    if (at <= peak) return 1;
    return between(1, last, (at - peak) / (steps - 1 - peak));
  });
}

/**
 * The product of several schedules at each step (PyTorch's `ChainedScheduler`).
 *
 * @example
 * ```ts
 * product(linearWarmup({ steps: 10, start: 0 }), constant(0.5))(5); // 0.25
 * ```
 */
export function product(...schedules: readonly Schedule[]): Schedule {
  for (const schedule of schedules) checkFunction("product", "a schedule", schedule);
  return from("product", (step) => schedules.reduce((factor, schedule) => factor * schedule(step), 1));
}

/**
 * One schedule after the other: `schedules[i]` from step `milestones[i - 1]` on, each counting its steps from 0
 * (PyTorch's `SequentialLR`).
 *
 * @param milestones rising, one fewer than schedules
 * @example
 * ```ts
 * const schedule = sequence([linearWarmup({ steps: 100, start: 0 }), cosine({ steps: 900 })], [100]);
 * [0, 50, 100, 1000].map(schedule); // [0, 0.5, 1, 0]
 * ```
 */
export function sequence(schedules: readonly Schedule[], milestones: readonly number[]): Schedule {
  if (!Array.isArray(schedules))
    throw new OptionError(`sequence: expected an array of schedules, got ${describe(schedules)}`);
  if (!Array.isArray(milestones))
    throw new OptionError(`sequence: expected an array of milestones, got ${describe(milestones)}`);
  for (const schedule of schedules) checkFunction("sequence", "a schedule", schedule);
  if (schedules.length !== milestones.length + 1)
    throw new OptionError(
      `sequence: expected one milestone fewer than schedules, got ${schedules.length} schedules and ${milestones.length} milestones`,
    );
  milestones.forEach((milestone, i) => {
    checkWhole("sequence", "milestones", milestone, i === 0 ? 0 : milestones[i - 1]);
  });
  return from("sequence", (step) => {
    const index = milestones.filter((milestone) => milestone <= step).length;
    return schedules[index](index === 0 ? step : step - milestones[index - 1]);
  });
}

/** What {@link applySchedule} changes: any optimizer. */
export interface Scheduled {
  readonly groups: readonly { lr: number; baseLr: number }[];
}

/**
 * Sets the learning rate of each group to its own, as given at the start, times the schedule's factor. Call it before
 * `optimizer.step()`; since the factor is a function of the step, a resumed run needs nothing but its step.
 *
 * @example
 * ```ts
 * const optimizer = new SGD([parameter([1])], { lr: 0.1 });
 * applySchedule(optimizer, cosine({ steps: 100 }), 50);
 * optimizer.lr; // 0.05
 * ```
 */
export function applySchedule(optimizer: Scheduled, schedule: Schedule, step: number): void {
  const groups: unknown = optimizer?.groups;
  if (!Array.isArray(groups) || !groups.every((group) => typeof group?.baseLr === "number"))
    throw new OptionError(`applySchedule: expected an optimizer, got ${describe(optimizer)}`);
  checkFunction("applySchedule", "schedule", schedule);
  checkWhole("applySchedule", "step", step, 0);
  const factor = schedule(step);
  checkNotNegative("applySchedule", "the schedule's factor", factor);
  for (const group of optimizer.groups) group.lr = group.baseLr * factor;
}

function from(fn: string, factor: (step: number) => number): Schedule {
  return (step) => {
    checkWhole(fn, "step", step, 0);
    return factor(step);
  };
}

function cosineBetween(start: number, end: number, share: number): number {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * share));
}

function linearBetween(start: number, end: number, share: number): number {
  return start + (end - start) * share;
}
