import { backward } from "@unroll/autograd";
import { Adam, clipGradNorm } from "@unroll/optim";
import { Generator } from "@unroll/tensor";
import { configOf } from "../gradflow/config.ts";
import { entryOf } from "../gradflow/lineup.ts";
import { makeTask } from "../gradflow/make-task.ts";
import { SequenceModel } from "../gradflow/model.ts";
import type { GradflowConfig } from "../gradflow/result.ts";
import type { Tokens } from "../gradflow/tokens.ts";

/** The job that `bench gradflow` runs unless told otherwise. */
export const trainingConfig: GradflowConfig = configOf({});
const cell = "lstm";

/** A model with its data and optimizer; each call trains one step and returns the loss, in nats. */
export function trainer(text: Tokens, config: GradflowConfig): () => number {
  const [seed] = config.seeds;
  const task = makeTask("text", text, config, seed);
  const model = new SequenceModel(entryOf(cell), task.shape, config.hidden.text, new Generator(seed));
  const parameters = model.parameters();
  const optimizer = new Adam(parameters, { lr: config.learningRate });
  return () => {
    const loss = task.nextLoss(model);
    optimizer.zeroGrad();
    backward(loss);
    clipGradNorm(parameters, config.clip);
    optimizer.step();
    return loss.item();
  };
}
