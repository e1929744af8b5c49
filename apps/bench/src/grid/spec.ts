import { createHash } from "node:crypto";
import { z } from "zod";
import { lineup } from "../gradflow/lineup.ts";
import { experimentNames } from "../history/experiments.ts";
import { lengthsOf, raceTaskNames } from "../races/tasks.ts";

const count = z.int().min(1);
const cell = z.enum(lineup.map(({ key }) => key));
const clip = z.number().positive().nullable().describe("the largest gradient norm; null for none");
const seed = z
  .int()
  .min(0)
  .max(2 ** 40);

/** One training until a task is solved or the cap is reached. */
const race = {
  kind: z.literal("race"),
  task: z.enum(raceTaskNames),
  length: count.describe("T of the task"),
  cell,
  hidden: count.describe("hidden units; cells that end in -eq get as many parameters as an LSTM of that size"),
  batch: count,
  learningRate: z.number().positive(),
  clip,
  cap: count.describe("sequences after which a run counts as not solved"),
  evaluateEvery: count.describe("sequences between two looks at the held-out data"),
  seed,
};

/** One trial of an experiment of the LSTM paper of 1997. */
const history = {
  kind: z.literal("history"),
  experiment: z.enum(experimentNames),
  gradient: z.enum(["truncated", "full"]).describe("the paper's truncated gradient, or all of it"),
  cap: count.describe("sequences after which a trial counts as not solved"),
  seed,
};

const raceSpec = z.strictObject(race);
const historySpec = z.strictObject(history);

/** Everything that one run depends on: equal specs give equal outcomes. */
export type RunSpec = z.infer<typeof raceSpec> | z.infer<typeof historySpec>;
export type RaceSpec = z.infer<typeof raceSpec>;
export type HistorySpec = z.infer<typeof historySpec>;

const specSchema = z.discriminatedUnion("kind", [raceSpec, historySpec]);

/** A list of values that are all tried; a number of seeds stands for 1 … n. */
const seeds = z
  .union([count.max(1000), z.array(seed).min(1)])
  .default(5)
  .describe("a number n for the seeds 1 to n, or the seeds");

const raceGrid = z.strictObject({
  kind: race.kind,
  task: race.task,
  lengths: z.array(race.length).min(1),
  cells: z.array(cell).min(1),
  hidden: z.array(race.hidden).min(1).default([32]),
  batch: race.batch.default(32),
  learningRates: z.array(race.learningRate).min(1).default([1e-3]),
  clips: z.array(clip).min(1).default([1]),
  cap: race.cap.default(200_000),
  evaluateEvery: race.evaluateEvery.default(2000),
  seeds,
});

/** A task that has a few lengths only says so before anything runs. */
function checkLengths({ task, lengths }: z.infer<typeof raceGrid>, context: z.RefinementCtx): void {
  const known = lengthsOf(task);
  for (const [k, length] of lengths.entries())
    if (known !== undefined && !known.includes(length))
      context.addIssue({
        code: "custom",
        path: ["lengths", k],
        message: `${task} has sequences of ${known.join(", ")} steps, got ${length}`,
      });
}

const historyGrid = z.strictObject({
  kind: history.kind,
  experiments: z.array(history.experiment).min(1),
  gradients: z.array(history.gradient).min(1).default(["truncated", "full"]),
  cap: history.cap.default(1_000_000),
  seeds,
});

/** A grid file: experiments, each of which is every combination of its lists. */
export const gridSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[\w-]+$/, "letters, digits, - and _"),
  title: z.string().min(1),
  experiments: z.array(z.discriminatedUnion("kind", [raceGrid.superRefine(checkLengths), historyGrid])).min(1),
});

/** A grid file that has been checked, with its defaults filled in. */
export type GridConfig = z.infer<typeof gridSchema>;

/**
 * All runs of a grid, each once, the first seed of everything before the second: what there is at any time can then be
 * compared.
 */
export function runsOf(config: GridConfig): RunSpec[] {
  const runs = new Map<string, RunSpec>();
  for (const experiment of config.experiments)
    for (const spec of experiment.kind === "race" ? races(experiment) : trials(experiment)) runs.set(idOf(spec), spec);
  // Array.sort is stable: within a seed, the order of the file.
  return [...runs.values()].sort((a, b) => a.seed - b.seed);
}

function races({ lengths, cells, hidden, learningRates, clips, seeds, ...same }: z.infer<typeof raceGrid>): RaceSpec[] {
  return lengths.flatMap((length) =>
    hidden.flatMap((units) =>
      learningRates.flatMap((learningRate) =>
        clips.flatMap((most) =>
          cells.flatMap((key) =>
            seedsOf(seeds).map((own) =>
              raceSpec.parse({ ...same, length, hidden: units, learningRate, clip: most, cell: key, seed: own }),
            ),
          ),
        ),
      ),
    ),
  );
}

function trials({ experiments, gradients, seeds, ...same }: z.infer<typeof historyGrid>): HistorySpec[] {
  return experiments.flatMap((experiment) =>
    gradients.flatMap((gradient) =>
      seedsOf(seeds).map((own) => historySpec.parse({ ...same, experiment, gradient, seed: own })),
    ),
  );
}

function seedsOf(given: z.infer<typeof seeds>): readonly number[] {
  return typeof given === "number" ? Array.from({ length: given }, (_, k) => k + 1) : given;
}

/**
 * A run's name: a hash of everything that it depends on. The schema gives the members their order, so that it does not
 * matter in which order a file names them.
 */
export function idOf(spec: RunSpec): string {
  return createHash("sha256")
    .update(JSON.stringify(specSchema.parse(spec)))
    .digest("hex")
    .slice(0, 16);
}

/** One of `of` parts of a grid: every `of`-th run from the `index`-th on, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** The runs of one shard. Every run is in exactly one of the `of` shards, and each has some of every seed. */
export function shardOf(runs: readonly RunSpec[], { index, of }: Shard): RunSpec[] {
  return runs.filter((_, k) => k % of === index - 1);
}
