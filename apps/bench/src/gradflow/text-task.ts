import { noGrad } from "@unroll/autograd";
import { LanguageModelBatches } from "@unroll/data";
import { crossEntropy } from "@unroll/nn";
import { detach, slice, stack, type Tensor, tensor } from "@unroll/tensor";
import { InputError } from "../input-error.ts";
import type { LayerState } from "./lineup.ts";
import type { SequenceModel } from "./model.ts";
import type { GradflowConfig } from "./result.ts";
import type { Task } from "./task.ts";
import type { Tokens } from "./tokens.ts";

/** How much of the text, at its end, is for validation. */
const validationShare = 0.05;
/** Enough for two digits of bits per character. */
const validationCharacters = 20_000;

/** What a text task needs to know of a run. */
export interface TextSettings extends Pick<GradflowConfig, "length" | "embedding" | "lags" | "warmup" | "probeBatch"> {
  readonly batch: { readonly text: number };
  /** Validation reads at most so many characters; 20,000 unless given. */
  readonly validationCharacters?: number;
}

/** A character language model: predict each next character of a book. */
export function textTask({ name, ids, symbols }: Tokens, config: TextSettings): Task {
  const tokens = tensor(ids);
  const { train, validation } = split(name, tokens, config);
  const batches = new LanguageModelBatches(train, {
    batchSize: config.batch.text,
    length: config.length,
    dropLast: true,
  });
  let pass = batches[Symbol.iterator]();
  let state: LayerState | undefined;
  const next = () => {
    const step = pass.next();
    if (!step.done) return step.value;
    pass = batches[Symbol.iterator]();
    return (pass.next() as IteratorYieldResult<typeof step.value>).value;
  };
  return {
    name: "text",
    description: `${name}, ${tokens.size.toLocaleString("en-US")} characters, ${symbols} symbols`,
    metric: "bits per character",
    baseline: { value: Math.log2(symbols), formula: `log2 ${symbols}, every symbol alike` },
    shape: { symbols, inputSize: config.embedding, outputSize: symbols, horizon: config.length },
    nextLoss: (model) => {
      const { input, target, first } = next();
      const run = model.run(input, first ? undefined : state);
      state = Object.fromEntries(Object.entries(run.state).map(([key, value]) => [key, detach(value)]));
      return crossEntropy(model.output.forward(run.hidden), target);
    },
    toMetric: (nats) => nats / Math.LN2,
    validate: (model) => validate(model, validation, config),
    probeInput: (model) => noGrad(() => model.embed(probeTokens(validation, config))),
  };
}

function split(name: string, tokens: Tensor, config: TextSettings): { train: Tensor; validation: Tensor } {
  const probeLength = config.warmup + config.lags + 1;
  const held = Math.max(Math.ceil(tokens.size * validationShare), probeLength + config.probeBatch);
  const needed = config.batch.text * config.length + 1;
  const rest = tokens.size - held;
  if (rest < needed) {
    throw new InputError(
      `${name} has ${tokens.size.toLocaleString("en-US")} characters; ${config.batch.text} streams of one ${config.length}-step window and the validation text need ${(needed + held).toLocaleString("en-US")}`,
    );
  }
  return { train: slice(tokens, 0, 0, rest), validation: slice(tokens, 0, rest) };
}

/** Mean bits per character over parallel streams whose state carries from window to window. */
function validate(model: SequenceModel, validation: Tensor, config: TextSettings): number {
  const text = slice(validation, 0, 0, config.validationCharacters ?? validationCharacters);
  const batchSize = Math.min(config.batch.text, text.size - 1);
  let total = 0;
  let count = 0;
  let state: LayerState | undefined;
  noGrad(() => {
    for (const { input, target } of new LanguageModelBatches(text, { batchSize, length: config.length })) {
      const run = model.run(input, state);
      state = run.state;
      total += crossEntropy(model.output.forward(run.hidden), target, { reduction: "sum" }).item();
      count += target.size;
    }
  });
  return total / count / Math.LN2;
}

/** `[warmup + lags + 1, probeBatch]`: passages spread evenly over the validation text. */
function probeTokens(validation: Tensor, config: TextSettings): Tensor {
  const length = config.warmup + config.lags + 1;
  const stride = Math.floor((validation.size - length) / config.probeBatch);
  return stack(
    Array.from({ length: config.probeBatch }, (_, b) => slice(validation, 0, b * stride, b * stride + length)),
    1,
  );
}
