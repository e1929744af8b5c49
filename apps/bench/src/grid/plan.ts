import { availableParallelism } from "node:os";
import { min } from "simple-statistics";
import { runTrial } from "../history/trial.ts";
import { runRace } from "../races/race.ts";
import type { Sources } from "../races/tasks.ts";
import { settingsOf, titleOf, variantOf } from "./describe.ts";
import { groupBy, variantKey } from "./group.ts";
import type { RunSpec } from "./spec.ts";

/** What a grid would take. */
export interface Plan {
  readonly rows: readonly PlanRow[];
  readonly runs: number;
  readonly threads: number;
  /** Wall time if every run reached its cap, in hours; solved runs end earlier. */
  readonly hours: number;
}

/** Runs that differ by their seed only. */
export interface PlanRow {
  readonly title: string;
  readonly variant: string;
  readonly settings: string;
  readonly seeds: number;
  readonly cap: number;
  /** Measured here, just now. */
  readonly secondsPerSequence: number;
  /** Core hours of all seeds at the cap. */
  readonly hours: number;
}

/** What looks at held-out sequences and probes add to the training. */
const besideTraining = 1.1;
/** Stretches between two reports that are timed. */
const stretches = 3;

/** Times a few sequences of every kind of run on this machine, and adds up what all runs take at most. */
export function planRuns(
  specs: readonly RunSpec[],
  sources: Sources = {},
  onRow: (done: number, of: number) => void = () => {},
): Plan {
  const groups = groupBy(specs, variantKey);
  // Seeds, caps, rates and clipping do not change how long a sequence takes.
  const known = new Map<string, number>();
  const rows = [...groups.values()].map((group, k): PlanRow => {
    onRow(k, groups.size);
    const [spec] = group;
    const shape = JSON.stringify({ ...spec, seed: 0, cap: 0, learningRate: 0, clip: 0 });
    const secondsPerSequence = known.get(shape) ?? timeOf(spec, sources);
    known.set(shape, secondsPerSequence);
    return {
      title: titleOf(spec),
      variant: variantOf(spec),
      settings: settingsOf(spec),
      seeds: group.length,
      cap: spec.cap,
      secondsPerSequence,
      hours: (group.length * spec.cap * secondsPerSequence) / 3600,
    };
  });
  const threads = Math.max(1, Math.min(availableParallelism(), specs.length));
  const hours = rows.reduce((sum, row) => sum + row.hours, 0) / threads;
  return { rows, runs: specs.length, threads, hours };
}

/** Seconds for a sequence, between a run's first reports, when everything has been compiled. */
function timeOf(spec: RunSpec, sources: Sources): number {
  const long = { ...spec, cap: 1_000_000, evaluateEvery: 1_000_000 };
  const events = long.kind === "race" ? runRace(long, sources) : runTrial(long);
  let [from, sequences] = [0, 0];
  const times: number[] = [];
  for (const event of events) {
    const now = performance.now();
    if (event.kind === "progress" && sequences > 0) times.push((now - from) / (event.sequences - sequences));
    if (times.length === stretches) break;
    [from, sequences] = [now, event.kind === "progress" ? event.sequences : 0];
  }
  // Whatever else the machine does only adds.
  return (besideTraining * min(times)) / 1000;
}
