import { noGrad } from "@unroll/autograd";
import type { SequenceBatch, SequenceDataset } from "@unroll/data";
import { argmax, type Tensor } from "@unroll/tensor";
import type { SequenceModel } from "../gradflow/model.ts";
import { answerOf } from "../races/answer.ts";
import { lossOf } from "../races/score.ts";
import { horizonOf, raceTask, raceTitle } from "../races/tasks.ts";
import type { LabConfig, LabTaskName } from "./config.ts";
import { type Example, type LabTask, type Look, probeBatch, warmup } from "./task.ts";

/** Held-out sequences of a look: enough for a curve, few enough to look often. */
const lookBatch = 16;

/** How many sequences there may be; a page that trains for days stays below. */
const count = 2 ** 31;

const metrics = { squaredError: "mean squared error", crossEntropy: "cross entropy, nats" } as const;

/** The exact loss of the best answer that remembers nothing, as the task's own words. */
const formulas: Readonly<Record<Exclude<LabTaskName, "text">, (T: number) => string>> = {
  adding: () => "1/6, the variance of the sum: always answering 1",
  copying: (T) => `10 ln 8 / (${T} + 20): knowing when, not what`,
  "temporal-order": () => "ln 4: all classes alike",
};

/** A task whose sequences are drawn, as in the races of `bench tasks`: sequence i is a pure function of the seed. */
export function sequenceTask(name: Exclude<LabTaskName, "text">, { T, B, seed }: LabConfig): LabTask {
  const data = raceTask(name, T, { seed, count });
  const held = raceTask(name, T, { split: "validation", count: lookBatch }).batch(0, lookBatch);
  const lags = data.maxLength;
  // Longer than those of training, so that the lags of a whole sequence lie behind a state that has settled.
  const probe = raceTask(name, T + warmup + 1, { split: "test", count: probeBatch }).batch(0, probeBatch);
  let next = 0;
  const look = (model: SequenceModel): Look => {
    const output = noGrad(() => answerOf(model, data, held));
    const score = data.score(output, held);
    const { loss, accuracy } = score;
    return { loss, accuracy, solved: data.isSolved(score), example: exampleOf(data, held, output) };
  };
  return {
    name,
    description: raceTitle(name, T),
    metric: metrics[data.loss],
    baseline: { value: data.chance, formula: formulas[name](T) },
    shape: {
      symbols: undefined,
      inputSize: data.inputSize,
      outputSize: data.outputSize,
      horizon: horizonOf(name, T),
    },
    lags,
    steps: data.maxLength,
    answers: data.answers === "every" ? data.maxLength : 1,
    solvedBelow: data.loss === "squaredError" ? 0.01 : null,
    success: data.success,
    nextLoss: (model) => {
      const batch = data.batch(next, B);
      next += B;
      return lossOf(data, answerOf(model, data, batch), batch);
    },
    toMetric: (loss) => loss,
    validate: (model) => look(model).loss,
    probeInput: () => probe.input,
    probeLengths: probe.lengths,
    look,
  };
}

/** The first of the sequences, without its padding. */
function exampleOf(data: SequenceDataset, { input, target, lengths }: SequenceBatch, output: Tensor): Example {
  const [, batch, width] = input.shape;
  const answers = data.loss === "crossEntropy" ? argmax(output, -1) : output;
  const steps = lengths.data[0];
  const asked = (values: Tensor) =>
    data.answers === "every" ? rowsOf(values, batch, 1, steps) : Float32Array.of(values.data[0]);
  return { input: rowsOf(input, batch, width, steps), width, target: asked(target), answer: asked(answers) };
}

/** What the first sample holds at each step. */
function rowsOf({ data }: Tensor, batch: number, width: number, steps: number): Float32Array {
  const rows = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++)
    for (let i = 0; i < width; i++) rows[t * width + i] = Number(data[t * batch * width + i]);
  return rows;
}
