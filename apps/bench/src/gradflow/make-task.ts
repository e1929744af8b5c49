import { addingProblem } from "./adding-task.ts";
import type { GradflowConfig, TaskName } from "./result.ts";
import type { Task } from "./task.ts";
import { textTask } from "./text-task.ts";
import type { Tokens } from "./tokens.ts";

/** Added to a run's seed for its data, whose draws must not repeat the weights'. */
export const dataSeedOffset = 1_000_000;

/** A fresh task: every cell and seed starts from the same data. */
export function makeTask(task: TaskName, text: Tokens, config: GradflowConfig, seed: number): Task {
  return task === "text" ? textTask(text, config) : addingProblem(config, seed + dataSeedOffset);
}
