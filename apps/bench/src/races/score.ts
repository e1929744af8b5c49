import { noGrad } from "@unroll/autograd";
import type { SequenceBatch, SequenceDataset, SequenceScore } from "@unroll/data";
import { crossEntropy, mse } from "@unroll/nn";
import type { Tensor } from "@unroll/tensor";
import { mean, sum } from "simple-statistics";

/** The loss that a task is trained with: the one that its score reports, as a tensor. */
export function lossOf({ loss, answers }: SequenceDataset, output: Tensor, { target }: SequenceBatch): Tensor {
  if (loss === "crossEntropy") return crossEntropy(output, target);
  if (answers === "last") return mse(output, target);
  throw new Error("a squared error of every step has to leave the padding out, which no race needs");
}

/** A model's answers: `[B, O]` or `[T, B, O]`. */
export type Answer = (batch: SequenceBatch) => Tensor;

/** The score over several batches of equal numbers of sequences. */
export function scoreOver(dataset: SequenceDataset, batches: readonly SequenceBatch[], answer: Answer): SequenceScore {
  const scores = noGrad(() => batches.map((batch) => dataset.score(answer(batch), batch)));
  const errors = scores.flatMap(({ absoluteError }) => absoluteError ?? []);
  const judged = scores.map(({ correct }) => correct.length);
  const weighted = (values: readonly number[]) => sum(values.map((value, k) => value * judged[k])) / sum(judged);
  return {
    loss: weighted(scores.map(({ loss }) => loss)),
    accuracy: weighted(scores.map(({ accuracy }) => accuracy)),
    correct: scores.flatMap(({ correct }) => correct),
    absoluteError: errors.length === 0 ? undefined : mean(errors),
  };
}
