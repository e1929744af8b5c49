import type { GradflowConfig, TaskName } from "./result.ts";
import type { Tokens } from "./tokens.ts";
import type { RunEvent } from "./train.ts";

/** One cell, one seed, one task: what a worker thread is given. */
export interface Job {
  readonly task: TaskName;
  readonly cell: string;
  readonly seed: number;
  readonly config: GradflowConfig;
  readonly text: Tokens;
}

/** What a worker thread tells the main one. */
export type WorkerMessage =
  | { readonly kind: "events"; readonly events: readonly RunEvent[] }
  | { readonly kind: "end" };
