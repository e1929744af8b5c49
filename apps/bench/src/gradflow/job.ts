import type { GradflowConfig, TaskName } from "./result.ts";
import type { Tokens } from "./tokens.ts";

/** One cell, one seed, one task: what a worker thread is given. */
export interface Job {
  readonly task: TaskName;
  readonly cell: string;
  readonly seed: number;
  readonly config: GradflowConfig;
  readonly text: Tokens;
}
