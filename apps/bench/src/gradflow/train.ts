import { entryOf } from "./lineup.ts";
import { probe } from "./probe.ts";
import type { GradflowConfig, ProbeResult } from "./result.ts";
import type { Task } from "./task.ts";
import { type LayerEvent, trainLayer } from "./train-layer.ts";

/** What happens while a cell is trained, in order. */
export type RunEvent = LayerEvent<ProbeResult>;

/** How many times a run is validated, the end included. */
const validations = 5;

/**
 * Trains one cell on one task and measures as it goes: gradient flow at step 0 and after every `probeEvery` steps, before
 * the weights change. A loss or gradient that is no longer finite ends the run.
 */
export function* trainRun(task: Task, cell: string, seed: number, config: GradflowConfig): IterableIterator<RunEvent> {
  const steps = config.steps[task.name];
  const entry = entryOf(cell);
  yield* trainLayer(task, {
    entry,
    seed,
    hidden: config.hidden[task.name],
    learningRate: config.learningRate,
    clip: config.clip,
    steps,
    probeEvery: config.probeEvery,
    validateEvery: Math.max(1, Math.floor(steps / validations)),
    measure: (model, step) => probe(model.recurrent, task.probeInput(model), { task: task.name, entry, step, config }),
  });
}
