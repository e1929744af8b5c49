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
  const squared = loss === "squaredError";
  const { target, truth = target } = batch;
  const total = { loss: 0, answers: 0, judged: 0, right: 0, absolute: 0 };
  const correct: boolean[] = [];
  for (let b = 0; b < sequences; b++) {
    const count = answers === "last" ? 1 : batch.lengths.data[b];
    let wrong = 0;
    for (let t = 0; t < count; t++) {
      const row = t * sequences + b;
      total.loss += (squared ? squaredError : crossEntropy)(output, target, row, outputSize);
      if (t < count - (judging.judged ?? count)) continue;
      total.judged++;
      if (isRight(judging.rule, output, truth, row, outputSize)) total.right++;
      else wrong++;
      if (!squared) continue;
      for (let k = 0; k < outputSize; k++)
        total.absolute += Math.abs(output.data[row * outputSize + k] - wantedAt(truth, row, k, outputSize));
    }
    total.answers += count;
    correct.push(wrong === 0);
  }
  return {
    loss: total.loss / (total.answers * (squared ? outputSize : 1)),
    accuracy: total.right / total.judged,
    correct,
    absoluteError: squared ? total.absolute / (total.judged * outputSize) : undefined,
  };
}

/** Number k of the answer that was asked for: of a class, 1 at its id and 0 elsewhere. */
function wantedAt({ dtype, data }: Tensor, row: number, k: number, outputSize: number): number {
  return dtype === "int32" ? Number(data[row] === k) : data[row * outputSize + k];
}

/** -log of the probability that `softmax(output)` gives to the class; NaN when there is no such class. */
function crossEntropy({ data }: Tensor, target: Tensor, row: number, outputSize: number): number {
  const start = row * outputSize;
  let top = Number.NEGATIVE_INFINITY;
  let logit = Number.NaN;
  for (let k = 0; k < outputSize; k++) {
    top = Math.max(top, data[start + k]);
    if (wantedAt(target, row, k, outputSize) === 1) logit = data[start + k];
  }
  let sum = 0;
  for (let k = 0; k < outputSize; k++) sum += Math.exp(data[start + k] - top);
  return top + Math.log(sum) - logit;
}

function squaredError({ data }: Tensor, target: Tensor, row: number, outputSize: number): number {
  let sum = 0;
  for (let k = 0; k < outputSize; k++) {
    const difference = data[row * outputSize + k] - wantedAt(target, row, k, outputSize);
    sum += difference * difference;
  }
  return sum;
}

function isRight(rule: Rule, { data }: Tensor, truth: Tensor, row: number, outputSize: number): boolean {
  // A NaN is close to nothing, passes through min and max, and is not larger than anything.
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < outputSize; k++) {
    const value = data[row * outputSize + k];
    const wanted = wantedAt(truth, row, k, outputSize);
    if (rule.kind === "within") {
      if (!(Math.abs(value - wanted) < rule.tolerance)) return false;
    } else if (wanted === 1) lowest = Math.min(lowest, value);
    else highest = Math.max(highest, value);
  }
  return rule.kind === "within" || lowest > highest;
}
