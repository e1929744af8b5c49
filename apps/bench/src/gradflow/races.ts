import { type RunSpec, runsOf } from "../grid/spec.ts";
import type { RaceSettings } from "./result.ts";

/** The runs of the races on the adding problem that belong to a `bench gradflow`. */
export function racesOf(settings: RaceSettings | null): RunSpec[] {
  if (settings === null) return [];
  const { cells, seeds, length, hidden, learningRate, cap, evaluateEvery } = settings;
  return runsOf({
    name: "gradflow",
    title: "Half-life before training against sequences to success",
    experiments: [
      {
        kind: "race",
        task: "adding",
        lengths: [length],
        cells: [...cells],
        hidden: [hidden],
        batch: 32,
        learningRates: [learningRate],
        clips: [1],
        cap,
        evaluateEvery,
        seeds: [...seeds],
      },
    ],
  });
}
