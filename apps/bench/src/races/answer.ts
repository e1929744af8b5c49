import type { SequenceBatch, SequenceDataset } from "@unroll/data";
import { select, type Tensor } from "@unroll/tensor";
import type { SequenceModel } from "../gradflow/model.ts";

/** `[B, O]` from the state after each sequence's own last step, or `[T, B, O]` from all steps. */
export function answerOf(
  model: SequenceModel,
  { answers }: SequenceDataset,
  { input, lengths }: SequenceBatch,
): Tensor {
  const { output, state } = model.recurrent.forward(input, { lengths });
  return model.output.forward(answers === "every" ? output : select(state.h, 0, 0));
}
