import type { Tensor } from "@unroll/tensor";
import type { ModelShape, SequenceModel } from "./model.ts";
import type { TaskName, TaskResult } from "./result.ts";

/** What a task asks of the training loop. */
export interface Task<Name extends string = TaskName> {
  readonly name: Name;
  readonly description: string;
  readonly metric: string;
  readonly baseline: TaskResult["baseline"];
  readonly shape: ModelShape;
  /** The loss of the next training batch, in nats or squared error; `state` carries over to the next when it is text. */
  nextLoss(model: SequenceModel): Tensor;
  /** What the loss is called in the metric's unit. */
  toMetric(loss: number): number;
  /** The metric on data that training never sees. */
  validate(model: SequenceModel): number;
  /** `[T, B, inputSize]`: a fixed batch from unseen data, on which gradient flow is measured. */
  probeInput(model: SequenceModel): Tensor;
}
