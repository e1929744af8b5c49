import { noGrad } from "@unroll/autograd";
import { addingTask as addingBatch } from "@unroll/data";
import { mse } from "@unroll/nn";
import { Generator, ones, select, type Tensor } from "@unroll/tensor";
import type { SequenceModel } from "./model.ts";
import type { GradflowConfig } from "./result.ts";
import type { Task } from "./task.ts";

const validationSequences = 256;

/** The adding problem: two marked numbers, one in each half of a sequence, are to be added at its end. */
export function addingProblem(config: GradflowConfig, seed: number): Task {
  const { length } = config;
  const generator = new Generator(seed);
  // Validation and probe are the same for every cell and seed.
  const held = new Generator(0x100000000);
  const validation = addingBatch({ length, batchSize: validationSequences, generator: held });
  const probe = addingBatch({ length: config.warmup + config.lags + 1, batchSize: config.probeBatch, generator: held });
  return {
    name: "adding",
    description: `the adding problem, ${length} steps, one mark in each half`,
    metric: "mean squared error",
    // On these sequences, not its expectation of 1/6: what is compared with the cells must have seen what they saw.
    baseline: { value: mse(ones(validation.y.shape), validation.y).item(), formula: "always answering 1" },
    shape: { symbols: undefined, inputSize: 2, outputSize: 1, horizon: length },
    nextLoss: (model) => {
      const { x, y } = addingBatch({ length, batchSize: config.batch.adding, generator });
      return mse(predict(model, x), y);
    },
    toMetric: (loss) => loss,
    validate: (model) => noGrad(() => mse(predict(model, validation.x), validation.y).item()),
    probeInput: () => probe.x,
  };
}

/** `[B, 1]`, from the hidden state after the last step. */
function predict(model: SequenceModel, x: Tensor): Tensor {
  return model.output.forward(select(model.run(x, undefined).hidden, 0, -1));
}
