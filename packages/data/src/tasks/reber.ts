import type { Generator } from "@unroll/tensor";
import { OptionError } from "@unroll/tensor";
import { flag, oneOf } from "../check.ts";
import {
  type Drawn,
  datasetOf,
  drawnDataset,
  generatorAt,
  lengthOf,
  oneHotSteps,
  type Settings,
  settingsOf,
  type TaskSpec,
} from "./dataset-of.ts";
import { embeddedReberString, type ReberString, reberString, reberSymbols } from "./reber-grammar.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";

/** Options of {@link reberSequences}. */
export interface ReberSequencesOptions extends SequenceOptions {
  /** Whether the grammar stands between a T or P that must be remembered and the same again; true unless given. */
  embedded?: boolean;
  /** How many strings each of "train" and "test" has, of which none is in both; new ones without end unless given. */
  strings?: number;
  /** "squaredError", the paper's, has one-hot targets; "crossEntropy" unless given. */
  loss?: "squaredError" | "crossEntropy";
}

/**
 * The Reber grammar, embedded or not: name the symbols that may follow, in every step (Reber 1967; embedded: Smith, Zipser
 * 1989, Fahlman 1991, and Hochreiter, Schmidhuber 1997, "Long short-term memory", section 5.1).
 *
 * Strings are walks through the grammar; where two edges leave a node, both are equally likely. The embedded ones are B, T or
 * P, a Reber string, the same T or P, E, so the second symbol must be remembered until the last but one.
 *
 * Input one-hot `[T, B, 7]`: B, T, P, S, X, V, E; all but the last symbol. Target int32 `[T, B]`: the next symbol, -100 past
 * the end. `truth` `[T, B, 7]` is 1 for each symbol that may follow.
 *
 * With `strings: 256`, as in the papers, `"train"` and `"test"` are sets of so many strings, and no training string is a test
 * string; training picks from the set, `dataset.get(generator.integer(256))`.
 *
 * Chance for embedded strings is what it costs to have forgotten the second symbol and to know all else. A string of 12
 * symbols on average is 11 answers, 8 of which are then a choice of two, where 7 are one for those who remember: 8 ln 2 / 11
 * and a floor of 7 ln 2 / 11; squared errors of 1/4 in two of seven outputs make 4/77 and 7/154. Without embedding, 8 symbols
 * and 6 choices on average, chance is to know only the current symbol: (7 ln 2 + 3 ln 3) / 7 with a floor of 6 ln 2 / 7;
 * 113/1176 and 3/49 for squared errors. All are expectations over the grammar, not over a set of strings.
 *
 * Solved: in all steps of all strings, the outputs of the symbols that may follow are the largest.
 *
 * @example
 * ```ts
 * const dataset = reberSequences({ strings: 256, seed: 1 });
 * dataset.length; // 256
 * dataset.batch(0, 256).input.shape[2]; // 7
 * dataset.chance; // 0.5041…
 * ```
 * @throws {OptionError} when an option has a wrong name or value, or with `strings` for `split: "validation"` or a `count`
 */
export function reberSequences(options: ReberSequencesOptions = {}): SequenceDataset {
  const fn = "reberSequences";
  const settings = settingsOf(fn, options, ["embedded", "strings", "loss"]);
  const embedded = flag(fn, "embedded", options.embedded ?? true);
  const loss = oneOf(fn, "loss", options.loss ?? "crossEntropy", ["squaredError", "crossEntropy"]);
  const spec: TaskSpec = {
    name: embedded ? "embedded Reber grammar" : "Reber grammar",
    inputSize: reberSymbols.length,
    outputSize: reberSymbols.length,
    maxLength: Number.POSITIVE_INFINITY,
    answers: "every",
    loss,
    asks: "classes",
    rule: { kind: "allowed" },
    ...costs(embedded, loss),
    success: "the symbols that may follow have the largest outputs, in all steps of all strings",
    isSolved: ({ accuracy }) => accuracy === 1,
  };
  const draw = embedded ? embeddedReberString : reberString;
  if (options.strings === undefined) return drawnDataset(fn, settings, spec, (generator) => drawnOf(draw(generator)));
  const strings = lengthOf(fn, "strings", options.strings, 1);
  if (settings.split === "validation" || options.count !== undefined)
    throw new OptionError(`${fn}: with strings, split must be "train" or "test", and count is not needed`);
  const set = distinctSets(settings, strings, draw)[settings.split];
  return datasetOf(fn, { ...settings, count: strings }, spec, (index) => drawnOf(set[index]));
}

/** The training strings as they are drawn, and as many test strings that are not among them. */
function distinctSets(
  settings: Settings,
  count: number,
  draw: (generator: Generator) => ReberString,
): { train: ReberString[]; test: ReberString[] } {
  const at = (split: "train" | "test", index: number) => draw(generatorAt({ ...settings, split }, index));
  const train = Array.from({ length: count }, (_, i) => at("train", i));
  const known = new Set(train.map(({ text }) => text));
  const test: ReberString[] = [];
  for (let i = 0; test.length < count; i++) {
    const string = at("test", i);
    if (!known.has(string.text)) test.push(string);
  }
  return { train, test };
}

function drawnOf({ text, allowed }: ReberString): Drawn {
  const ids = Array.from(text, (symbol) => reberSymbols.indexOf(symbol));
  const steps = ids.length - 1;
  const width = reberSymbols.length;
  const truth = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++)
    for (const symbol of allowed[t + 1]) truth[t * width + reberSymbols.indexOf(symbol)] = 1;
  return { steps, input: oneHotSteps(ids.slice(0, -1), width), answer: ids.slice(1), truth };
}

/**
 * Chance and floor. On average a walk visits the nodes 1, 1, 2, 1 and 1 times, so that a string has 8 symbols and 6 choices.
 *
 * Without embedding, what follows the current symbol alone, in expected numbers per string: B (1) T P as 1 : 1; T (3/2) S X T V
 * as 1 : 1 : 2 : 2; S (1) S X E as 1 : 1 : 2; P (1) and X (1) T V X S alike; V (3/2) P V E alike.
 */
function costs(embedded: boolean, loss: "squaredError" | "crossEntropy"): { chance: number; floor: number } {
  const squared = loss === "squaredError";
  // Of one choice of two, the error of both outputs together.
  const choice = squared ? 1 / 2 : Math.LN2;
  const answers = (embedded ? 11 : 7) * (squared ? reberSymbols.length : 1);
  if (embedded) return { chance: (8 * choice) / answers, floor: (7 * choice) / answers };
  const blind = squared ? 113 / 24 : 7 * Math.LN2 + 3 * Math.log(3);
  return { chance: blind / answers, floor: (6 * choice) / answers };
}
