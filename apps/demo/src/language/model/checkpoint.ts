import { CharVocabulary } from "@unroll/data";
import { deserialize, serialize } from "@unroll/safetensors";
import { Tensor } from "@unroll/tensor";
import { type Corpus, corpusOf } from "../text.ts";
import { type ModelSpec, modelKinds } from "./spec.ts";
import { Training, type TrainingSettings } from "./training.ts";

/** Tensors that are not the model's: what training needs to go on with equal numbers. */
const prefix = "training.";

/** A file that holds no model of this page, or one that does not fit together. The message says what is wrong. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** What a file says of a model, in its metadata as JSON under `unroll`. */
interface Config {
  readonly version: 1;
  readonly spec: ModelSpec;
  readonly settings: TrainingSettings;
  readonly step: number;
  /** Of the pass over the text, and a fingerprint of that text: on another one, training begins at its start. */
  readonly position: number;
  readonly text: number;
  /** Adam's running products of its two betas, the same for all parameters. */
  readonly betaProducts: readonly [number, number];
}

/** Adam's moments of a parameter, as its state dict calls them. */
const moments = ["expAvg", "expAvgSq"] as const;

/**
 * A model as a safetensors file: its state dict under PyTorch's names, and under `training.` the moments of Adam and the state
 * of the streams. The metadata holds `vocabulary` (an array of symbols) and `unroll` (sizes, settings, step) as JSON.
 */
export function saveTraining(training: Training): Uint8Array {
  const { spec, settings, step, corpus, model, optimizer, state = {} } = training;
  const tensors: Record<string, Tensor> = model.stateDict();
  const names = model.namedParameters().map(([name]) => name);
  for (const [index, kept] of Object.entries(optimizer.stateDict().state))
    for (const [key, value] of Object.entries(kept))
      if (Tensor.is(value)) tensors[`${prefix}${key}.${names[Number(index)]}`] = value;
  for (const [key, value] of Object.entries(state)) tensors[`${prefix}state.${key}`] = value;
  const { beta1Product = 1, beta2Product = 1 } = optimizer.stateDict().state[0] ?? {};
  const config: Config = {
    version: 1,
    spec,
    settings,
    step,
    position: training.batches.state().batch,
    text: fingerprint(corpus.ids),
    betaProducts: [Number(beta1Product), Number(beta2Product)],
  };
  return serialize(tensors, {
    format: "pt",
    unroll: JSON.stringify(config),
    vocabulary: JSON.stringify(corpus.vocabulary.symbols),
  });
}

/**
 * A model from a file, to be trained on with a text: on the text that it was trained on, with the numbers that would have
 * come without saving.
 *
 * @throws {SafetensorsError} for bytes that are no such file, naming the byte
 * @throws {CheckpointError} for a file that holds something else
 * @throws {StateDictError} for tensors that do not fit the model that the file describes
 */
export function loadTraining(bytes: Uint8Array, text: string): Training {
  const { tensors, metadata } = deserialize(bytes);
  const config = readConfig(metadata.unroll);
  const vocabulary = readVocabulary(metadata.vocabulary, config.spec);
  const training = new Training(config.spec, config.settings, readable(corpusOf(text, vocabulary)));
  const own = Object.entries(tensors).filter(([name]) => !name.startsWith(prefix));
  training.model.loadStateDict(Object.fromEntries(own));
  training.step = config.step;
  restoreOptimizer(training, tensors, config);
  if (config.text !== fingerprint(training.corpus.ids)) return training;
  training.batches.restore({ ...training.batches.state(), batch: config.position });
  training.seek();
  const states = Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}state.`));
  if (states.length > 0)
    training.state = Object.fromEntries(states.map(([name, value]) => [name.slice(`${prefix}state.`.length), value]));
  return training;
}

function restoreOptimizer({ model, optimizer }: Training, tensors: Record<string, Tensor>, config: Config): void {
  const { step, betaProducts } = config;
  if (step === 0) return;
  const [beta1Product, beta2Product] = betaProducts;
  const names = model.namedParameters().map(([name]) => name);
  const { optimizer: name, groups } = optimizer.stateDict();
  const state = Object.fromEntries(
    names.map((own, index) => {
      const kept = moments.map((key): [string, Tensor] => {
        const value = tensors[`${prefix}${key}.${own}`];
        if (value === undefined) throw new CheckpointError(`the file lacks ${prefix}${key}.${own}`);
        return [key, value];
      });
      return [index, { step, beta1Product, beta2Product, ...Object.fromEntries(kept) }];
    }),
  );
  optimizer.loadStateDict({ optimizer: name, groups, state });
}

function readable(corpus: Corpus): Corpus {
  if (corpus.ids.length < 2)
    throw new CheckpointError(
      `the model knows ${corpus.ids.length} of the text's characters, and 2 are needed to train on`,
    );
  return corpus;
}

function readConfig(json: string | undefined): Config {
  const config = parse("unroll", json) as Partial<Config>;
  if (config?.version !== 1)
    throw new CheckpointError(`expected a model of version 1, got ${JSON.stringify(config?.version ?? null)}`);
  const { spec, settings, step, position, text, betaProducts } = config;
  const whole = (name: string, value: unknown, least: number, most: number) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
      throw new CheckpointError(
        `expected ${name} to be a whole number from ${least} to ${most}, got ${JSON.stringify(value ?? null)}`,
      );
  };
  if (!modelKinds.includes(spec?.kind as ModelSpec["kind"]))
    throw new CheckpointError(
      `expected a model of ${modelKinds.join(", ")}, got ${JSON.stringify(spec?.kind ?? null)}`,
    );
  whole("symbols", spec?.symbols, 1, 0x110000);
  whole("embedding", spec?.embedding, 1, 1024);
  whole("hidden", spec?.hidden, 1, 4096);
  whole("context", spec?.context, 1, 1024);
  whole("batch", settings?.batch, 1, 1024);
  whole("length", settings?.length, 1, 4096);
  whole("seed", settings?.seed, 0, Number.MAX_SAFE_INTEGER);
  whole("step", step, 0, Number.MAX_SAFE_INTEGER);
  whole("position", position, 0, Number.MAX_SAFE_INTEGER);
  whole("text", text, 0, 0xffffffff);
  if (
    !Array.isArray(betaProducts) ||
    betaProducts.length !== 2 ||
    !betaProducts.every((value) => value > 0 && value <= 1)
  )
    throw new CheckpointError("expected two running products of Adam's betas in (0, 1]");
  const { learningRate, clip } = settings as TrainingSettings;
  if (!(learningRate > 0) || !(clip === null || clip > 0))
    throw new CheckpointError("expected a learning rate above 0, and clipping above 0 or null");
  return config as Config;
}

function readVocabulary(json: string | undefined, { symbols }: ModelSpec): CharVocabulary {
  const found = parse("vocabulary", json);
  if (!Array.isArray(found) || found.length !== symbols || !found.every((symbol) => typeof symbol === "string"))
    throw new CheckpointError(`expected a vocabulary of ${symbols} symbols`);
  return CharVocabulary.fromJSON({ kind: "CharVocabulary", version: 1, symbols: found, unknown: null });
}

function parse(key: string, json: string | undefined): unknown {
  if (json === undefined)
    throw new CheckpointError(`the file's metadata has no "${key}": it was not saved by this page`);
  try {
    return JSON.parse(json);
  } catch {
    throw new CheckpointError(`the file's metadata "${key}" is no JSON`);
  }
}

/** FNV-1a over the numbers of a text. */
function fingerprint(ids: Int32Array): number {
  let hash = 0x811c9dc5;
  for (const id of ids) hash = Math.imul(hash ^ id, 0x01000193);
  return hash >>> 0;
}
