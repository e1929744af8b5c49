import { entryOf } from "../gradflow/lineup.ts";
import { weightCount } from "../history/cell97.ts";
import { experimentOf } from "../history/experiments.ts";
import { nets } from "../history/nets.ts";
import { raceTitle } from "../races/tasks.ts";
import type { RunSpec } from "./spec.ts";

/** What a run belongs to, and what the report shows together: `Adding, T = 100`. */
export function titleOf(spec: RunSpec): string {
  return spec.kind === "race" ? raceTitle(spec.task, spec.length) : experimentOf(spec.experiment).label;
}

/** Which of the things that are compared a run is, without its seed: `LSTM, chrono`. */
export function variantOf(spec: RunSpec): string {
  if (spec.kind === "history") return `${spec.gradient} gradient`;
  return entryOf(spec.cell).label;
}

/** `H 32, B 32, lr 0.001, clip 1`. */
export function settingsOf(spec: RunSpec): string {
  if (spec.kind === "history") return "as in the paper";
  const { hidden, batch, learningRate, clip } = spec;
  return `H ${hidden}, B ${batch}, lr ${learningRate}, ${clip === null ? "no clipping" : `clip ${clip}`}`;
}

/** A run in a line: `Adding, T = 100, LSTM, seed 3`. */
export function labelOf(spec: RunSpec): string {
  return `${titleOf(spec)}, ${variantOf(spec)}, seed ${spec.seed}`;
}

/** Roughly how long a run takes when it reaches its cap, in any unit: the progress bar's. */
export function workOf(spec: RunSpec): number {
  if (spec.kind === "history") {
    const { net, judged } = experimentOf(spec.experiment);
    // Small nets, one sequence at a time: what steps and sequences cost beside their arithmetic counts for most.
    const steps = (judged === "sets" ? 11 : lengthOfExperiment(spec)) + stepsPerSequence;
    return spec.cap * steps * (1000 + weightCount(nets[net]));
  }
  const { gates, equalParameters } = entryOf(spec.cell);
  const { hidden, length, cap } = spec;
  return cap * length * ((equalParameters ? entryOf("lstm").gates : gates) * hidden * (hidden + 10) + 300);
}

/** What a sequence of a small net costs beside its steps, in steps. */
const stepsPerSequence = 100;

function lengthOfExperiment({ experiment }: { readonly experiment: Parameters<typeof experimentOf>[0] }): number {
  return experimentOf(experiment).make({ count: 1 }).maxLength;
}
