import { checkTensor, formatShape, OptionError, ShapeError, sameShape, type Tensor } from "@unroll/tensor";
import { show } from "../check.ts";
import type { SequenceBatch, SequenceScore } from "./sequences.ts";

/** What makes an answer right. */
export type Rule =
  /** Every output lies closer than `tolerance` to the truth. */
  | { readonly kind: "within"; readonly tolerance: number }
  /** The output of the class is the largest. */
  | { readonly kind: "largest" }
  /** The outputs of what may follow are larger than all others. */
  | { readonly kind: "allowed" };

/** What a score depends on. */
export interface Judging {
  readonly outputSize: number;
  readonly answers: "last" | "every";
  readonly loss: "squaredError" | "crossEntropy";
  readonly rule: Rule;
  /** How many of the last answers are judged; all unless given. All of them make the loss. */
  readonly judged?: number;
}

/** The loss of outputs, and which of them are right; summed in float64. */
export function scoreOf(fn: string, judging: Judging, output: Tensor, batch: SequenceBatch): SequenceScore {
  checkTensor(`${fn}: output`, output);
  if (typeof batch !== "object" || batch === null)
    throw new OptionError(`${fn}: expected a batch { input, target, lengths, truth }, got ${show(batch)}`);
  const { answers, outputSize, loss } = judging;
  const [steps, sequences] = batch.input.shape;
  const expected = answers === "last" ? [sequences, outputSize] : [steps, sequences, outputSize];
  if (!sameShape(output.shape, expected))
    throw new ShapeError(`${fn}: expected an output ${formatShape(expected)}, got ${formatShape(output.shape)}`);
  const total = { loss: 0, answers: 0, judged: 0, right: 0, absolute: 0 };
  const correct: boolean[] = [];
  for (let b = 0; b < sequences; b++) {
    const count = answers === "last" ? 1 : batch.lengths.data[b];
    let wrong = 0;
    for (let t = 0; t < count; t++) {
      const row = rowAt(judging, output, batch, t * sequences + b);
      total.loss += loss === "crossEntropy" ? crossEntropy(row) : squaredError(row);
      if (t < count - (judging.judged ?? count)) continue;
      total.judged++;
      if (isRight(judging.rule, row)) total.right++;
      else wrong++;
      for (let k = 0; k < outputSize; k++) total.absolute += Math.abs(row.output[k] - row.truth[k]);
    }
    total.answers += count;
    correct.push(wrong === 0);
  }
  const squared = loss === "squaredError";
  return {
    loss: total.loss / (total.answers * (squared ? outputSize : 1)),
    accuracy: total.right / total.judged,
    correct,
    absoluteError: squared ? total.absolute / (total.judged * outputSize) : undefined,
  };
}

/** One answer, what was asked for, and what it is judged by. */
interface Row {
  readonly output: readonly number[];
  readonly target: readonly number[];
  readonly truth: readonly number[];
}

function rowAt({ outputSize }: Judging, output: Tensor, batch: SequenceBatch, at: number): Row {
  const cut = ({ data }: Tensor): number[] => Array.from({ length: outputSize }, (_, k) => data[at * outputSize + k]);
  const { target, truth } = batch;
  const wanted =
    target.dtype === "int32"
      ? Array.from({ length: outputSize }, (_, k) => Number(k === target.data[at]))
      : cut(target);
  return { output: cut(output), target: wanted, truth: truth === undefined ? wanted : cut(truth) };
}

/** -log of the probability that `softmax(output)` gives to the class. */
function crossEntropy({ output, target }: Row): number {
  const top = Math.max(...output);
  let sum = 0;
  for (const logit of output) sum += Math.exp(logit - top);
  return top + Math.log(sum) - output[target.indexOf(1)];
}

function squaredError({ output, target }: Row): number {
  let sum = 0;
  for (let k = 0; k < output.length; k++) sum += (output[k] - target[k]) * (output[k] - target[k]);
  return sum;
}

function isRight(rule: Rule, { output, target, truth }: Row): boolean {
  if (rule.kind === "within") return output.every((value, k) => Math.abs(value - truth[k]) < rule.tolerance);
  const wanted = rule.kind === "largest" ? target : truth;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [k, value] of output.entries()) {
    if (wanted[k] === 1) lowest = Math.min(lowest, value);
    else highest = Math.max(highest, value);
  }
  // A NaN passes through min and max, and is not larger than anything.
  return lowest > highest;
}
