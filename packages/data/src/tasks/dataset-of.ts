import { allocate, DTypeError, Generator, OptionError, Tensor, uniform } from "@unroll/tensor";
import { checkGiven, oneOf, show, wholeNumber } from "../check.ts";
import { checkIndex } from "../dataset.ts";
import { type Judging, scoreOf } from "./score.ts";
import {
  collateSequences,
  type SequenceDataset,
  type SequenceOptions,
  type SequenceSample,
  type SequenceScore,
  type Split,
} from "./sequences.ts";

/** A sequence as a task draws it, before it is laid out in tensors. */
export interface Drawn {
  readonly steps: number;
  /** `steps * inputSize` numbers. */
  readonly input: ArrayLike<number>;
  /** `outputSize` numbers for values; the ids of classes, one or one for each step, otherwise. */
  readonly answer: ArrayLike<number>;
  /** Numbers laid out as the outputs are. */
  readonly truth?: ArrayLike<number>;
}

/** What makes a task. */
export interface TaskSpec extends Judging {
  readonly name: string;
  readonly inputSize: number;
  readonly maxLength: number;
  /** Whether the answer is numbers or classes. */
  readonly asks: "values" | "classes";
  readonly chance: number;
  readonly floor: number;
  readonly success: string;
  readonly isSolved: (score: SequenceScore) => boolean;
}

/** The settings of a task that is drawn at random, checked. */
export interface Settings {
  readonly seed: number;
  readonly split: Split;
  readonly count: number;
  readonly dtype: "float32" | "float64";
}

// Each sequence has 2^20 counters of its own, each split room for 2^31 sequences; all splits together end below 2^53.
const countersPerSequence = 0x100000;
const mostSequences = 0x80000000;
const firstCounter: Readonly<Record<Split, number>> = {
  train: 0,
  validation: 0x8000000000000,
  test: 0x10000000000000,
};

/** The longest sequence for which the counters suffice, by a good margin. */
export const longest = 0x40000;

const splits: readonly Split[] = ["train", "validation", "test"];

/** Checks the options that all tasks have in common; `known` are those of this one. */
export function settingsOf(fn: string, options: SequenceOptions, known: readonly string[]): Settings {
  checkGiven(fn, options, [...known, "seed", "split", "count", "dtype"]);
  const count = wholeNumber(fn, "count", options.count ?? 0x100000, 1);
  if (count > mostSequences) throw new OptionError(`${fn}: count must be at most 2^31, got ${count}`);
  return {
    seed: wholeNumber(fn, "seed", options.seed ?? 0, 0),
    split: oneOf(fn, "split", options.split ?? "train", splits),
    count,
    dtype: floatOf(fn, options.dtype),
  };
}

/** Returns `dtype`, float32 when it is not given. */
export function floatOf(fn: string, dtype: unknown = "float32"): "float32" | "float64" {
  if (dtype === "float32" || dtype === "float64") return dtype;
  throw new DTypeError(`${fn}: expected float32 or float64, got ${show(dtype)}`);
}

/** Returns `value` when it is a length that the counters of a sequence suffice for. */
export function lengthOf(fn: string, name: string, value: unknown, least: number): number {
  const length = wholeNumber(fn, name, value, least);
  if (length > longest) throw new OptionError(`${fn}: ${name} must be at most ${longest}, got ${length}`);
  return length;
}

/** Where the draws of sequence `index` come from. */
export function generatorAt({ seed, split }: Settings, index: number): Generator {
  return Generator.from({ seed, counter: firstCounter[split] + index * countersPerSequence });
}

/** The dataset of a task whose sequences are drawn at random. */
export function drawnDataset(
  fn: string,
  settings: Settings,
  spec: TaskSpec,
  draw: (generator: Generator) => Drawn,
): SequenceDataset {
  return datasetOf(fn, settings, spec, (index) => draw(generatorAt(settings, index)));
}

/** The dataset of a task whose sequences are known by index. */
export function datasetOf(
  fn: string,
  { count: length, dtype }: Pick<Settings, "count" | "dtype">,
  spec: TaskSpec,
  sequence: (index: number) => Drawn,
): SequenceDataset {
  const get = (index: number): SequenceSample =>
    sampleOf(spec, dtype, sequence(checkIndex(`${fn}: get`, index, length)));
  return {
    name: spec.name,
    inputSize: spec.inputSize,
    outputSize: spec.outputSize,
    maxLength: spec.maxLength,
    answers: spec.answers,
    loss: spec.loss,
    chance: spec.chance,
    floor: spec.floor,
    success: spec.success,
    length,
    get,
    batch: (start, count) => {
      const first = wholeNumber(`${fn}: batch`, "start", start, 0);
      const size = wholeNumber(`${fn}: batch`, "count", count, 1);
      return collateSequences(Array.from({ length: size }, (_, i) => get(first + i)));
    },
    score: (output, batch) => scoreOf(`${fn}: score`, spec, output, batch),
    isSolved: (score) => {
      if (Array.isArray(score?.correct)) return spec.isSolved(score);
      throw new OptionError(`${fn}: isSolved: expected what score returns, got ${show(score)}`);
    },
  };
}

function sampleOf(spec: TaskSpec, dtype: "float32" | "float64", drawn: Drawn): SequenceSample {
  const { steps, answer, truth } = drawn;
  const { inputSize, outputSize, asks, loss } = spec;
  const leading = spec.answers === "last" ? [] : [steps];
  const floats = (shape: number[], values: ArrayLike<number>): Tensor => {
    // What a task drew is its own, so it need not be copied.
    const fits = values instanceof (dtype === "float32" ? Float32Array : Float64Array);
    const data = fits ? values : allocate(dtype, values.length);
    if (!fits) data.set(values);
    return new Tensor(shape, dtype, { data, version: 0 });
  };
  const target = (): Tensor => {
    if (asks === "values") return floats([...leading, outputSize], answer);
    if (loss === "crossEntropy") return new Tensor(leading, "int32", { data: Int32Array.from(answer), version: 0 });
    const rows = new Float64Array(answer.length * outputSize);
    for (let i = 0; i < answer.length; i++) rows[i * outputSize + answer[i]] = 1;
    return floats([...leading, outputSize], rows);
  };
  return {
    input: floats([steps, inputSize], drawn.input),
    target: target(),
    truth: truth === undefined ? undefined : floats([...leading, outputSize], truth),
  };
}

/** `count` whole numbers in [0, bound): what `generator.integer(bound)` gives one by one, faster. */
export function drawIntegers(generator: Generator, count: number, bound: number): number[] {
  return Array.from(uniform([count], { generator, dtype: "float64" }).data, (share) => Math.floor(share * bound));
}

/** How many sequences are wrong. */
export function wrongOf(correct: readonly boolean[]): number {
  return correct.filter((right) => !right).length;
}

/** A sequence of symbols, each as a vector with a single 1. */
export function oneHotSteps(symbols: ArrayLike<number>, size: number): Float32Array {
  const rows = new Float32Array(symbols.length * size);
  for (let t = 0; t < symbols.length; t++) rows[t * size + symbols[t]] = 1;
  return rows;
}
