import { addingProblem } from "./adding-task.ts";
import type { GradflowConfig, TaskName } from "./result.ts";
import type { Task } from "./task.ts";
import { textTask } from "./text-task.ts";

/** The text that a run reads, with the name it is shown by. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** A fresh task: every cell and seed starts from the same data. */
export function makeTask(task: TaskName, text: NamedText, config: GradflowConfig, seed: number): Task {
  // The data's draws must not repeat the weights', which start from the seed itself.
  return task === "text" ? textTask(text.name, text.text, config) : addingProblem(config, seed + 1_000_000);
}
