import type { Job } from "./job.ts";
import { entryOf } from "./lineup.ts";
import type { GradflowConfig } from "./result.ts";
import type { Tokens } from "./tokens.ts";

/** All runs of a configuration, the longest first, so that no thread is left alone with one at the end. */
export function planJobs(config: GradflowConfig, text: Tokens): Job[] {
  const jobs = config.tasks.flatMap((task) =>
    config.cells.flatMap((cell) => config.seeds.map((seed): Job => ({ task, cell, seed, config, text }))),
  );
  return jobs.sort((a, b) => workOf(b) - workOf(a));
}

/** Roughly how long a step takes, for the progress bar: products with the weights of every gate. */
export function workOf({ task, cell, config }: Job): number {
  const { gates, equalParameters } = entryOf(cell);
  const hidden = config.hidden[task];
  return (equalParameters ? entryOf("lstm").gates : gates) * hidden * (hidden + config.embedding) * config.batch[task];
}
