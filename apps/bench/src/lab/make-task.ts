import { textTask } from "../gradflow/text-task.ts";
import type { Tokens } from "../gradflow/tokens.ts";
import { InputError } from "../input-error.ts";
import type { LabConfig } from "./config.ts";
import { sequenceTask } from "./sequence-task.ts";
import { type LabTask, probeBatch, warmup } from "./task.ts";

/** Characters of a look: enough for a curve, few enough to look often. */
const lookCharacters = 3200;

/**
 * The task of a configuration, with its data at the start: whoever asks sees the same sequences in the same order.
 *
 * @param text for the task `text`
 * @throws {InputError} when the text is missing or too short
 */
export function makeLabTask(config: LabConfig, text: Tokens | undefined): LabTask {
  if (config.task !== "text") return sequenceTask(config.task, config);
  if (text === undefined) throw new InputError("the task text needs a text");
  const { T, B } = config;
  const task = textTask(text, {
    batch: { text: B },
    length: T,
    lags: T,
    warmup,
    probeBatch,
    embedding: 32,
    validationCharacters: lookCharacters,
  });
  return {
    ...task,
    name: "text",
    lags: T,
    steps: T,
    answers: T,
    solvedBelow: null,
    success: null,
    probeLengths: undefined,
    look: (model) => ({ loss: task.validate(model), accuracy: null, solved: false, example: null }),
  };
}
